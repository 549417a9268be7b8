import { type AppliedModel, RefusedError } from '../../api/sessions.js';
import { formatProjectErrors } from '../../schemas/project-file.js';
import { printable, UsageError } from './errors.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { readProjectFile } from './read-project-file.js';

interface ApplyFlags {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

export function addProjectCommands({ program, environment, connected }: AddTo): void {
  const project = program.command('project').description('the project model');
  project
    .command('apply')
    .description('write what specwright.yaml declares into the project model, and show what that changes; repeatable')
    .option('-f, --file <path>', 'the file', 'specwright.yaml')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--prune', 'remove contexts, components, stories and rules that the file does not have')
    .option(...JSON_OPTION)
    .action(async ({ file, dryRun = false, prune = false, json }: ApplyFlags) => {
      const parsed = await readProjectFile(file, (path) => environment.readText(path));
      if (!parsed.ok) throw new UsageError(formatProjectErrors(parsed.errors));
      await connected(async ({ applyProject, scope }) => {
        const outcome = await applyProject(parsed.model, { dryRun, prune });
        if (!outcome.ok) throw new RefusedError({ ...outcome.refusal, code: 'invalid_input' });
        if (json) return environment.out(`${JSON.stringify({ ...outcome, scope })}\n`);
        environment.out(`${printable(outcomeLines(outcome).join('\n'))}\nscope: ${JSON.stringify(scope)}\n`);
      });
    });
}

function outcomeLines({ created, changed, removed, undeclared, unchanged, dryRun }: AppliedModel): readonly string[] {
  const counts = `${created.length} created, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged`;
  return [
    ...created.map((name) => `+ ${name}`),
    ...changed.flatMap(({ name, fields }) => [`~ ${name}`, ...fields.map(fieldLine)]),
    ...removed.map((name) => `- ${name}`),
    ...undeclared.map((name) => `  ${name} is not in the file and stays; --prune removes it`),
    dryRun ? `${counts}; nothing was written (--dry-run)` : counts,
  ];
}

function fieldLine({ field, from, to }: AppliedModel['changed'][number]['fields'][number]): string {
  return from === undefined || to === undefined
    ? `    ${field}: another text`
    : `    ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}
