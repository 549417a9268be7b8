import { applyModel } from './project/apply-model.js';
import { ensureScope } from './project/ensure-scope.js';
export function createProjectStore(pool) {
    return {
        ensureScope: (scope, names) => ensureScope(pool, scope, names),
        applyModel: (scope, model) => applyModel(pool, scope, model),
    };
}
