import { Option } from 'commander';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { jsonText, printable } from './errors.js';

export function addStackCommands({ program, environment, exitWith }: AddTo): void {
  program
    .command('up')
    .description('start Postgres, Temporal, worker, executor and HTTP API here and keep them up until Ctrl-C')
    .option(...JSON_OPTION)
    .action((options: { json?: boolean }) => environment.up({ json: options.json ?? false }));
  program
    .command('worker')
    .description('run a worker against given servers until Ctrl-C; `session` runs workflows, `executor` runs commands')
    .addOption(
      new Option('--role <role...>', 'what it serves')
        .choices(['session', 'executor'])
        .default(['session', 'executor']),
    )
    .action(({ role }: { role: readonly ('session' | 'executor')[] }) => environment.worker(role));
  program
    .command('serve')
    .description('serve the HTTP API against given servers until Ctrl-C')
    .option(...JSON_OPTION)
    .action((options: { json?: boolean }) => environment.serve({ json: options.json ?? false }));
  program
    .command('setup')
    .description(
      'make roles, database, tables and search attributes on the servers of DATABASE_URL and TEMPORAL_ADDRESS',
    )
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) => {
      const done = await environment.setup();
      if (options.json) return environment.out(`${jsonText(done)}\n`);
      for (const [name, value] of Object.entries(done)) environment.out(`${name}: ${printable(String(value))}\n`);
    });
  program
    .command('demo')
    .description('start the stack and implement the example context with scripted agents, from branch to verified push')
    .option(...JSON_OPTION)
    .option('--full', 'from the first design: four sessions, each delivered on the branch of the one before')
    .option('--keep', 'keep the stack up until Ctrl-C (the default on a terminal)')
    .option('--no-keep', 'stop when the session is closed (the default elsewhere)')
    .action(async ({ json = false, keep, full = false }: { json?: boolean; keep?: boolean; full?: boolean }) => {
      exitWith(await environment.demo({ json, full, keep: keep ?? (environment.isTerminal && !json) }));
    });
}
