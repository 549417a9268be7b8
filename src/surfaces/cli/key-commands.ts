import { InvalidArgumentError, Option } from 'commander';
import type { KeySummary } from '../../api/access.js';
import { type Role, ROLES } from '../../domain/access.js';
import { isTimestamp } from '../../domain/report-guard.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import type { KeyDesk } from './environment.js';
import { jsonText, printable } from './errors.js';

interface CreateOptions {
  readonly name: string;
  readonly role: Role;
  readonly expires?: string;
  readonly json?: boolean;
}

/** Keys of the HTTP API. On the stack itself no key is needed to make one: who reaches its database may. */
export function addKeyCommands({ program, environment }: AddTo): void {
  const keys = program
    .command('keys')
    .description('keys of the HTTP API, for the project of the data folder or of the key that is used');
  const atDesk = async (use: (desk: KeyDesk) => Promise<void>): Promise<void> => {
    const desk = await environment.keys();
    await use(desk).finally(() => desk.close());
  };
  const show = (json: boolean | undefined, { key, ...summary }: KeySummary & { readonly key: string }): void => {
    environment.out(json ? `${jsonText({ ...summary, key })}\n` : `${key}\n`);
    environment.note(`key ${summary.keyId} (${summary.role}); it is shown this once\n`);
  };
  keys
    .command('create')
    .description('make a key and print it, the only time it is shown')
    .requiredOption('--name <name>', 'by which people know it')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('developer'))
    .option('--expires <time>', 'when it ends, like 2027-01-01T00:00:00Z (default: when it is revoked)', time)
    .option(...JSON_OPTION)
    .action(({ name, role, expires, json }: CreateOptions) =>
      atDesk(async ({ access, by }) => {
        const request = { name, role, ...(expires === undefined ? {} : { expiresAt: expires }) };
        show(json, await access.createKey(by, request));
      }),
    );
  keys
    .command('list')
    .description('list keys; their secrets are not stored')
    .option(...JSON_OPTION)
    .action(({ json }: { json?: boolean }) =>
      atDesk(async ({ access, by }) => {
        const items = await access.listKeys(by.scope);
        if (json) return environment.out(`${jsonText({ items })}\n`);
        for (const item of items) environment.out(`${printable(keyLine(item))}\n`);
      }),
    );
  addChanges(keys, atDesk, show, environment);
}

function addChanges(
  keys: AddTo['program'],
  atDesk: (use: (desk: KeyDesk) => Promise<void>) => Promise<void>,
  show: (json: boolean | undefined, key: KeySummary & { readonly key: string }) => void,
  environment: AddTo['environment'],
): void {
  keys
    .command('rotate')
    .description('print a new secret for a key; the old one ends at once')
    .argument('<key id>')
    .option(...JSON_OPTION)
    .action((keyId: string, { json }: { json?: boolean }) =>
      atDesk(async ({ access, by }) => show(json, await access.rotateKey(by.scope, keyId))),
    );
  keys
    .command('revoke')
    .description('end a key')
    .argument('<key id>')
    .option(...JSON_OPTION)
    .action((keyId: string, { json }: { json?: boolean }) =>
      atDesk(async ({ access, by }) => {
        await access.revokeKey(by.scope, keyId);
        environment.out(json ? `${jsonText({ revoked: keyId })}\n` : `revoked ${keyId}\n`);
      }),
    );
}

function keyLine({ keyId, name, role, prefix, expiresAt, revokedAt }: KeySummary): string {
  const state = revokedAt === null ? (expiresAt === null ? '' : `  until ${expiresAt}`) : `  revoked ${revokedAt}`;
  return `${keyId}  ${prefix}…  ${role}  ${name}${state}`;
}

function time(text: string): string {
  if (!isTimestamp(text)) throw new InvalidArgumentError('Write a time with its zone, like 2027-01-01T00:00:00Z.');
  return new Date(text).toISOString();
}
