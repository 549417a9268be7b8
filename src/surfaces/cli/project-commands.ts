import { Option } from 'commander';
import { type AppliedModel, RefusedError } from '../../api/sessions.js';
import { formatProjectErrors } from '../../schemas/project-file.js';
import { jsonText, printable, UsageError } from './errors.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { readProjectFile } from './read-project-file.js';

interface ApplyFlags {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

export function addProjectCommands(add: AddTo): void {
  const project = add.program.command('project').description('projects and their model');
  addApply(project, add);
  addCreate(project, add);
}

interface CreateFlags {
  readonly name: string;
  readonly user: string;
  readonly account?: string;
  readonly accountName?: string;
  readonly json?: boolean;
}

function addCreate(project: AddTo['program'], { environment }: AddTo): void {
  project
    .command('create')
    .description('make a project, in a new account or another one, and a key of its first admin; beside the stack only')
    .requiredOption('--name <name>', 'of the project; a model that is applied gives it its own')
    .requiredOption('--user <name>', 'the first admin')
    .addOption(new Option('--account-name <name>', 'makes an account').conflicts('account'))
    .option('--account <id>', 'puts it into this account')
    .option(...JSON_OPTION)
    .action(async ({ name, user, account: id, accountName, json }: CreateFlags) => {
      const account = id !== undefined ? { id } : accountName !== undefined ? { name: accountName } : null;
      if (account === null) throw new UsageError('give --account-name or --account');
      const { scope, key } = await environment.makeProject({ account, project: name, user });
      environment.out(json ? `${jsonText({ ...scope, keyId: key.keyId, key: key.key })}\n` : `${key.key}\n`);
      environment.note(`account ${scope.accountId}, project ${scope.projectId}, user ${scope.userId} (admin)\n`);
      environment.note(`key ${key.keyId}; it is shown this once\n`);
    });
}

function addApply(project: AddTo['program'], { environment, connected }: AddTo): void {
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
        if (json) return environment.out(`${jsonText({ ...outcome, scope })}\n`);
        environment.out(`${printable(outcomeLines(outcome).join('\n'))}\nscope: ${jsonText(scope)}\n`);
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
