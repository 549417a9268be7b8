import { metricMeter } from '@temporalio/workflow';
import type { Refusal } from '../contract/messages.js';

/** For operators: what is refused to a signal is told to nobody else. Replay does not count again, and nothing gets into history. */
export function countRefusal({ code }: Refusal): void {
  const help = 'Reports, decisions and modes that sessions refused';
  metricMeter.createCounter('specwright_session_refusals', undefined, help).add(1, { code });
}
