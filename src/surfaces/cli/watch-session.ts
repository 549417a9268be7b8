import type { Sessions, SessionSummary } from '../../api/sessions.js';
import type { Scope } from '../../domain/scope.js';
import { printableLine } from './errors.js';
import { treeLines } from './tree-lines.js';

const POLL_MS = 250;
const CLOCK = / · [0-9.]+s$/;

export interface WatchOutput {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** Shows the tree until the session is closed: redrawn on a terminal, a line per change otherwise. */
export async function watchSession(
  sessions: Sessions,
  scope: Scope,
  sessionId: string,
  output: WatchOutput,
  signal: AbortSignal,
): Promise<readonly SessionSummary[]> {
  let shown: readonly string[] = [];
  for (;;) {
    const tree = await sessions.tree(scope, sessionId);
    const lines = treeLines(tree, new Date()).map(printableLine);
    if (output.isTerminal) redraw(output, shown.length, lines);
    else for (const line of changed(shown, lines)) output.write(`${line}\n`);
    shown = lines;
    if (tree[0]?.status !== 'active' || signal.aborted) return tree;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function redraw(output: WatchOutput, height: number, lines: readonly string[]): void {
  const up = height > 0 ? `\u001b[${height}A\u001b[0J` : '';
  output.write(`${up}${lines.join('\n')}\n`);
}

function changed(before: readonly string[], now: readonly string[]): readonly string[] {
  const known = new Set(before.map((line) => line.replace(CLOCK, '')));
  return now.filter((line) => !known.has(line.replace(CLOCK, '')));
}
