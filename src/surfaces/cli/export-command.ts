import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { exportSession } from '../../api/export-session.js';
import { bundleFaults, isBundle, unprovenClaims } from '../../domain/session-bundle.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { EXIT, jsonText, messageOf, printable, UsageError } from './errors.js';

interface ExportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export function addExportCommands(add: AddTo): void {
  const { program, environment, connected, exitWith } = add;
  program
    .command('export')
    .description('write one session with its events and outputs as a bundle that can be verified')
    .argument('<session>')
    .option('-o, --out <file>', 'where to write it (default: stdout)')
    .option(...JSON_OPTION)
    .action((sessionId: string, { out, json }: ExportOptions) =>
      connected(async ({ sessions, scope }) => {
        const bundle = await exportSession(sessions, scope, sessionId, new Date());
        const text = `${jsonText(bundle)}\n`;
        if (out === undefined) return environment.out(text);
        // A session's prompts and outputs are its owner's alone.
        await writeFile(out, text, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
          throw new UsageError(`cannot write ${out}: ${messageOf(error)}`);
        });
        const { digest, outputs, events } = bundle;
        const told = { file: out, digest, outputs: outputs.length, events: events.length };
        environment.out(
          json
            ? `${jsonText(told)}\n`
            : `${printable(out)}: ${events.length} events, ${outputs.length} outputs, digest ${digest}\n`,
        );
      }),
    );
  program
    .command('verify-export')
    .description('check that a bundle is as it was exported')
    .argument('<file>')
    .option(...JSON_OPTION)
    .action(async (file: string, { json }: { json?: boolean }) => {
      const bundle = parse(await environment.readText(file), file);
      const faults = bundleFaults(bundle, hashOf);
      const unproven = isBundle(bundle) ? unprovenClaims(bundle) : [];
      if (json) environment.out(`${jsonText({ file, faults, unproven })}\n`);
      else {
        const told =
          faults.length === 0 ? [`${file} is as it was exported`] : faults.map((fault) => `${file}: ${fault}`);
        const claims = unproven.map(({ id }) => `  a result refers to output ${id}, whose bytes are not in the bundle`);
        environment.out(printable([...told, ...claims, ''].join('\n')));
      }
      if (faults.length > 0) exitWith(EXIT.failed);
    });
}

function hashOf(base64: string): { sha256: string; bytes: number } {
  const bytes = Buffer.from(String(base64), 'base64');
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${messageOf(error)}`);
  }
}
