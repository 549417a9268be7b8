import { RefusedError, type Next, type Report, type SpecwrightClient } from '../../src/client.js';
import { resultDigest } from '../../src/domain/digest.js';
import type { Ack } from './report-oracle.js';

/** Where a report can be sent to: Temporal, or an API with a key. */
export type Door =
  | { readonly via: 'signal' | 'update'; readonly client: SpecwrightClient }
  | { readonly via: 'http'; readonly url: string; readonly key: string };

/** Sends a report and says what its sender was told; throws when it was told nothing that counts. */
export async function sendReport(door: Door, sessionId: string, report: Report): Promise<Ack> {
  const { via } = door;
  const sent = { sessionId, commandId: report.commandId, digest: resultDigest(report.result), via };
  if (door.via === 'http') return { ...sent, ...(await byHttp(door, sessionId, report)) };
  const send = async (): Promise<Told> => {
    if (via === 'update') return answered(await door.client.submitResult(sessionId, report));
    await door.client.reportResult(sessionId, report);
    return { said: 'durable' };
  };
  const told = await send().catch((error: unknown) => {
    if (error instanceof RefusedError) return refused(error.refusal);
    throw error;
  });
  return { ...sent, ...told };
}

type Told = Pick<Ack, 'said' | 'next' | 'accepted'>;

const answered = ({ duplicate, next }: { readonly duplicate: boolean; readonly next: Next }): Told => ({
  said: duplicate ? 'duplicate' : 'first',
  next,
});

function refused(refusal: { readonly code: string; readonly digest?: string; readonly at?: string }): Told {
  if (refusal.code === 'session_closed') return { said: 'closed' };
  if (refusal.code !== 'result_conflict') throw new Error(`refused as ${JSON.stringify(refusal)}`);
  return { said: 'conflict', accepted: { digest: refusal.digest ?? '', at: refusal.at } };
}

async function byHttp({ url, key }: Door & { via: 'http' }, sessionId: string, report: Report): Promise<Told> {
  const response = await fetch(`${url}/v1/sessions/${sessionId}/results`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(report),
  });
  const body = (await response.json()) as { code: string; duplicate: boolean; next: Next };
  if (response.status === 200) return answered(body);
  if (response.status === 202) return { said: 'durable' };
  return refused(body);
}
