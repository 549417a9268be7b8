import fc from 'fast-check';
import type { ApiDocument, Operation, Schema } from './openapi-document.js';

/** A place in a made request where a real value belongs; which one, is known when the request is sent. */
class Place {
  constructor(
    readonly name: string,
    readonly schema: Schema,
    readonly otherwise: unknown,
  ) {}
}

/** Names whose values have to be real ones for a request to find something. */
const REAL = /Id$|^(?:context|component|executorQueue|number|lease|sha256|bytes|cursor|parent|upload-offset)$/;
/** Of each kind, told by the names of its members. */
const KEPT = 30;

/** Mostly a real value, the made one else. */
export function placesFor(name: string, schema: Schema, made: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  // Long waits are waited for elsewhere.
  if (name === 'waitMs') return fc.constantFrom(0, 1, 50);
  // Sent to by the server: nobody's, wherever the tests run.
  if (name === 'url') return fc.constantFrom('https://hooks.invalid/', 'https://hooks.invalid/made?token=1');
  if (!REAL.test(name)) return made;
  return fc.oneof(
    { weight: 7, arbitrary: made.map((otherwise) => new Place(name, schema, otherwise)) },
    { weight: 1, arbitrary: made },
  );
}

/** What belongs together: the parameters of a request with what its answer told. */
export type Known = Readonly<Record<string, string | number>>;

/**
 * What answers have told so far, newest first. A resource is found again by the names of its members, by its parameters,
 * and by the Location it was made at, so that operations nobody has heard of here find theirs.
 */
export class KnownValues {
  readonly #kinds = new Map<string, Known[]>();
  readonly #for = new Map<string, Known[]>();
  readonly #bodies = new Map<string, unknown>();

  /** What belongs to the test itself is never given to a request: it might end it. */
  constructor(
    readonly document: ApiDocument,
    readonly ours: ReadonlySet<unknown>,
  ) {}

  /** With an operation: for that one first. */
  add(all: Known, operationId?: string): void {
    const known = Object.fromEntries(Object.entries(all).filter(([, value]) => !this.ours.has(value)));
    const [kinds, kind] =
      operationId === undefined ? [this.#kinds, Object.keys(known).sort().join()] : [this.#for, operationId];
    const others = (kinds.get(kind) ?? []).filter((one) => JSON.stringify(one) !== JSON.stringify(known));
    kinds.set(kind, [known, ...others].slice(0, KEPT));
  }

  learn({ method, path }: Operation, parameters: Known, location: string | undefined, body: unknown): void {
    if (method === 'GET') this.#bodies.set(path, body);
    const told = scalarsOf(body);
    const asked = Object.fromEntries(Object.entries(parameters).filter(([name]) => REAL.test(name)));
    const made = location === undefined ? {} : this.#parametersOf(location);
    for (const one of told.length > 0 ? told : [{}]) this.add({ ...asked, ...made, ...one });
  }

  /** The request with real values in their places; one number decides which. */
  fill<T>(operation: Operation, planned: T, nth: number): T {
    const names = new Set<string>();
    walk(planned, (place) => names.add(place.name));
    const reach = (known: Known) => [...names].filter((name) => name in known).length;
    const first = this.#for.get(operation.operationId) ?? [];
    const all = [...this.#kinds.values()].flat();
    const most = Math.max(0, ...all.map(reach));
    const rest = all.filter((known) => reach(known) === most);
    // Every other time what was put aside for this operation, as long as there is any.
    const among = first.length > 0 && nth % 2 === 0 ? first : rest;
    const chosen = among[Math.floor(nth / 2) % Math.max(1, among.length)] ?? {};
    return walk(planned, ({ name, schema, otherwise }) => {
      const value = chosen[name] ?? all.find((known) => name in known)?.[name];
      return value !== undefined && this.document.validator(schema)(value) ? value : otherwise;
    }) as T;
  }

  /** What a GET of the same path answered, when it is something that may be sent there. */
  example({ path }: Operation, schema: Schema): unknown {
    const body = this.#bodies.get(path);
    return body !== undefined && this.document.validator(schema)(body) ? body : undefined;
  }

  #parametersOf(location: string): Known {
    const found = this.document.operations.flatMap(({ path }) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
      const values = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(location)?.slice(1) ?? [];
      return values.map((value, index) => [names[index]!, value]);
    });
    return Object.fromEntries(found) as Known;
  }
}

/** The scalar members of every object in an answer; `command: {id}` tells a `commandId`. */
function scalarsOf(value: unknown, parent = ''): readonly Known[] {
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((item) => scalarsOf(item, parent));
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const own = entries
    .filter(([name, member]) => ['string', 'number'].includes(typeof member) && (name === 'id' || REAL.test(name)))
    .flatMap(([name, member]) => namesOf(name, parent).map((as) => [as, member as string | number]));
  const inside = entries.flatMap(([name, member]) => scalarsOf(member, name));
  return own.length === 0 ? inside : [Object.fromEntries(own) as Known, ...inside];
}

function namesOf(name: string, parent: string): readonly string[] {
  if (name === 'id') return parent === '' ? ['id'] : ['id', `${parent}Id`];
  if (name === 'number') return ['number', 'lease'];
  return name === 'sessionId' ? ['sessionId', 'parent'] : [name];
}

function walk(value: unknown, put: (place: Place) => unknown): unknown {
  if (value instanceof Place) return put(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, put));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, put)]));
}
