import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config.js';
import { eventually } from './manual-client.js';
import { testStack, type Rig } from './rig.js';

const SCRIPTED_AGENT = fileURLToPath(new URL('../../dist/runner/agents/scripted-agent.js', import.meta.url));
const EXAMPLE_TESTS = fileURLToPath(new URL('../../examples/shop/test/billing', import.meta.url));

/**
 * Places where an executor's programs wait while a gate is closed, so that a test can kill a worker exactly there:
 * `agent.<sessionId>`, `tests.<sessionId>`, and `git.<subcommand>.before` or `.after` of any session.
 */
export interface Gates {
  /** The example's tests, which stop at gates; for the rig's repository. */
  readonly files: Readonly<Record<string, string>>;
  /** For an executor: the scripted agent and a `git`, both stopping at gates. */
  config(rig: Rig): Pick<Config, 'agent' | 'commandEnv'>;
  close(...gates: readonly string[]): void;
  open(...gates: readonly string[]): void;
  /** Waits until that many programs stand, or have stood, at the gate since it was closed; returns their pids. */
  reached(gate: string, times?: number): Promise<readonly number[]>;
  end(): void;
}

export function createGates(): Gates {
  const folder = mkdtempSync(join(testStack().dataDir, 'gates-'));
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeProgram(join(programs, 'git'), gitProgram(folder));
  const agent = join(folder, 'agent');
  writeProgram(agent, agentProgram(folder));
  const open = (...gates: readonly string[]) => gates.forEach((gate) => rmSync(join(folder, gate), { force: true }));
  return {
    files: testFiles(folder),
    config: (rig) => ({
      agent: { kind: 'command', argv: [agent, rig.example.scripted, '{context}', '{component}', '{step}.{turn}'] },
      commandEnv: { ...rig.config.commandEnv, PATH: `${programs}${delimiter}${rig.config.searchPath}` },
    }),
    close(...gates) {
      for (const gate of gates) {
        for (const pid of pidsAt(folder, gate)) rmSync(join(folder, `${gate}@${pid}`));
        writeFileSync(join(folder, gate), '');
      }
    },
    open,
    reached: (gate, times = 1) =>
      eventually(
        async () => {
          const pids = pidsAt(folder, gate);
          return pids.length >= times && pids;
        },
        `gate ${gate} reached ${times} times`,
        40,
      ),
    // Whoever still stands at a gate goes on when its file is gone.
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function pidsAt(folder: string, gate: string): readonly number[] {
  const prefix = `${gate}@`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

const shell = (folder: string) => `#!/bin/sh
stop_at() {
  [ -e "${folder}/$1" ] || return 0
  : > "${folder}/$1@$$"
  while [ -e "${folder}/$1" ]; do sleep 0.05; done
}
`;

function gitProgram(folder: string): string {
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  return `${shell(folder)}
value=
for word in "$@"; do
  if [ -n "$value" ]; then value=; continue; fi
  case "$word" in -c) value=next ;; -*) ;; *) subcommand=$word; break ;; esac
done
stop_at "git.$subcommand.before"
"${git}" "$@"
code=$?
stop_at "git.$subcommand.after"
exit $code
`;
}

/** Deaf to SIGTERM, as a program can be. */
function agentProgram(folder: string): string {
  return `${shell(folder)}
trap '' TERM
stop_at "agent.$(basename "$PWD")"
exec "${process.execPath}" "${SCRIPTED_AGENT}" "$@"
`;
}

/** The example's own tests, each waiting first; the folder they run in is named after the session. */
function testFiles(folder: string): Readonly<Record<string, string>> {
  const stop = `
import { existsSync as gateExists, writeFileSync as writeGate } from 'node:fs';
import { basename as gateName } from 'node:path';
const gate = ${JSON.stringify(`${folder}/tests.`)} + gateName(process.cwd());
if (gateExists(gate)) writeGate(gate + '@' + process.pid, '');
while (gateExists(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
`;
  return Object.fromEntries(
    readdirSync(EXAMPLE_TESTS).map((name) => [
      `test/billing/${name}`,
      `${stop}${readFileSync(join(EXAMPLE_TESTS, name), 'utf8')}`,
    ]),
  );
}
