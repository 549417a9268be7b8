import type { AccessStore } from '../ports/access-store.js';
import { callersOf } from './access/caller-of.js';
import { createKey, listKeys, revokeKey, rotateKey } from './access/keys.js';
import { listMembers, putMember, removeMember } from './access/members.js';
import type { Pool } from './pool.js';

export function createAccessStore(pool: Pool): AccessStore {
  return {
    callerOf: async (hash) => (await callersOf(pool, [hash])).get(hash) ?? null,
    callersOf: (hashes) => callersOf(pool, hashes),
    createKey: (scope, key) => createKey(pool, scope, key),
    listKeys: (scope) => listKeys(pool, scope),
    rotateKey: (scope, keyId, by) => rotateKey(pool, scope, keyId, by),
    revokeKey: (scope, keyId) => revokeKey(pool, scope, keyId),
    listMembers: (scope) => listMembers(pool, scope),
    putMember: (scope, member) => putMember(pool, scope, member),
    removeMember: (scope, userId) => removeMember(pool, scope, userId),
  };
}
