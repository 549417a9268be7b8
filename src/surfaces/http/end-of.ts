import type { ServerResponse } from 'node:http';

/** Aborted when the client goes away, or all was sent. */
export function endOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}
