import { InvalidArgumentError } from 'commander';
import { isUuid } from '../../domain/names.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { jsonText } from './errors.js';

interface PurgeCommandOptions {
  readonly olderThan: number;
  readonly account?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addPurgeCommand({ program, environment }: AddTo): void {
  program
    .command('purge')
    .description('remove the rows of sessions that closed long ago, with their prompts and outputs; whole trees only')
    .requiredOption('--older-than <time>', 'since they closed: 90d, 12h', duration)
    .option('--account <id>', 'every project of this account (default: the project of the data folder)', accountId)
    .option('--dry-run', 'only say what would be removed')
    .option(...JSON_OPTION)
    .action(async ({ olderThan, account, dryRun = false, json }: PurgeCommandOptions) => {
      const before = new Date(Date.now() - olderThan).toISOString();
      const purged = await environment.purge({ before, dryRun, ...(account === undefined ? {} : { account }) });
      if (json) return environment.out(`${jsonText({ before, dryRun, ...purged })}\n`);
      const { sessions, outputBytes } = purged;
      environment.out(
        `${sessions} sessions closed before ${before} ${dryRun ? 'would be' : 'are'} removed, ${outputBytes} bytes of outputs\n`,
      );
    });
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000 };

function accountId(text: string): string {
  if (!isUuid(text)) throw new InvalidArgumentError('Write the id of an account, a lower-case UUID.');
  return text;
}

function duration(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Write a number of days or hours, like 90d or 12h.');
  return Number(count) * UNITS[unit]!;
}
