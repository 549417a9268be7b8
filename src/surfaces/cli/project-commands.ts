import { resolve } from 'node:path';
import { formatProjectErrors, parseProjectFile } from '../../schemas/project-file.js';
import { UsageError } from './errors.js';
import { type AddTo, JSON_OPTION } from './add-to.js';

export function addProjectCommands({ program, environment, connected }: AddTo): void {
  const project = program.command('project').description('the project model');
  project
    .command('apply')
    .description('write what specwright.yaml declares into the project model; repeatable, removes nothing')
    .option('-f, --file <path>', 'the file', 'specwright.yaml')
    .option(...JSON_OPTION)
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const parsed = parseProjectFile(await environment.readText(resolve(file)), file);
      if (!parsed.ok) throw new UsageError(formatProjectErrors(parsed.errors));
      await connected(async ({ applyProject, scope }) => {
        const outcome = await applyProject(parsed.model);
        if (json) return environment.out(`${JSON.stringify({ ...outcome, scope })}\n`);
        for (const name of outcome.created) environment.out(`+ ${name}\n`);
        for (const name of outcome.changed) environment.out(`~ ${name}\n`);
        environment.out(
          `${outcome.created.length} created, ${outcome.changed.length} changed, ${outcome.unchanged} unchanged\n`,
        );
        environment.out(`scope: ${JSON.stringify(scope)}\n`);
      });
    });
}
