import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from './config.js';

type Temporal = Config['temporal'];

async function connectionOptions({ apiKey, tls }: Temporal, address: string) {
  const read = async (path: string | null | undefined) => (path ? await readFile(path) : undefined);
  const [ca, crt, key] = await Promise.all([read(tls?.caPath), read(tls?.certPath), read(tls?.keyPath)]);
  const secured = {
    ...(tls?.serverName ? { serverNameOverride: tls.serverName } : {}),
    ...(ca ? { serverRootCACertificate: ca } : {}),
    ...(crt && key ? { clientCertPair: { crt, key } } : {}),
  };
  return { address, ...(tls ? { tls: secured } : {}), ...(apiKey ? { apiKey } : {}) };
}

/** A Temporal client for the configured namespace; bounded, so that an absent server is an error and not a wait. */
export async function connectClient(temporal: Temporal, address: string): Promise<Client> {
  const connection = await Connection.connect({
    ...(await connectionOptions(temporal, address)),
    connectTimeout: 10_000,
  });
  return new Client({ connection, namespace: temporal.namespace });
}

export async function connectWorker(temporal: Temporal, address: string): Promise<NativeConnection> {
  return NativeConnection.connect(await connectionOptions(temporal, address));
}
