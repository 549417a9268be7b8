import { describe, expect, test } from '@jest/globals';
import { isComplete, nextStep, steps } from '../../src/domain/routing.js';
import type { ResultStatus } from '../../src/domain/result.js';
import type { SessionStatus, SessionTypeName, Turn } from '../../src/domain/session.js';

/** The tables of DESIGN §3, once more by hand: where `ok`, `warning` and `error` lead. */
type Expected = Readonly<Record<string, readonly [ok: string, warning: string, error: string]>>;
const forward = (...steps: string[]): Expected =>
  Object.fromEntries(steps.map((step, index) => [step, [steps[index + 1] ?? 'complete', step, step]]));

const TABLES: Readonly<Record<SessionTypeName, Expected>> = {
  contextDesign: {
    ...forward('Initialize', 'GenerateContextDesign', 'ValidateDesign', 'Finalize'),
    ValidateDesign: ['Finalize', 'ValidateDesign', 'GenerateContextDesign'],
  },
  contextComponentsDesign: forward('Initialize', 'SpawnComponentDesignSessions', 'SpawnReviewSession', 'Finalize'),
  contextCoding: forward('Initialize', 'SpawnComponentCodingSessions', 'Finalize'),
  contextTesting: forward('Initialize', 'SpawnComponentTestingSessions', 'Finalize'),
  componentDesign: {
    ...forward('Initialize', 'GenerateComponentDesign', 'ValidateDesign', 'Finalize'),
    ValidateDesign: ['Finalize', 'ValidateDesign', 'GenerateComponentDesign'],
  },
  componentDesignReview: {
    ...forward('Initialize', 'ReviewDesigns', 'ValidateReview', 'Finalize'),
    ValidateReview: ['Finalize', 'ValidateReview', 'ReviewDesigns'],
  },
  componentCoding: {
    ...forward('Initialize', 'GenerateImplementation', 'RunTests'),
    RunTests: ['Finalize', 'RunTests', 'FixImplementation'],
    FixImplementation: ['RunTests', 'FixImplementation', 'FixImplementation'],
    ...forward('Finalize'),
  },
  componentTesting: {
    ...forward('Initialize', 'GenerateTests', 'RunTests'),
    RunTests: ['Finalize', 'RunTests', 'FixTests'],
    FixTests: ['RunTests', 'FixTests', 'FixTests'],
    ...forward('Finalize'),
  },
};
const TYPES = Object.entries(TABLES) as [SessionTypeName, Expected][];

const turn = (step: string, status: ResultStatus | null, seq = 1): Turn => ({ seq, step, status });
const active = (...interactions: Turn[]) => ({ status: 'active' as SessionStatus, interactions });

describe.each(TYPES)('%s', (type, table) => {
  const after = (step: string, status: ResultStatus) => {
    const next = nextStep(type, active(turn(step, status)));
    return next.ok ? next.step : next.error;
  };
  const path = Object.keys(table);
  const [, second = ''] = path;
  const beforeFinalize = path.filter((step) => table[step]![0] === 'Finalize');
  const others = path.filter((step) => step !== 'Finalize');

  test('steps returns the ordered list, from Initialize to Finalize', () => {
    expect(steps(type)).toEqual(path);
    expect([path[0], path.at(-1)]).toEqual(['Initialize', 'Finalize']);
  });

  test('nextStep returns Initialize when the session has no interactions', () => {
    expect(nextStep(type, active())).toEqual({ ok: true, step: 'Initialize' });
  });

  test(`nextStep returns ${second} after a successful Initialize`, () => {
    expect(after('Initialize', 'ok')).toBe(second);
  });

  test(`nextStep returns Finalize after a successful ${beforeFinalize.join()}`, () => {
    expect(beforeFinalize.map((step) => after(step, 'ok'))).toEqual(['Finalize']);
  });

  test('nextStep returns session_complete after a successful Finalize', () => {
    expect(after('Finalize', 'ok')).toBe('session_complete');
  });

  test('nextStep retries Initialize and Finalize when they fail or are unsure', () => {
    for (const step of ['Initialize', 'Finalize']) {
      expect([after(step, 'error'), after(step, 'warning')]).toEqual([step, step]);
    }
  });

  test(`nextStep loops back when ${beforeFinalize.join()} fails`, () => {
    expect(beforeFinalize.map((step) => after(step, 'error'))).toEqual(beforeFinalize.map((step) => table[step]![2]));
    expect(beforeFinalize.map((step) => after(step, 'error'))).not.toContain('Finalize');
  });

  test('nextStep has the row of the table for every step and status', () => {
    for (const [step, [ok, warning, error]] of Object.entries(table)) {
      const told = ok === 'complete' ? 'session_complete' : ok;
      expect([step, after(step, 'ok'), after(step, 'warning'), after(step, 'error')]).toEqual([
        step,
        told,
        warning,
        error,
      ]);
    }
  });

  test('nextStep returns invalid_interaction for a step the type does not have', () => {
    for (const step of ['Deploy', 'initialize', 'constructor', '__proto__', '']) {
      expect(after(step, 'ok')).toBe('invalid_interaction');
    }
  });

  test('nextStep returns invalid_state for a status without a row', () => {
    for (const status of ['done', 'toString', ''])
      expect(after('Initialize', status as ResultStatus)).toBe('invalid_state');
  });

  test('nextStep returns session_complete for a closed session, whatever its interactions', () => {
    for (const status of ['complete', 'failed', 'cancelled'] as const) {
      const session = { status, interactions: [turn('Initialize', 'ok')] };
      expect(nextStep(type, session)).toEqual({ ok: false, error: 'session_complete' });
    }
  });

  test('isComplete of a session is true only when the last interaction is Finalize with ok', () => {
    expect(isComplete(active(turn('Finalize', 'ok')))).toBe(true);
    expect(isComplete(active())).toBe(false);
    for (const step of others) expect(isComplete(active(turn(step, 'ok')))).toBe(false);
    for (const status of ['warning', 'error'] as const)
      expect(isComplete(active(turn('Finalize', status)))).toBe(false);
    expect(isComplete(active(turn('Finalize', 'ok', 1), turn('Initialize', 'ok', 2)))).toBe(false);
  });

  test('isComplete of an interaction is true only for Finalize with ok', () => {
    expect(isComplete(turn('Finalize', 'ok'))).toBe(true);
    for (const status of ['warning', 'error', null] as const) expect(isComplete(turn('Finalize', status))).toBe(false);
    for (const step of others) expect(isComplete(turn(step, 'ok'))).toBe(false);
  });
});
