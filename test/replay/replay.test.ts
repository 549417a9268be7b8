import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { SESSION_TYPE_NAMES } from '../../src/domain/session.js';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const FOLDER = file('./histories');
const histories = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const logger = new DefaultLogger('ERROR');
let today: WorkflowBundleOption;
let broken: WorkflowBundleOption;

beforeAll(async () => {
  Runtime.install({ logger, telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } });
  today = await bundleWorkflowCode({ workflowsPath: file('../../src/workflows/index.ts'), logger });
  broken = await bundleWorkflowCode({ workflowsPath: file('./broken-twin.ts'), logger });
});

interface Recorded {
  readonly events: readonly { readonly workflowExecutionStartedEventAttributes: { readonly workflowId: string } }[];
}

const replay = async (bundle: WorkflowBundleOption, name: string): Promise<void> => {
  const history = JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Recorded;
  const { workflowId } = history.events[0]!.workflowExecutionStartedEventAttributes;
  await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowId);
};

test('there is a recorded history of every type in every mode', () => {
  const ways = ['agentic', 'auto', 'manual'];
  const wanted = SESSION_TYPE_NAMES.flatMap((type) => ways.map((way) => `${type}.${way}.json`));
  expect(wanted.filter((name) => !histories.includes(name))).toEqual([]);
});

test.each(histories)('%s replays on the code of today', async (name) => {
  await replay(today, name);
});

test.each(histories)('%s fails to replay on a twin with a changed route', async (name) => {
  await expect(replay(broken, name)).rejects.toThrow(/TMPRL1100.*(Finalize|LocalActivity)/s);
});
