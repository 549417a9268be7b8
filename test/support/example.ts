import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeExampleRepository } from '../../src/dev/example-repository.js';
import type { ProjectModel } from '../../src/domain/project.js';
import { parseProjectFile } from '../../src/schemas/project-file.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

export interface ExampleOptions {
  /** Prepared agent outputs added to the example's, or put in their place: path below `scripted/` to content. */
  readonly scripted?: Readonly<Record<string, string>>;
  /** Changes the model before it is applied. */
  readonly model?: (model: ProjectModel) => ProjectModel;
  /** Paths of the example's repository that are not there: `test` for one without tests. */
  readonly without?: readonly string[];
  /** Files added to the repository before its first commit. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Example {
  readonly folder: string;
  readonly remote: string;
  readonly scripted: string;
  readonly model: ProjectModel;
}

/** A copy of the shop with a bare remote, and scripted agents that a test may change. */
export async function makeExample(root: string, options: ExampleOptions): Promise<Example> {
  const source = join(root, 'source');
  await cp(join(EXAMPLES, 'shop'), source, { recursive: true });
  for (const path of options.without ?? []) await rm(join(source, path), { recursive: true });
  for (const [path, text] of Object.entries(options.files ?? {})) await write(join(source, path), text);
  const repository = await makeExampleRepository(source, join(root, 'repositories'), 'shop');
  const scripted = join(root, 'scripted');
  await cp(join(EXAMPLES, 'scripted'), scripted, { recursive: true });
  for (const [path, text] of Object.entries(options.scripted ?? {})) await write(join(scripted, path), text);
  const file = join(repository.folder, 'specwright.yaml');
  const parsed = parseProjectFile(await readFile(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const model = { ...parsed.model, project: { ...parsed.model.project, remote: repository.remote } };
  return { ...repository, scripted, model: options.model?.(model) ?? model };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** git in the bare remote, as a stranger would look. */
export function gitIn(repository: string, ...args: string[]): string {
  return execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
}
