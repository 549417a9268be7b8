import { childLabel, WHOLE_CONTEXT } from '../domain/children.js';
import type { DemoReport } from './demo.js';

/** What the demo built, for people. */
export function demoSummary(report: DemoReport, remote: string): string {
  const rows = report.children.map(
    ({ component, status, attempts, fixRounds }) =>
      `  ${(component || childLabel(WHOLE_CONTEXT)).padEnd(12)} ${status}, ${count(attempts, 'attempt')}, ${count(fixRounds, 'round')} of fixing`,
  );
  return [
    '',
    `${report.sessionType} ${report.status} in ${report.seconds} s, ${report.interactions} interactions`,
    ...rows,
    `  branch       ${report.branch ?? '–'}`,
    `  commit       ${report.commit ?? '–'}`,
    `  remote SHA   ${report.remoteSha ?? '–'}${report.remoteSha !== null && report.remoteSha === report.commit ? ' (read back, equal)' : ''}`,
    `  repository   ${remote}`,
    `  Web UI       ${report.webUi ?? '–'}`,
    '',
  ].join('\n');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
