import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Report } from '../../src/client.js';

const PROGRAM = `
const [url, key, body] = process.argv.slice(1);
const headers = { authorization: 'Bearer ' + key, 'content-type': 'application/json' };
await fetch(url, { method: 'POST', headers, body });
`;

/** A client in a process of its own, in the middle of a report by HTTP; returns how to `kill -9` it. */
export function reportFromProcess(url: string, key: string, sessionId: string, report: Report): () => Promise<void> {
  const args = ['--input-type=module', '-e', PROGRAM, `${url}/v1/sessions/${sessionId}/results`, key];
  const child = spawn(process.execPath, [...args, JSON.stringify(report)], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}
