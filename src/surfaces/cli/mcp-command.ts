import { hostname } from 'node:os';
import { serveStdio } from '../mcp/serve-stdio.js';
import type { AddTo } from './add-to.js';

export function addMcpCommand({ program, environment, connected }: AddTo): void {
  program
    .command('mcp')
    .description('speak MCP on standard input and output, for a coding agent')
    .action(() =>
      connected(({ sessions, scope, role }) => {
        // The same after a restart, so that a lease is found again.
        const keyId = `stdio ${hostname()}:${process.cwd()}`.slice(0, 190);
        const caller = { scope, role, keyId };
        const { stdin: input, stdout: output } = process;
        return serveStdio({ sessions }, caller, { input, output, signal: environment.signal });
      }),
    );
}
