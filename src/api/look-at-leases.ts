import type { LeaseWatch } from '../ports/lease-store.js';

const AT_ONCE = 100;

/** One round over all leases that are due, of every account. */
export async function lookAtLeases(watch: LeaseWatch): Promise<void> {
  for (;;) {
    const places = await watch.due(AT_ONCE);
    for (const place of places) await watch.look(place);
    if (places.length < AT_ONCE) return;
  }
}
