import type { LeaseWatch } from '../ports/lease-store.js';

const AT_ONCE = 100;

/** One round over all leases that are due, of every account. One that cannot be looked at does not keep the others waiting. */
export async function lookAtLeases(watch: LeaseWatch): Promise<void> {
  const failures: unknown[] = [];
  for (;;) {
    const places = await watch.due(AT_ONCE);
    const before = failures.length;
    for (const place of places) await watch.look(place).catch((error: unknown) => failures.push(error));
    if (places.length < AT_ONCE || failures.length - before === places.length) break;
  }
  if (failures.length > 0) throw failures[0];
}
