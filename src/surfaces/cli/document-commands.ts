import { resolve } from 'node:path';
import { Option } from 'commander';
import { DOCUMENT_TYPES, type DocumentError, type DocumentType } from '../../documents/document.js';
import { parseDocument } from '../../documents/parse-document.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { EXIT, jsonText, printable } from './errors.js';

export function addDocumentCommands({ program, environment, exitWith }: AddTo): void {
  const document = program.command('document').description('design documents, reviews and rules');
  document
    .command('check')
    .description('check a markdown document against its type; prints every error with its line and how to mend it')
    .argument('<file>', 'the document; - for standard input')
    .addOption(new Option('--type <type>', 'what it is to be').choices(DOCUMENT_TYPES).makeOptionMandatory())
    .option(...JSON_OPTION)
    .action(async (file: string, { type, json }: { type: DocumentType; json?: boolean }) => {
      const parsed = parseDocument(type, await environment.readText(file === '-' ? file : resolve(file)));
      if (!parsed.ok) exitWith(EXIT.usage);
      if (json) return environment.out(`${jsonText({ file, type, ...parsed })}\n`);
      if (parsed.ok) return environment.out(printable(`${file}: a valid ${type} document`) + '\n');
      for (const error of parsed.errors) environment.out(`${printable(errorLine(file, error))}\n`);
    });
}

function errorLine(file: string, { line, section, rule, message, fix }: DocumentError): string {
  return `${file}:${line}: [${rule}] ${section ?? 'document'}: ${message}; ${fix}`;
}
