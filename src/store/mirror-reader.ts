import type { MirrorReader } from '../ports/mirror-reader.js';
import type { Pool } from './pool.js';
import { comparedRows } from './queries/compared-rows.js';
import { isAddressable } from './with-scope.js';

/** `readPool` is of the role that cannot write. */
export function createMirrorReader(readPool: Pool): MirrorReader {
  return {
    page: (scope, afterId, limit) => comparedRows(readPool, scope, { afterId, limit }),
    async row(scope, sessionId) {
      if (!isAddressable(scope, sessionId)) return null;
      return (await comparedRows(readPool, scope, { sessionId, limit: 1 }))[0] ?? null;
    },
  };
}
