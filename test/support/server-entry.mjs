// One API process of the build, for tests that look at it from outside. What to run comes as JSON; its address is said.
import { startServer } from '../../dist/server.js';

const { config, stack, rateLimit } = JSON.parse(process.argv[2]);
// The test's process holds the other end: when that is gone, nobody is left to end this one.
process.stdin.on('end', () => process.exit(1)).resume();
const server = await startServer(config, stack, { rateLimit });
process.stdout.write(`${server.url}\n`);
