import type { Runner } from '../src/ports/runner.js';
import { wellDone } from './results.js';

/** Answers at once what the steps accept: neither git nor `node --test` is what the benchmark measures. */
export const trivialRunner: Runner = {
  run: async (command) => wellDone(command),
  check: async (command) => wellDone(command),
  merge: async () => ({ ok: true, commit: 'd'.repeat(40) }),
};
