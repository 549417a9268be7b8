import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Prometheus gives a scrape 10 s. */
const SDK_TIMEOUT_MS = 3_000;

/**
 * `/metrics` and nothing else, without a key. `sdkAddress` is where the Temporal SDK's own exporter listens in this
 * process; what it says is passed on. Rejects with what `listen` says.
 */
export async function serveMetrics(
  listen: { readonly host: string; readonly port: number },
  registry: Registry,
  sdkAddress: string | null,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics') return plain(response, 404, 'only /metrics is here\n');
    if (request.method !== 'GET') return plain(response, 405, 'only GET\n');
    void answer(response, registry, sdkAddress);
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(response: ServerResponse, registry: Registry, sdkAddress: string | null): Promise<void> {
  try {
    const [own, sdk] = await Promise.all([registry.metrics(), sdkAddress === null ? '' : metricsOfSdk(sdkAddress)]);
    response.setHeader('content-type', registry.contentType);
    response.end(`${own.trimEnd()}\n${sdk}`);
  } catch {
    plain(response, 500, 'the metrics could not be read\n');
  }
}

/** While it does not answer, the others are still worth a scrape. */
async function metricsOfSdk(address: string): Promise<string> {
  return fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) })
    .then((response) => (response.ok ? response.text() : ''))
    .catch(() => '');
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
