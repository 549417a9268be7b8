import type { ProjectStore } from '../ports/project-store.js';
import type { Pool } from './pool.js';
import { applyModel } from './project/apply-model.js';
import { ensureScope, hasAccount } from './project/ensure-scope.js';
import { readModel } from './project/read-model.js';
import { withScope } from './with-scope.js';

export function createProjectStore(pool: Pool): ProjectStore {
  return {
    ensureScope: (scope, names) => ensureScope(pool, scope, names),
    hasAccount: (accountId) => hasAccount(pool, accountId),
    applyModel: (scope, model, options) => applyModel(pool, scope, model, options),
    readModel: (scope) => withScope(pool, scope, (tx) => readModel(tx, scope), { readOnly: true }),
  };
}
