// One Temporal server and one Postgres for every test project, started once. Runs the build that `npm test` made.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../dist/config.js';
import { startLocalStack } from '../../dist/local-stack.js';

export default async function startServers() {
  const dataDir = await mkdtemp('/var/tmp/specwright-tests-');
  const config = loadConfig({ PATH: process.env.PATH, HOME: process.env.HOME, SPECWRIGHT_DATA_DIR: dataDir });
  const stack = await startLocalStack(config, { log: (line) => process.stderr.write(`${line}\n`), throwaway: true });
  process.env.TEST_STACK = JSON.stringify({ temporal: stack.temporal, database: stack.database, dataDir });
  globalThis.stopTestServers = async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
