import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { SessionEvent } from '../../api/sessions.js';
import type { SessionWatch } from '../../api/watch-sessions.js';
import type { Scope } from '../../domain/scope.js';

export interface StreamTimes {
  /** A comment this often, so that nobody between takes the stream for dead. */
  readonly heartbeatMs: number;
  /** A reader that takes nothing for this long is dropped; it goes on from its last event when it is back. */
  readonly drainMs: number;
}

export interface EventStream {
  /** Of a session that was seen to be the scope's. */
  readonly watch: SessionWatch;
  readonly scope: Scope;
  readonly sessionId: string;
  readonly times: StreamTimes;
  /** The client is gone, the server stops, or the key ended; the reason is told. */
  readonly ended: AbortSignal;
}

const PAGE = 100;

/**
 * Writes every event after `after` in the order of their revisions, without a gap, until the session is closed and all was
 * sent. At most a page is held; a reader that is slow is waited for, and one that stands still is dropped.
 */
export async function streamEvents(stream: EventStream, after: number, response: ServerResponse): Promise<void> {
  const { watch, scope, sessionId, ended } = stream;
  const send = (text: string): Promise<void> => write(response, text, stream);
  await send('retry: 2000\n\n');
  let sent = after;
  while (!ended.aborted) {
    const events = await watch.events(scope, sessionId, sent, PAGE);
    for (const event of events) {
      await send(eventText(event));
      sent = event.revision;
    }
    if (events.length === PAGE) continue;
    const standing = await changed(stream, sent, () => send(': heartbeat\n\n'));
    if (standing === null || standing.status === 'active' || standing.revision > sent) continue;
    await send(`event: end\ndata: ${JSON.stringify({ status: standing.status })}\n\n`);
    break;
  }
  if (!response.destroyed) response.end(ended.aborted ? `: ${String(ended.reason)}\n\n` : '');
}

function eventText(event: SessionEvent): string {
  return `id: ${event.revision}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Where the session stands past `revision`; null when the stream ended. Beats while it waits. */
async function changed(
  { watch, scope, sessionId, ended, times }: EventStream,
  revision: number,
  beat: () => Promise<void>,
) {
  while (!ended.aborted) {
    const standing = await within(times.heartbeatMs, ended, (signal) => watch.past(scope, sessionId, revision, signal));
    if (standing !== null) return standing;
    if (!ended.aborted) await beat();
  }
  return null;
}

async function write(response: ServerResponse, text: string, { ended, times }: EventStream): Promise<void> {
  if (ended.aborted || response.write(text)) return;
  const drained = await within(times.drainMs, ended, (signal) =>
    once(response, 'drain', { signal }).then(
      () => true,
      () => false,
    ),
  );
  if (!drained) response.destroy();
}

/** Gives `work` a signal that ends with `ended` and after `ms`, and leaves nothing behind. */
async function within<T>(ms: number, ended: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const abort = (): void => over.abort();
  const timer = setTimeout(abort, ms);
  ended.addEventListener('abort', abort);
  if (ended.aborted) abort();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', abort);
  }
}
