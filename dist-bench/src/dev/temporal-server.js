import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { SEARCH_ATTRIBUTE_NAMES } from '../contract/search-attributes.js';
import { freePorts } from './free-ports.js';
import { launchServer } from './launch-server.js';
import { readJsonIfThere, writePrivateFile } from './private-file.js';
import { endProcess, findProcess, isRunning } from './processes.js';
import { waitUntil } from './wait-until.js';
/** A start takes about 1 s on two cores; a machine under load needs more. */
const START_TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
/** The one shard of the development server polls 20 times a second as installed, up to 50 ms per task. */
const DYNAMIC_CONFIG = {
    'history.transferProcessorMaxPollRPS': 1000,
    'history.timerProcessorMaxPollRPS': 1000,
    'system.enableActivityEagerExecution': true,
};
const pidFile = z.object({
    pid: z.number(),
    startedAt: z.string(),
    port: z.number(),
    uiPort: z.number(),
    /** The whole command line but its ports: another one is another server. */
    settings: z.string(),
});
/** Starts `temporal server start-dev`, or takes over the one that a killed run left in the same data folder. */
export async function startTemporalServer(options) {
    // Histories and logs hold what agents said.
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    const settings = settingsOf(options);
    const leftover = await takeLeftover(options, settings);
    if (leftover !== null)
        return toServer(leftover, namespaceOf(options), true);
    for (let attempt = 1;; attempt += 1) {
        try {
            return toServer(await startOnce(options, settings), namespaceOf(options), false);
        }
        catch (error) {
            // Between finding a free port and listening on it another program may have taken it.
            if (attempt === ATTEMPTS)
                throw error;
            options.log?.(`the Temporal server did not start, trying again: ${error.message}`);
        }
    }
}
async function startOnce(options, settings) {
    const [port, uiPort] = (await freePorts(2));
    const identity = await launchServer({
        program: options.program,
        args: [...settings, '--port', `${port}`, '--ui-port', `${uiPort}`],
        account: null,
        logPath: logPath(options),
        // Nothing of the user's own Temporal settings may reach it.
        env: { HOME: homedir() },
    });
    const running = { ...identity, port, uiPort, settings: JSON.stringify(settings) };
    try {
        await writePrivateFile(pidFilePath(options.dataDir), JSON.stringify(running));
        await waitUntil(async () => {
            if (await answers(port, namespaceOf(options)))
                return true;
            if (!(await isRunning(identity)))
                throw new Error(`the Temporal server ended at once; see ${logPath(options)}`);
            return null;
        }, { otherwise: `the Temporal server did not answer (see ${logPath(options)})`, timeoutMs: START_TIMEOUT_MS });
        return running;
    }
    catch (error) {
        await end(identity);
        throw error;
    }
}
function settingsOf(options) {
    const dynamicConfig = Object.entries({ ...DYNAMIC_CONFIG, ...options.dynamicConfig });
    const database = options.inMemory
        ? []
        : ['--db-filename', join(options.dataDir, 'temporal.db'), '--sqlite-pragma', 'journal_mode=wal'];
    return [
        'server',
        'start-dev',
        '--ip',
        '127.0.0.1',
        '--namespace',
        namespaceOf(options),
        '--log-level',
        'warn',
        ...database,
        ...SEARCH_ATTRIBUTE_NAMES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
        ...dynamicConfig.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ];
}
/** A server that a killed run left: taken over when it answers and is set up the same, else ended. */
async function takeLeftover(options, settings) {
    const parsed = pidFile.safeParse(await readJsonIfThere(pidFilePath(options.dataDir)));
    if (!parsed.success)
        return null;
    const running = parsed.data;
    const found = await findProcess(running.pid);
    const isOurs = found?.startedAt === running.startedAt && found.commandLine.includes('server start-dev');
    if (!isOurs)
        return null;
    if (running.settings === JSON.stringify(settings) && (await answers(running.port, namespaceOf(options)))) {
        options.log?.('taking over the Temporal server that an earlier run left');
        return running;
    }
    options.log?.('ending the Temporal server that an earlier run left');
    await end(running);
    return null;
}
/** Ready means the namespace and every search attribute are there, not only an open port. */
async function answers(port, namespace) {
    let connection = null;
    try {
        connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 2000 });
        const { operatorService, workflowService } = connection;
        const [attributes] = await connection.withDeadline(Date.now() + 2000, () => Promise.all([
            operatorService.listSearchAttributes({ namespace }),
            workflowService.describeNamespace({ namespace }),
        ]));
        return SEARCH_ATTRIBUTE_NAMES.every((name) => name in attributes.customAttributes);
    }
    catch {
        return false;
    }
    finally {
        await connection?.close();
    }
}
function toServer(running, namespace, reused) {
    let stopping = null;
    return {
        address: `127.0.0.1:${running.port}`,
        namespace,
        webUi: `http://127.0.0.1:${running.uiPort}`,
        pid: running.pid,
        reused,
        stop: () => (stopping ??= end(running)),
    };
}
const end = (identity) => endProcess(identity, [
    { signal: 'SIGTERM', waitMs: 5000 },
    { signal: 'SIGKILL', waitMs: 5000 },
]);
const pidFilePath = (dataDir) => join(dataDir, 'temporal-server.json');
const logPath = ({ dataDir }) => join(dataDir, 'temporal-server.log');
const namespaceOf = ({ namespace }) => namespace ?? 'default';
