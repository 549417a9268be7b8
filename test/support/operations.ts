import type { Answer, HttpRig } from './http-rig.js';
import { loadDocument, type Operation, type Parameter, type Schema } from './openapi-document.js';
import { sample } from './sample.js';

export interface MadeRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Operations {
  readonly all: readonly Operation[];
  /** Names of ids in path, query and body, for all of which `ids` has a value. */
  slots(operation: Operation, ids: Readonly<Record<string, string>>): readonly string[];
  /** What the document calls valid, with these ids; throws where it cannot be made, so that no operation is passed over. */
  request(operation: Operation, ids: Readonly<Record<string, string>>, given?: object): MadeRequest;
}

/** The operations that ask for a key, from the document the server gives. */
export async function operationsOf(url: string): Promise<Operations> {
  const document = await loadDocument(url);
  const { resolve } = document;
  const check = ({ operationId }: Operation, schema: Schema, value: unknown): void => {
    const faults = document.faults(schema, value);
    if (faults.length > 0) throw new Error(`${operationId}: ${faults.join(', ')}`);
  };
  return {
    all: document.operations.filter(({ security }) => security.length > 0),
    slots({ operationId, parameters, requestBody }, ids) {
      const body = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
      const names = body.flatMap((schema) => Object.keys(propertiesOf(schema, resolve)));
      return knownIds(operationId, [...parameters.map(({ name }) => name), ...names], ids);
    },
    request(operation, ids, given = {}) {
      const by = { resolve, given: { ...ids, ...given } };
      const valueOf = ({ name, schema, in: place }: Parameter): string => {
        if (name in by.given) return String(by.given[name as keyof typeof by.given]);
        if (place === 'path') throw new Error(`${operation.operationId}: no value is known for {${name}}`);
        return String(sample(schema, by));
      };
      const sent = operation.parameters.filter(({ name, required }) => required === true || name in by.given);
      const of = (place: Parameter['in']) =>
        sent.filter((one) => one.in === place).map((one) => [one.name, valueOf(one)] as [string, string]);
      const query = new URLSearchParams(of('query')).toString();
      const path = of('path').reduce((rest, [name, value]) => rest.replace(`{${name}}`, value), operation.path);
      const [type, schema] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      const isBytes = type === 'application/octet-stream';
      const body = schema === undefined ? undefined : isBytes ? new Uint8Array(1) : sample(schema.schema, by);
      if (schema !== undefined && !isBytes) check(operation, schema.schema, body);
      return {
        method: operation.method,
        path: query === '' ? path : `${path}?${query}`,
        ...(body === undefined ? {} : { body }),
        headers: { ...Object.fromEntries(of('header')), ...(type === undefined ? {} : { 'content-type': type }) },
      };
    },
  };
}

/** The names that stand for ids. Throws where one is not known, so that a new kind of id is not passed over. */
export function knownIds(
  of: string,
  names: readonly string[],
  ids: Readonly<Record<string, string>>,
): readonly string[] {
  const missing = names.find((name) => name.endsWith('Id') && !(name in ids));
  if (missing !== undefined) throw new Error(`${of}: makeTenant knows no ${missing}`);
  return [...new Set(names)].filter((name) => name in ids);
}

function propertiesOf(schema: Schema, resolve: (schema: Schema) => Schema): Readonly<Record<string, Schema>> {
  if (schema.$ref !== undefined) return propertiesOf(resolve(schema), resolve);
  const parts = schema.anyOf ?? [];
  return Object.assign({}, schema.properties, ...parts.map((part) => propertiesOf(part, resolve))) as Record<
    string,
    Schema
  >;
}

const TIMES = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Status, headers and body of an answer without the ids that were asked for and what differs from request to request. */
export function comparable({ status, headers, text }: Answer, ids: readonly string[]): object {
  const plain = (all: string): string =>
    ids.reduce((rest, id) => rest.replaceAll(id, 'ID'), all).replace(TIMES, 'TIME');
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return {
    status,
    headers: kept.map(([name, value]) => `${name}: ${plain(value)}`),
    text: plain(text).replace(/"requestId":"[^"]*"/, ''),
  };
}

export const ask = (rig: HttpRig, key: string, { method, path, ...sent }: MadeRequest): Promise<Answer> =>
  rig.call(method, path, { key, ...sent });
