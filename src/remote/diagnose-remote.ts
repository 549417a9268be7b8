import type { Check, Diagnosis, Stuck } from '../api/doctor.js';
import type { HttpClient } from '../http-client.js';

/** What `doctor` sees beside the stack, seen by the API: of sessions the active ones. */
export async function diagnoseRemote(url: string, http: HttpClient): Promise<Diagnosis> {
  const checks: Check[] = [];
  try {
    await http.isAlive({ deadlineMs: 5_000 });
    checks.push({ name: 'api', ok: true, detail: `answers at ${url}` });
    const { role, projectId } = await http.getMe();
    checks.push({ name: 'key', ok: true, detail: `a ${role} of project ${projectId}` });
    checks.push(...(await http.listChecks()).items);
  } catch (error) {
    return { checks: [...checks, broken(NAMES[checks.length]!, error)], stuck: null };
  }
  try {
    return { checks, stuck: await stuckSessions(http) };
  } catch (error) {
    return { checks: [...checks, broken('sessions', error)], stuck: null };
  }
}

const NAMES = ['api', 'key', 'stack'] as const;

const broken = (name: string, error: unknown): Check => ({
  name,
  ok: false,
  detail: error instanceof Error ? error.message : String(error),
});

async function stuckSessions(http: HttpClient): Promise<readonly Stuck[]> {
  const found: Stuck[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await http.listStuck(cursor === undefined ? {} : { cursor });
    found.push(...page.items);
    cursor = page.cursor;
  }
  return found;
}
