/** What is at a path of an answer nobody has checked yet; undefined where the path ends early. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : null;
}

/** A pull request's number: nothing else may get into a path. */
export function numberAt(value: unknown, key: string): number | null {
  const found = valueAt(value, key);
  return Number.isSafeInteger(found) && (found as number) > 0 ? (found as number) : null;
}

export function shaAt(value: unknown, ...path: readonly string[]): string | null {
  const found = textAt(value, ...path);
  return found !== null && /^[0-9a-f]{40,64}$/.test(found) ? found : null;
}

/** An address that may be shown to people as a link. */
export function linkAt(value: unknown, key: string): string | null {
  const found = textAt(value, key);
  if (found === null || found.length > 1_000 || !URL.canParse(found)) return null;
  const { protocol, username, password } = new URL(found);
  return ['https:', 'http:'].includes(protocol) && username === '' && password === '' ? found : null;
}
