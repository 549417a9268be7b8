import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { docsPage } from './docs-page.js';
import type { HttpApp } from './http-app.js';

const ABOUT = `Durable AI-driven development sessions. Every request needs an API key (\`Authorization: Bearer sw_…\`), and the
key alone says which account and project it is about. Failures are \`application/problem+json\` with a stable \`code\` and a \`fix\`.
Unknown members of answers are to be ignored: there will be more.`;

/** Makes the document from the schemas the routes check with. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'specwright',
        version: '1',
        description: ABOUT,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'sw_…' } } },
    },
    transform: (route) => {
      const { schema, url } = toJsonSchema(route);
      return { schema: { ...schema, ...whoMay(route.route), ...cached(route.route, schema) }, url };
    },
    transformObject: (document) =>
      withoutUnused(withComponents(document) as Document) as ReturnType<typeof withComponents>,
  });
}

// `readonly` is about our types; in a document it would say that clients must not send it.
const zodToJsonConfig: Parameters<typeof createJsonSchemaTransform>[0]['zodToJsonConfig'] = {
  override: ({ jsonSchema }) => {
    delete jsonSchema.readOnly;
  },
};
const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig });
const withComponents = createJsonSchemaTransformObject({ zodToJsonConfig });

interface Document {
  readonly paths?: object;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}
const REF = '#/components/schemas/';

/** Every schema is made as it is sent and as it is answered; only what is referred to stays. */
function withoutUnused(document: Document): Document {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $ref } = value as { readonly $ref?: unknown };
    const name = typeof $ref === 'string' && $ref.startsWith(REF) ? $ref.slice(REF.length) : null;
    if (name !== null && !used.has(name)) {
      used.add(name);
      visit(schemas[name]);
    }
    Object.values(value).forEach(visit);
  };
  visit(document.paths);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}

/** What If-None-Match adds to a route. */
function cached({ config }: Pick<RouteOptions, 'config'>, schema: FastifySchema | undefined) {
  if (config?.etag !== true) return {};
  const { headers, response } = (schema ?? {}) as {
    readonly headers?: { properties?: object };
    readonly response?: object;
  };
  const ifNoneMatch = { type: 'string', description: 'The ETag of an answer before' };
  return {
    headers: { type: 'object', properties: { ...headers?.properties, 'if-none-match': ifNoneMatch } },
    response: { ...response, 304: { type: 'null', description: 'Not modified since that ETag' } },
  };
}

function whoMay({ config, schema }: Pick<RouteOptions, 'config' | 'schema'>) {
  const role = config?.role ?? 'public';
  if (role === 'public') return { security: [] };
  const about = (schema as { readonly description?: string } | undefined)?.description;
  return {
    security: [{ apiKey: [] }],
    description: [...(about === undefined ? [] : [about]), `Needs the role \`${role}\`.`].join('\n\n'),
  };
}

export function documentRoutes(app: HttpApp): void {
  const tags = ['documentation'];
  const config = { role: 'public', etag: true } as const;
  app.get(
    '/v1/openapi.json',
    {
      config,
      schema: {
        tags,
        operationId: 'getOpenApi',
        summary: 'This document',
        response: { 200: z.looseObject({ openapi: z.string() }) },
      },
    },
    async () => app.swagger() as { openapi: string },
  );
  let page: ReturnType<typeof docsPage> | null = null;
  app.get(
    '/v1/docs',
    {
      config,
      schema: {
        tags,
        operationId: 'getDocs',
        summary: 'This document as a page to read',
        response: { 200: { description: 'HTML', content: { 'text/html': { schema: z.string() } } } },
      },
    },
    async (_request, reply) => {
      page ??= docsPage(app.swagger());
      return reply
        .headers({ 'content-security-policy': page.policy, 'content-type': 'text/html; charset=utf-8' })
        .send(page.html);
    },
  );
}
