import type { Report } from '../../src/client.js';
import { commandOf, eventually } from './manual-client.js';
import type { Rig } from './rig.js';

/** As often as a session may go back: for sessions that are reported on again and again. */
const BOUNDS = { initialize: 100, agent: 100 };

/** A manual session and its first command, for cheap turns: each failing report brings the same step again. */
export async function startForReports(rig: Rig): Promise<{ sessionId: string; commandId: string }> {
  const sessionId = await rig.start({ sessionType: 'componentCoding', component: 'Money', bounds: BOUNDS });
  const first = await eventually(async () => commandOf(await rig.client.nextCommand(sessionId)), 'a command', 40);
  return { sessionId, commandId: first.id };
}

/** A result of its own for each name: judged `error`, without a pause, and never the same failure again. */
export const failingReport = (commandId: string, name: string): Report => ({
  commandId,
  result: { status: 'error', failure: { kind: 'agent_failed', message: `no: ${name}`, rule: name } },
});

/** Does the work for each of `items`, at most `width` at once. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const left = items.entries();
  const results: R[] = [];
  const one = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, one));
  return results;
}

/** A measured figure, for whoever reads the output. */
export const tell = (figure: string) => process.stderr.write(`${figure}\n`);
