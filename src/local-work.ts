import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { loadConfig, personEnvironment, type Config } from './config.js';
import { AGENT_KINDS } from './config/choices.js';
import { createAgent } from './runner/agents/catalog.js';
import { FORGE_LIMITS } from './runner/forges/limits.js';
import type { Connected, WorkOrder, WorkReport } from './surfaces/cli/environment.js';
import { printable, UsageError } from './surfaces/cli/errors.js';
import type { Hands } from './work/bench.js';
import { doWork } from './work/do-work.js';
import { WorkStopped } from './work/work-stopped.js';

export interface Person {
  readonly signal: AbortSignal;
  note(text: string): void;
  say(line: string): void;
}

/** Carries out commands of a running stack in a checkout of the person's. */
export async function workHere(stack: Connected, order: WorkOrder, person: Person): Promise<WorkReport> {
  const config = loadConfig();
  const { sessions, scope, openOutput } = stack;
  const { hands: by, ...request } = order;
  const { programs, git } = personEnvironment();
  try {
    return await doWork(
      {
        sessions,
        scope,
        openOutput,
        hands: by === 'person' ? byPerson(person) : await byAgent(by === 'configured' ? config : withAgent(by)),
        env: programs,
        gitEnv: git,
        secrets: config.secrets,
        forges: { tokens: config.forgeTokens, origins: config.forgeOrigins, limits: FORGE_LIMITS },
        signal: person.signal,
        say: person.say,
      },
      { ...request, defaultOwner: (root) => `${userName()}@${hostname()}:${root}`.slice(0, 200) },
    );
  } catch (error) {
    if (error instanceof WorkStopped && error.kind === 'usage') throw new UsageError(error.message);
    throw error;
  }
}

function withAgent(kind: string): Config {
  if (!AGENT_KINDS.some((known) => known === kind))
    throw new UsageError(`--agent ${kind} is none of ${AGENT_KINDS.join(', ')}`);
  return loadConfig(undefined, undefined, { SPECWRIGHT_AGENT: kind });
}

async function byAgent(config: Config): Promise<Hands> {
  const agent = createAgent(config.agent, config.searchPath);
  const problem = await agent.check();
  if (problem !== null) throw new UsageError(`${problem}; or do it yourself with --ask`);
  return { kind: 'agent', agent };
}

function byPerson({ signal, note }: Person): Hands {
  return {
    kind: 'person',
    async ask({ title, prompt, file }) {
      note(`\n${printable(prompt)}\n\n${printable(title)}: the task is above, and in ${file}\n`);
      const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
      // `terminal: false` leaves Ctrl-C to the process.
      const closed = new Promise<never>((_resolve, reject) => {
        terminal.once('close', () => reject(new UsageError('standard input ended before the work was done')));
      });
      closed.catch(() => undefined);
      try {
        await Promise.race([
          terminal.question('Press Enter when it is done, Ctrl-C to give it back. ', { signal }),
          closed,
        ]);
      } finally {
        terminal.close();
      }
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
