/** Asks at most once in that time, whoever wants to know. */
export function keptFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at >= ms) last = { at: now, answer: ask() };
    return last.answer;
  };
}
