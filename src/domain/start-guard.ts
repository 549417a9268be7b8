import { BOUND_NAMES, MAX_BOUND } from './bounds.js';
import { Guard, type Misfit } from './guard.js';
import { jsonFault, type JsonObject } from './json.js';
import { isBranch, isSessionId, isUuid, nameFault } from './names.js';
import { EXECUTION_MODES, SESSION_TYPE_NAMES } from './session.js';
import { SESSION_TYPES } from './session-types/catalog.js';

const KEYS = [
  'scope',
  'sessionType',
  'context',
  'component',
  'mode',
  'executorQueue',
  'onExhausted',
  'bounds',
  'baseBranch',
  'parent',
  'carried',
];

/** What is wrong with a start input, or null. The Workflow Type and the session type have to agree. */
export function startMisfit(workflowType: string, sessionId: string, value: unknown): Misfit | null {
  const guard = new Guard();
  const { carried: _carried, ...fresh } = (value ?? {}) as JsonObject;
  const fault = jsonFault(fresh, 'input');
  if (fault) guard.fail(fault.path, fault.reason, 'send well-formed JSON');
  if (!isSessionId(sessionId)) {
    guard.fail(
      'workflowId',
      'must be letters, digits, _ and -, at most 128',
      'start it with such a Workflow Id, for example a UUID',
    );
  }
  const input = guard.object('input', value, KEYS);
  if (input) readInput(guard, workflowType, input);
  return guard.misfit;
}

function readInput(guard: Guard, workflowType: string, input: JsonObject): void {
  readScope(guard, input['scope']);
  const type = guard.oneOf('sessionType', input['sessionType'], SESSION_TYPE_NAMES);
  if (type === null) return;
  if (type !== workflowType)
    guard.fail('sessionType', `is ${type}, the Workflow Type is ${workflowType}`, 'make them equal');
  readName(guard, 'context', input['context']);
  if (SESSION_TYPES[type].level === 'component') readName(guard, 'component', input['component']);
  else if (input['component'] !== undefined) guard.fail('component', `is not for ${type}`, 'leave it out');
  readRunning(guard, input);
}

function readScope(guard: Guard, value: unknown): void {
  const scope = guard.object('scope', value, ['accountId', 'projectId', 'userId']);
  for (const key of ['accountId', 'projectId', 'userId']) {
    const id = scope?.[key];
    if (scope && !(typeof id === 'string' && isUuid(id))) {
      guard.fail(`scope.${key}`, 'must be a UUID in lower case', 'send the id that project apply printed');
    }
  }
}

function readName(guard: Guard, field: string, value: unknown): void {
  const name = guard.text(field, value, 1000, 1);
  const fault = name === null ? null : nameFault(name);
  if (fault) guard.fail(field, fault, 'use the name from specwright.yaml');
}

function readRunning(guard: Guard, input: JsonObject): void {
  const mode = input['mode'] === undefined ? 'manual' : guard.oneOf('mode', input['mode'], EXECUTION_MODES);
  const queue = input['executorQueue'] ?? null;
  if (queue !== null) guard.text('executorQueue', queue, 200, 1);
  if (queue === null && mode !== 'manual' && mode !== null) {
    guard.fail(
      'executorQueue',
      `is needed for mode ${mode}`,
      'name the Task Queue of an executor, or start in manual mode',
    );
  }
  if (input['onExhausted'] !== undefined) guard.oneOf('onExhausted', input['onExhausted'], ['wait', 'fail']);
  if (input['bounds'] !== undefined) {
    const bounds = guard.object('bounds', input['bounds'], BOUND_NAMES);
    for (const [name, bound] of Object.entries(bounds ?? {})) guard.integer(`bounds.${name}`, bound, 1, MAX_BOUND);
  }
  const base = input['baseBranch'];
  if (base !== undefined && !(typeof base === 'string' && isBranch(base))) {
    guard.fail('baseBranch', 'is not a branch name', 'name a branch of the remote, like main');
  }
  if (input['parent'] !== undefined) {
    const parent = guard.object('parent', input['parent'], ['sessionId', 'branch', 'attempt']);
    if (parent) readParent(guard, parent);
  }
}

function readParent(guard: Guard, parent: JsonObject): void {
  const fix = 'leave parent out: only a parent workflow sets it';
  const sessionId = guard.text('parent.sessionId', parent['sessionId'], 128, 1);
  if (sessionId !== null && !isSessionId(sessionId)) guard.fail('parent.sessionId', 'is not a session id', fix);
  const branch = guard.text('parent.branch', parent['branch'], 200, 1);
  if (branch !== null && !isBranch(branch)) guard.fail('parent.branch', 'is not a branch name', fix);
  guard.integer('parent.attempt', parent['attempt'], 1, MAX_BOUND);
}
