import { RefusedError } from '../client.js';
import { sha256Hex } from '../domain/digest.js';
import { canonicalJson } from '../domain/json.js';
import type { Scope } from '../domain/scope.js';
import type { SessionsDeps, StartRequest } from './session-use-cases.js';
import { settlesWithin, whenReachable } from './when-reachable.js';

const READABLE_WITHIN_MS = 5_000;
/** As long as Postgres gives a statement; a start needs no answer of it. */
const CHECKED_WITHIN_MS = 2_000;

/** See {@link Sessions.start}: the key's row names the session before it is started, so that a lost answer starts no second one. */
export async function startSession(
  deps: SessionsDeps,
  scope: Scope,
  asked: StartRequest,
  idempotencyKey?: string,
): Promise<{ sessionId: string }> {
  const { client, intake, newId, watch, executorQueue } = deps;
  await refuseHopeless(deps, scope, asked, idempotencyKey);
  const request = { executorQueue, ...asked };
  const wanted = newId();
  const digest = sha256Hex(canonicalJson({ ...request, userId: scope.userId }));
  const sessionId =
    idempotencyKey === undefined ? wanted : await intake.claimKey(scope, idempotencyKey, digest, wanted);
  if (sessionId === null) {
    const fix = 'use a new Idempotency-Key for another request';
    throw new RefusedError({
      code: 'key_reused',
      message: 'this key was used for another request',
      field: 'Idempotency-Key',
      fix,
    });
  }
  await whenReachable(client, () =>
    client.startSession(sessionId, { scope, ...request }, { orFind: sessionId !== wanted }),
  );
  // The row is written by the first activity; with no worker up the session is started all the same.
  await watch.past(scope, sessionId, -1, AbortSignal.timeout(READABLE_WITHIN_MS));
  return { sessionId };
}

/**
 * What the first activity would refuse is refused at once, before anything is claimed or started. With Postgres away that
 * activity tells. A key that is used already stands for a session from before, whatever has become of the model.
 */
async function refuseHopeless(
  { reader, intake }: SessionsDeps,
  scope: Scope,
  asked: StartRequest,
  idempotencyKey?: string,
): Promise<void> {
  const check = reader.startFault(scope, asked).catch(() => null);
  const fault = (await settlesWithin(check, CHECKED_WITHIN_MS)) ? await check : null;
  if (fault === null || (idempotencyKey !== undefined && (await intake.hasKey(scope, idempotencyKey)))) return;
  throw new RefusedError({ code: 'invalid_input', ...fault });
}
