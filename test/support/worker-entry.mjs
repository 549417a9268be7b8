// One worker process of the build, for tests that kill it. What to run comes as JSON; `up` is said when it serves.
import { startMetrics } from '../../dist/process-metrics.js';
import { installRuntime, startWorkers } from '../../dist/worker.js';

const { config, address, rwUrl, roles } = JSON.parse(process.argv[2]);
// The test's process holds the other end: when that is gone, nobody is left to end this one.
process.stdin.on('end', () => process.exit(1)).resume();
const metrics = await startMetrics(config, ['workers']);
installRuntime(config.logLevel, metrics?.sdkAddress);
const workers = await startWorkers(config, address, rwUrl, roles, { metrics: metrics?.registry });
process.stdout.write(`up ${metrics?.url ?? ''}\n`);
await workers.done;
