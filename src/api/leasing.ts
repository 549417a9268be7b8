import { RefusedError } from '../client.js';
import type { Lease } from '../ports/lease-store.js';
import { ownedSession } from './owned-session.js';
import type { Sessions, SessionsDeps } from './session-use-cases.js';

type Leasing = Pick<Sessions, 'take' | 'heartbeat' | 'release'>;

/** Holding an open command, so that two clients do not do the same work. */
export function leasing({ reader, leases }: SessionsDeps): Leasing {
  return {
    async take(scope, sessionId, { commandId, owner, ttlMs }) {
      await ownedSession(reader, scope, sessionId);
      const taken = await leases.take(scope, sessionId, commandId, owner, ttlMs);
      if (taken.kind === 'taken') return taken.lease;
      if (taken.kind === 'gone') {
        throw new RefusedError({
          code: 'command_gone',
          message: 'the command is not open',
          fix: 'ask for the next command',
          field: 'commandId',
        });
      }
      throw heldBy(taken.lease);
    },
    async heartbeat(scope, sessionId, { commandId, number, ttlMs }) {
      await ownedSession(reader, scope, sessionId);
      const lease = await leases.renew(scope, sessionId, commandId, number, ttlMs);
      if (lease) return lease;
      throw new RefusedError({
        code: 'stale_lease',
        message: 'the lease is not the current one',
        fix: 'take the command again',
        field: 'number',
      });
    },
    async release(scope, sessionId, { commandId, number }) {
      await ownedSession(reader, scope, sessionId);
      await leases.release(scope, sessionId, commandId, number);
    },
  };
}

function heldBy({ owner, expiresAt, number, commandId }: Lease): RefusedError {
  return new RefusedError({
    code: 'lease_held',
    message: `${owner} works on this command`,
    fix: `wait until ${expiresAt}, or ask its holder to release it`,
    detail: { owner, expiresAt, number, commandId },
  });
}
