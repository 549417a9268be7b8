// What both services do with a command: run its script in a checkout, and tell as evidence what is there afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Result } from 'specwright/client';

export function carryOut(command: Command, checkout: string): Result {
  if (command.kind === 'agent') askAgent(command, checkout);
  else {
    for (const { argv, okExitCodes } of command.script) {
      const [program = '', ...args] = argv;
      const { status, stderr } = spawnSync(program, args, { cwd: checkout, encoding: 'utf8' });
      if (!okExitCodes.includes(status ?? -1)) {
        return {
          status: 'error',
          failure: { kind: 'command_failed', message: `${argv.join(' ')}: ${stderr}`.slice(0, 4_000) },
        };
      }
    }
  }
  return {
    status: 'ok',
    evidence: { files: filesOf(command, checkout), git: gitOf(command, checkout) },
    outputs: outputsOf(command, checkout),
  };
}

/** Your agent gets `command.metadata.prompt` and writes into the checkout. Here prepared files stand for what it writes. */
function askAgent({ step, metadata }: Command & { kind: 'agent' }, checkout: string): void {
  const { context, component, turn } = metadata;
  const prepared = process.env['PREPARED_OUTPUTS'] ?? 'examples/scripted';
  cpSync(join(prepared, context, component ?? '', `${step}.${turn}`), checkout, { recursive: true });
}

function filesOf({ expects }: Command, checkout: string) {
  const there = expects.files.filter(({ path }) => existsSync(join(checkout, path)));
  return there.map(({ path }) => {
    const bytes = readFileSync(join(checkout, path));
    return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  });
}

/** Test reports and documents: specwright reads them itself. Above 64 KiB together they are uploaded first (`uploadOutput`). */
function outputsOf({ expects }: Command, checkout: string) {
  const wanted = [...expects.testReports, ...(expects.documents ?? [])];
  const there = wanted.filter(({ path }) => existsSync(join(checkout, path)));
  return there.map(({ path, output }) => ({ name: output, base64: readFileSync(join(checkout, path), 'base64') }));
}

function gitOf({ kind, metadata: { branch, push } }: Command, checkout: string) {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim();
  if (kind === 'prepare_workspace') return { branch, baseSha: git('rev-parse', 'HEAD') };
  if (kind !== 'finalize') return {};
  const [remoteSha = ''] = push ? git('ls-remote', 'origin', `refs/heads/${branch}`).split('\t') : [];
  return { branch, commit: git('rev-parse', 'HEAD'), ...(push ? { remoteSha } : {}) };
}
