import type { Check, Diagnosis, Stuck } from '../api/doctor.js';
import type { HttpClient } from '../http-client.js';

const SOON = { deadlineMs: 5_000 };

/** What `doctor` sees beside the stack, seen by the API: of sessions the active ones. */
export async function diagnoseRemote(url: string, http: HttpClient): Promise<Diagnosis> {
  const checks: Check[] = [];
  const stuck: Stuck[] = [];
  let what: 'api' | 'key' | 'stack' | 'sessions' = 'api';
  try {
    await http.isAlive(SOON);
    checks.push({ name: 'api', ok: true, detail: `answers at ${url}` });
    what = 'key';
    const { role, projectId } = await http.getMe(SOON);
    checks.push({ name: 'key', ok: true, detail: `a ${role} of project ${projectId}` });
    what = 'stack';
    checks.push(...(await http.listChecks()).items);
    if (checks.some(({ name, ok }) => name === 'temporal' && !ok)) return { checks, stuck: null };
    what = 'sessions';
    for await (const found of pagesOf(http)) stuck.push(...found);
    return { checks, stuck };
  } catch (error) {
    checks.push(broken(what, error));
    // Without Postgres no key can be looked at.
    if (what === 'key') await http.isReady(SOON).catch((missing: unknown) => checks.push(broken('servers', missing)));
    return { checks, stuck: stuck.length === 0 ? null : stuck };
  }
}

const broken = (name: string, error: unknown): Check => ({
  name,
  ok: false,
  detail: error instanceof Error ? error.message : String(error),
});

async function* pagesOf(http: HttpClient): AsyncGenerator<readonly Stuck[]> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await http.listStuck(cursor === undefined ? {} : { cursor });
    yield page.items;
    cursor = page.cursor;
  }
}
