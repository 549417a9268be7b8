/** One reader of a session's event stream, as an IDE or a page keeps it open. */
export interface EventReader {
  /** Resolves with how long the next event took from its transaction's begin to here. */
  nextDelay(timeoutMs: number): Promise<number>;
  leave(): Promise<void>;
}

export async function openReader(url: string, key: string, sessionId: string): Promise<EventReader> {
  const gone = new AbortController();
  const response = await fetch(`${url}/v1/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
    signal: gone.signal,
  });
  if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`);
  let heard: (at: string) => void = () => undefined;
  const reading = read(response.body, (at) => heard(at)).catch(() => undefined);
  return {
    nextDelay: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no event of ${sessionId} in ${timeoutMs} ms`)), timeoutMs);
        heard = (at) => {
          heard = () => undefined;
          clearTimeout(late);
          resolve(Date.now() - Date.parse(at));
        };
      }),
    async leave() {
      gone.abort();
      await reading;
    },
  };
}

async function read(body: NonNullable<Response['body']>, event: (at: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const messages = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data !== undefined) event((JSON.parse(data) as { at: string }).at);
    }
  }
}
