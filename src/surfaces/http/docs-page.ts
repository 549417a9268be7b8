import { createHash } from 'node:crypto';

// Read loosely: it is shown, and what is not there is left out.
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    schema?: unknown;
    description?: string;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: unknown }>> };
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Readonly<Record<string, { schema?: unknown }>> }>
  >;
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;background:#f4f4f4;padding:.75rem}
details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}table{border-collapse:collapse}
td{padding:.15rem .8rem .15rem 0;vertical-align:top}.m{display:inline-block;min-width:4.5rem;font-weight:600}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#151515}pre{background:#222}details{border-color:#333}a{color:#8ab4f8}}`;

/** The document as one page: no script, nothing from elsewhere. */
export function docsPage(document: object): { readonly html: string; readonly policy: string } {
  const { info, paths, components } = document as {
    readonly info: { readonly title: string; readonly description?: string };
    readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
  };
  const operations = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationHtml(method, path, operation)),
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${jsonHtml(schema)}</details>`,
  );
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} HTTP API</title><style>${STYLE}</style>
<h1>${escaped(info.title)} HTTP API</h1><p>${escaped(info.description ?? '')}</p>
<p>For programs: <a href="/v1/openapi.json">/v1/openapi.json</a></p>
<h2>Operations</h2>${operations.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</html>`;
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { summary = '', description, parameters = [], requestBody, responses = {} } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description: about = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code><td>${escaped(place)}${required ? ', needed' : ''}<td>${escaped(about)}<td><code>${escaped(JSON.stringify(schema))}</code>`,
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body <code>${escaped(type)}</code></p>${jsonHtml(schema)}`,
  );
  const answers = Object.entries(responses).map(
    ([status, { description: about = '', content = {} }]) =>
      `<tr><td>${escaped(status)}<td>${escaped(about)}<td>${Object.entries(content)
        .map(([type, { schema }]) => `<code>${escaped(type)}</code> ${linkHtml(schema)}`)
        .join('<br>')}`,
  );
  return `<details id="${escaped(operation.operationId ?? '')}"><summary><code><span class="m">${escaped(method.toUpperCase())}</span>${escaped(path)}</code> ${escaped(summary)}</summary>
${description === undefined ? '' : `<p>${escaped(description)}</p>`}<table>${rows.join('')}</table>${bodies.join('')}<p>Answers</p><table>${answers.join('')}</table></details>`;
}

const REF = '#/components/schemas/';

function linkHtml(schema: unknown): string {
  const { $ref } = (schema ?? {}) as { readonly $ref?: string };
  if ($ref?.startsWith(REF) !== true)
    return schema === undefined ? '' : `<details><summary>schema</summary>${jsonHtml(schema)}</details>`;
  const name = escaped($ref.slice(REF.length));
  return `<a href="#${name}">${name}</a>`;
}

const jsonHtml = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2) ?? '')}</pre>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
