import type { IntakeStore } from '../ports/intake-store.js';
import { claimKey, hasKey } from './intake/claim-key.js';
import { keepRejected, listRejected } from './intake/rejected-results.js';
import { announce, append, finish, findUpload } from './intake/uploads.js';
import type { Pool } from './pool.js';

export function createIntakeStore(pool: Pool): IntakeStore {
  return {
    keepRejected: (scope, sessionId, rejected) => keepRejected(pool, scope, sessionId, rejected),
    listRejected: (scope, sessionId) => listRejected(pool, scope, sessionId),
    claimKey: (scope, key, requestDigest, sessionId) => claimKey(pool, scope, key, requestDigest, sessionId),
    hasKey: (scope, key) => hasKey(pool, scope, key),
    announce: (scope, sessionId, commandId, output) => announce(pool, scope, sessionId, commandId, output),
    upload: (scope, outputId) => findUpload(pool, scope, outputId),
    append: (scope, outputId, offset, bytes) => append(pool, scope, outputId, offset, bytes),
    finish: (scope, outputId) => finish(pool, scope, outputId),
  };
}
