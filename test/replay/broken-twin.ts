import { runSession } from '../../src/workflows/session-loop.js';
import { SESSION_TYPES } from '../../src/domain/session-types/catalog.js';
import type { StartInput } from '../../src/contract/start-input.js';

// What a changed route row does to sessions that are under way: the tests are skipped.
const changed = { ok: { to: 'Finalize' }, warning: { to: 'Finalize' }, error: { to: 'Finalize' } };

export async function componentCoding(input: StartInput) {
  Object.assign(SESSION_TYPES.componentCoding.routes, { GenerateImplementation: changed });
  return runSession(input);
}

export async function contextCoding(input: StartInput) {
  Object.assign(SESSION_TYPES.contextCoding.routes, { Initialize: changed });
  return runSession(input);
}
