import { childLabel } from '../domain/children.js';
import type { SessionView } from '../contract/messages.js';

/** Current details of the workflow in the Web UI: a small markdown table of where the session stands. */
export function operatorDetails(view: SessionView): string {
  const waits = view.waitingOn === null ? '–' : `${view.waitingOn} since ${view.waitingSince}`;
  const counts = Object.entries(view.counts).map(([key, times]) => `${key} ${times}`);
  const rows: [string, string][] = [
    ['status', view.status],
    ['step', `${view.step ?? '–'} (interaction ${view.seq})`],
    ['waiting on', waits],
    ['mode', view.mode],
    ['ways back taken', counts.join(', ') || 'none'],
    ...view.children.map((child): [string, string] => [
      `child ${childLabel(child.component)}`,
      `attempt ${child.attempt}: ${child.failure ? child.failure.kind : child.merged ? 'merged' : child.status} (${child.sessionId})`,
    ]),
    ['last failure', view.lastFailure ? `${view.lastFailure.kind}: ${cell(view.lastFailure.message)}` : 'none'],
    ['refused reports', String(view.refused.count)],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function cell(text: string): string {
  return text
    .slice(0, 300)
    .toWellFormed()
    .replace(/[|\r\n`<>]/g, ' ');
}
