import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sessions } from '../api/sessions.js';
import { parseProjectFile, formatProjectErrors } from '../schemas/project-file.js';
import type { ProjectModel } from '../domain/project.js';
import type { Scope } from '../domain/scope.js';
import type { SessionTypeName } from '../domain/session.js';
import type { ApplyOutcome } from '../ports/project-store.js';
import type { SessionDetail, SessionSummary } from '../ports/session-reader.js';
import { makeExampleRepository } from './example-repository.js';

export interface DemoDeps {
  readonly sessions: Sessions;
  readonly scope: Scope;
  sessionUrl(sessionId: string): string | null;
  readonly exampleDir: string;
  readonly dataDir: string;
  applyProject(model: ProjectModel): Promise<ApplyOutcome>;
  watch(sessionId: string): Promise<readonly SessionSummary[]>;
  note(text: string): void;
}

/** What `--json` prints, and the summary shows. */
export interface DemoReport {
  readonly sessionType: SessionTypeName;
  readonly status: string;
  readonly sessionId: string;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly remoteSha: string | null;
  /** A child about the whole context has an empty name. */
  readonly children: readonly { component: string; status: string; attempts: number; fixRounds: number }[];
  readonly interactions: number;
  readonly seconds: number;
  readonly webUi: string | null;
}

const CONTEXT = 'Billing';

/** What `--full` does, each on the branch of the one before. */
const DELIVERY = ['contextDesign', 'contextComponentsDesign', 'contextTesting', 'contextCoding'] as const;

export interface DemoOutcome {
  /** One for each session, in order; ends with the first that is not complete. */
  readonly reports: readonly DemoReport[];
  readonly remote: string;
  readonly failure: string | null;
}

/**
 * Implements the example's context with scripted agents: real Temporal, Postgres, git and tests; only the agent is a script.
 * `full` begins before anything is designed: without components and tests.
 */
export async function runDemo(deps: DemoDeps, full: boolean): Promise<DemoOutcome> {
  const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}`;
  const leftOut = full ? ['test', 'specwright.yaml'] : [];
  const repository = await makeExampleRepository(deps.exampleDir, join(deps.dataDir, 'demo'), name, leftOut);
  await applyExample(deps, repository.remote, full);
  const reports: DemoReport[] = [];
  let failure: string | null = null;
  for (const sessionType of full ? DELIVERY : (['contextCoding'] as const)) {
    const { report, failed } = await runOne(deps, sessionType, reports.at(-1)?.branch ?? null);
    reports.push(report);
    failure = failed;
    if (report.status !== 'complete') break;
  }
  return { reports, remote: repository.remote, failure };
}

async function applyExample(deps: DemoDeps, remote: string, full: boolean): Promise<void> {
  const file = join(deps.exampleDir, 'specwright.yaml');
  const parsed = parseProjectFile(await readFile(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(formatProjectErrors(parsed.errors));
  const { model } = parsed;
  const applied = await deps.applyProject({
    ...model,
    project: { ...model.project, remote },
    components: full ? [] : model.components,
  });
  if (!applied.ok) throw new Error(`${applied.refusal.message}: ${applied.refusal.fix}`);
}

async function runOne(
  deps: DemoDeps,
  sessionType: SessionTypeName,
  baseBranch: string | null,
): Promise<{ report: DemoReport; failed: string | null }> {
  const started = Date.now();
  const { sessionId } = await deps.sessions.start(deps.scope, {
    sessionType,
    context: CONTEXT,
    mode: 'agentic',
    onExhausted: 'fail',
    ...(baseBranch === null ? {} : { baseBranch }),
  });
  deps.note(`session ${sessionId}\n`);
  const tree = await deps.watch(sessionId);
  const root = await deps.sessions.show(deps.scope, sessionId);
  const details = await Promise.all(tree.slice(1).map((child) => deps.sessions.show(deps.scope, child.sessionId)));
  const failed = root.failure ? `${root.failure.kind}: ${root.failure.message}` : null;
  return { report: reportOf(root, details, started, deps.sessionUrl(sessionId)), failed };
}

function reportOf(
  root: SessionDetail,
  children: readonly SessionDetail[],
  started: number,
  webUi: string | null,
): DemoReport {
  const components = [...new Set(children.map(({ component }) => component ?? ''))].sort();
  return {
    sessionType: root.type,
    status: root.status,
    sessionId: root.sessionId,
    branch: root.state.branch ?? null,
    commit: root.state.commit ?? null,
    remoteSha: root.state.remoteSha ?? null,
    children: components.map((component) => {
      const own = children
        .filter((child) => (child.component ?? '') === component)
        .sort((a, b) => a.attempt - b.attempt);
      const fixRounds = own
        .flatMap(({ interactions }) => interactions)
        .filter(({ step, status }) => step.startsWith('Fix') && status !== 'pending');
      return { component, status: own.at(-1)!.status, attempts: own.length, fixRounds: fixRounds.length };
    }),
    interactions: [root, ...children].reduce((sum, { interactions }) => sum + interactions.length, 0),
    seconds: Math.round((Date.now() - started) / 100) / 10,
    webUi,
  };
}
