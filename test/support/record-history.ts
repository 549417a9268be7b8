import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Rig } from './rig.js';

/** With `RECORD_HISTORIES=1` the history is kept for `test/replay`: done once for each released form of a type. */
export async function recordHistory(rig: Rig, sessionId: string, name: string): Promise<void> {
  if (process.env['RECORD_HISTORIES'] !== '1') return;
  const history = await rig.temporal.workflow.getHandle(sessionId).fetchHistory();
  const path = fileURLToPath(new URL(`../replay/histories/${name}.json`, import.meta.url));
  writeFileSync(path, `${historyToJSON(history)}\n`);
}
