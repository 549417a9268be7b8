import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** A schema of the document; which keywords mean something is said by who reads it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
}
export type Content = Readonly<Record<string, { readonly schema: Schema }>>;
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
export interface Operation {
  readonly method: string;
  /** With `{name}` for its path parameters. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path'>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: object };
}

export interface ApiDocument {
  readonly whole: OpenApi;
  readonly operations: readonly Operation[];
  /** Which operation a request is of. */
  operation(method: string, path: string): Operation | undefined;
  resolve(schema: Schema): Schema;
  /** What is wrong with a value; nothing when it fits. */
  faults(schema: Schema, value: unknown): readonly string[];
  /** Compiled once; JSON Schema 2020-12, as OpenAPI 3.1 has it. */
  validator(schema: Schema): ValidateFunction;
}

const REF = '#/components/schemas/';

/** The document as a running server gives it. */
export async function loadDocument(url: string): Promise<ApiDocument> {
  const whole = (await (await fetch(`${url}/v1/openapi.json`)).json()) as OpenApi;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'doc', components: whole.components });
  const compiled = new Map<Schema, ValidateFunction>();
  const operations = Object.entries(whole.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      return { ...operation, parameters: operation.parameters ?? [], method: method.toUpperCase(), path };
    }),
  );
  const document: ApiDocument = {
    whole,
    operations,
    operation(method, path) {
      const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
      return operations.find((one) => one.method === method && fits(one.path));
    },
    faults(schema, value) {
      const validate = document.validator(schema);
      if (validate(value)) return [];
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
    resolve(schema) {
      const found = schema.$ref === undefined ? schema : whole.components.schemas[schema.$ref.replace(REF, '')];
      if (found === undefined) throw new Error(`the document has no ${schema.$ref}`);
      return found;
    },
    validator(schema) {
      const known = compiled.get(schema);
      if (known) return known;
      const text = JSON.stringify(schema).replaceAll(`"${REF}`, `"doc${REF}`);
      const made = ajv.compile(JSON.parse(text) as object);
      compiled.set(schema, made);
      return made;
    },
  };
  return document;
}
