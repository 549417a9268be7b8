import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import type { Config } from './config.js';
import { SEARCH_ATTRIBUTE_NAMES } from './contract/search-attributes.js';

type Temporal = Config['temporal'];

/** Address, TLS and API key, as both of the SDK's kinds of connection take them. */
export async function connectionOptions({ apiKey, tls }: Temporal, address: string) {
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
  const connect = Connection.connect({
    ...(await connectionOptions(temporal, address)),
    connectTimeout: 10_000,
  });
  const connection = await connect.catch((error: Error) => {
    const fix = 'run `specwright up`, or check TEMPORAL_ADDRESS';
    throw new Error(`Temporal at ${address} does not answer (${error.message}); ${fix}`);
  });
  return new Client({ connection, namespace: temporal.namespace });
}

/** The same without waiting for the server: calls connect, and fail while it is away. */
export async function lazyClient(temporal: Temporal, address: string): Promise<Client> {
  const connection = Connection.lazy(await connectionOptions(temporal, address));
  return new Client({ connection, namespace: temporal.namespace });
}

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** Registers the search attributes where they are missing; repeatable. Needs the right to change the namespace. */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection as Connection;
  const namespace = client.options.namespace;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTE_NAMES.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
  });
}
