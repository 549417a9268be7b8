import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface Content {
  readonly [type: string]: { readonly schema: object };
}
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly {
    name: string;
    in: 'path' | 'query' | 'header';
    required?: boolean;
    schema: object;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Served {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: object;
}

/** The document that a server serves, to hold requests and answers against. */
export class OpenApiDocument {
  readonly operations: readonly Operation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  private constructor(document: Served) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'doc', components: document.components });
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => ({ ...operation, method: method.toUpperCase(), path }) as Operation,
      ),
    );
  }

  static async of(url: string): Promise<OpenApiDocument> {
    const answer = await fetch(`${url}/v1/openapi.json`);
    return new OpenApiDocument((await answer.json()) as Served);
  }

  operation(method: string, path: string): Operation | undefined {
    const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return this.operations.find((one) => one.method === method && fits(one.path));
  }

  /** What is wrong with a value by a schema of the document; nothing when it fits. */
  faults(schema: object, value: unknown): readonly string[] {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"doc#/components/');
    const validate: ValidateFunction = this.ajv.compile(JSON.parse(text) as object);
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
}
