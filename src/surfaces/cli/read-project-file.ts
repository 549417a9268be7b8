import { dirname, resolve } from 'node:path';
import { parseDocument } from '../../documents/parse-document.js';
import { declaredRuleFiles, parseProjectFile, type ParsedProjectFile } from '../../schemas/project-file.js';
import type { RuleFile } from '../../schemas/project-rules.js';
import { messageOf } from './errors.js';

/** Reads a `specwright.yaml` and the files its rules are in. Throws only when the file itself cannot be read. */
export async function readProjectFile(
  file: string,
  readText: (path: string) => Promise<string>,
): Promise<ParsedProjectFile> {
  const text = await readText(resolve(file));
  const rules = declaredRuleFiles(text).map(async (path): Promise<[string, RuleFile]> => {
    try {
      return [path, parseDocument('rule', await readText(resolve(dirname(file), path)))];
    } catch (error) {
      return [path, { ok: false, unreadable: messageOf(error) }];
    }
  });
  return parseProjectFile(text, file, new Map(await Promise.all(rules)));
}
