import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseProjectFile, formatProjectErrors } from '../schemas/project-file.js';
import { makeExampleRepository } from './example-repository.js';
const CONTEXT = 'Billing';
/** Implements the example's context with scripted agents: real Temporal, Postgres, git and tests; only the agent is a script. */
export async function runDemo(deps) {
    const started = Date.now();
    const name = `${new Date(started).toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}`;
    const repository = await makeExampleRepository(deps.exampleDir, join(deps.dataDir, 'demo'), name);
    const file = join(repository.folder, 'specwright.yaml');
    const parsed = parseProjectFile(await readFile(file, 'utf8'), file);
    if (!parsed.ok)
        throw new Error(formatProjectErrors(parsed.errors));
    await deps.applyProject({ ...parsed.model, project: { ...parsed.model.project, remote: repository.remote } });
    const { sessionId } = await deps.sessions.start(deps.scope, {
        sessionType: 'contextCoding',
        context: CONTEXT,
        mode: 'agentic',
        executorQueue: deps.executorQueue,
        onExhausted: 'fail',
    });
    deps.note(`session ${sessionId}\n`);
    const tree = await deps.watch(sessionId);
    const root = await deps.sessions.show(deps.scope, sessionId);
    const details = await Promise.all(tree.slice(1).map((child) => deps.sessions.show(deps.scope, child.sessionId)));
    const failure = root.failure ? `${root.failure.kind}: ${root.failure.message}` : null;
    return { report: reportOf(root, details, started, deps.webUi), remote: repository.remote, failure };
}
function reportOf(root, children, started, webUi) {
    const components = [...new Set(children.map(({ component }) => component ?? ''))].sort();
    return {
        status: root.status,
        sessionId: root.sessionId,
        branch: root.state.branch ?? null,
        commit: root.state.commit ?? null,
        remoteSha: root.state.remoteSha ?? null,
        children: components.map((component) => {
            const own = children.filter((child) => child.component === component).sort((a, b) => a.attempt - b.attempt);
            const fixRounds = own
                .flatMap(({ interactions }) => interactions)
                .filter(({ step, status }) => step.startsWith('Fix') && status !== 'pending');
            return { component, status: own.at(-1).status, attempts: own.length, fixRounds: fixRounds.length };
        }),
        interactions: [root, ...children].reduce((sum, { interactions }) => sum + interactions.length, 0),
        seconds: Math.round((Date.now() - started) / 100) / 10,
        webUi: webUi && `${webUi}/namespaces/default/workflows/${root.sessionId}`,
    };
}
