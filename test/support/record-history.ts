import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Rig } from './rig.js';

/**
 * With `RECORD_HISTORIES=1` the history is kept for `test/replay`, unless there is one of that name: a history of an earlier
 * release has to replay for ever.
 */
export async function recordHistory(rig: Rig, sessionId: string, name: string): Promise<void> {
  if (process.env['RECORD_HISTORIES'] !== '1') return;
  const history = await rig.temporal.workflow.getHandle(sessionId).fetchHistory();
  const path = fileURLToPath(new URL(`../replay/histories/${name}.json`, import.meta.url));
  if (!existsSync(path)) writeFileSync(path, `${historyToJSON(history)}\n`);
}
