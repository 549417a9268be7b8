import type { Scope } from './scope.js';

type Place = Pick<Scope, 'accountId' | 'projectId'>;

/** Each project's own: rows of one project at a time are what can be asked for. */
export function byProject<T>(items: Iterable<T>, placeOf: (item: T) => Place): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const { accountId, projectId } = placeOf(item);
    const key = `${accountId}/${projectId}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
