import { Command } from 'commander';
import { startBenchStack } from './bench-stack.js';
import { measureChildren } from './measures/children.js';
import { measureKill } from './measures/kill.js';
import { measureReports } from './measures/report-to-next.js';
import { measureStarts } from './measures/starts-and-idle.js';
import { FULL, QUICK } from './sizes.js';
import { tableOf } from './table.js';
const options = new Command('bench')
    .description('Measures specwright beside a bare Temporal workflow, on servers of its own.')
    .option('--quick', 'fewer repeats: under two minutes')
    .option('--json', 'nothing but the JSON document on stdout')
    .parse()
    .opts();
const began = performance.now();
const log = (line) => void process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${line}\n`);
const stack = await startBenchStack(log);
let stopping = null;
const stop = () => (stopping ??= stack.stop());
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void stop().finally(() => process.exit(130)));
}
try {
    const [report, details] = await measure(stack, options.quick ? QUICK : FULL);
    if (!options.json)
        process.stdout.write(`${tableOf(report, details)}\n\n`);
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
finally {
    await stop();
    log('done');
}
async function measure(bench, sizes) {
    log('report → next command, at 1 and 50 clients');
    const [reportToNext, details] = await measureReports(bench, sizes.reports);
    log('starts, and the memory of 500 idle sessions');
    const [starts, idle500] = await measureStarts(bench, sizes.starts);
    log('a parent with 100 trivial children');
    const children100 = await measureChildren(bench, sizes.children);
    log('a report answered after kill -9 of the worker');
    const kill = await measureKill(bench, sizes.kill);
    return [{ reportToNext, starts, children100, idle500, kill }, details];
}
