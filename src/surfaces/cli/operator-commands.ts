import type { Check, Stuck } from '../../api/doctor.js';
import type { Difference } from '../../api/mirror-check.js';
import { type AddTo, JSON_OPTION } from './add-to.js';
import { EXIT, jsonText, printable } from './errors.js';

export function addOperatorCommands(add: AddTo): void {
  addMirror(add);
  addDoctor(add);
}

const VERIFY_EXIT = `
Exit codes:
  0  every row is as Temporal says
  1  something differs, or could not be compared; each is named
  3  there is no such session`;

function addMirror({ program, environment, exitWith }: AddTo): void {
  const mirror = program.command('mirror').description('the rows that people read, beside what Temporal says');
  mirror
    .command('verify')
    .description('compare the rows of the project with Temporal and name every difference')
    .option('--session <id>', 'only this session')
    .option(...JSON_OPTION)
    .addHelpText('after', VERIFY_EXIT)
    .action(async ({ session, json }: { session?: string; json?: boolean }) => {
      const { mirror: check, scope, close } = await environment.operate();
      const report = await check.verify(scope, session).finally(close);
      const { differences, sessions, unanswered } = report;
      const isRight = differences.length === 0 && unanswered.length === 0;
      if (!isRight) exitWith(EXIT.failed);
      if (json) return environment.out(`${jsonText(report)}\n`);
      for (const difference of differences) environment.out(`${printable(differenceLine(difference))}\n`);
      for (const id of unanswered) environment.out(`${id}  no worker answers; only its status was compared\n`);
      environment.out(`${sessions} sessions, ${differences.length} differences\n`);
    });
}

function differenceLine({ sessionId, what, row, temporal }: Difference): string {
  return `${sessionId}  ${what}: the row says ${row}, Temporal ${temporal}`;
}

const DOCTOR_EXIT = `
Exit codes:
  0  everything answers, and no session is stuck
  1  something is missing or a session is stuck; each is named with the next action
  2  wrong usage or configuration, or no stack is running here`;

function addDoctor({ program, environment, exitWith }: AddTo): void {
  program
    .command('doctor')
    .description('check the stack, and find sessions that are stuck, each with its cause and the next action')
    .option(...JSON_OPTION)
    .addHelpText('after', DOCTOR_EXIT)
    .action(async ({ json }: { json?: boolean }) => {
      const diagnosis = await environment.diagnose();
      const { checks, stuck } = diagnosis;
      const isWell = checks.every(({ ok }) => ok) && stuck !== null && stuck.length === 0;
      if (!isWell) exitWith(EXIT.failed);
      if (json) return environment.out(`${jsonText({ ok: isWell, ...diagnosis })}\n`);
      for (const check of checks) environment.out(`${printable(checkLine(check))}\n`);
      for (const found of stuck ?? []) environment.out(`${printable(stuckLines(found))}\n`);
      if (stuck === null) environment.out('sessions were not looked at: that needs Temporal and Postgres\n');
      else environment.out(stuck.length === 0 ? 'no session is stuck\n' : `${stuck.length} found\n`);
    });
}

function checkLine({ name, ok, detail, fix }: Check): string {
  return `${ok ? 'ok  ' : 'FAIL'}  ${name}: ${detail}${fix === undefined ? '' : `; ${fix}`}`;
}

function stuckLines({ sessionId, cause, detail, next }: Stuck): string {
  return `${sessionId}  ${cause}: ${detail}\n      → ${next}`;
}
