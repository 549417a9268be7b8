import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, type Config } from './config.js';
import { freePorts } from './dev/free-ports.js';
import type { HttpTelemetry } from './surfaces/http/http-telemetry.js';
import { addHttpMetrics } from './telemetry/http-metrics.js';
import { serveMetrics } from './telemetry/serve-metrics.js';

/** The metrics of this process; whatever runs in it adds its own. */
export interface ProcessMetrics {
  readonly registry: Registry;
  readonly url: string;
  /** For workers: where Temporal's SDK is to bind its exporter, for `installRuntime`. */
  readonly sdkAddress: string | null;
  /** For the HTTP API. */
  readonly telemetry: HttpTelemetry | undefined;
  stop(): Promise<void>;
}

const FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another process',
  EADDRNOTAVAIL: 'is no address of this host',
  ENOTFOUND: 'is no address of this host',
  EACCES: 'may not be listened on by this account',
};

/** Serves the metrics of what runs in `use`, where the configuration says so; null where it does not. */
export async function withMetrics<T>(
  config: Pick<Config, 'metricsAddress'>,
  of: readonly ('workers' | 'http')[],
  use: (metrics: ProcessMetrics | null) => Promise<T>,
): Promise<T> {
  const metrics = await startMetrics(config, of);
  return use(metrics).finally(() => metrics?.stop());
}

export async function startMetrics(
  { metricsAddress }: Pick<Config, 'metricsAddress'>,
  of: readonly ('workers' | 'http')[],
): Promise<ProcessMetrics | null> {
  if (metricsAddress === null) return null;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // The SDK's exporter cannot tell which port it took, and its metrics belong on the one address that is scraped.
  const [port] = of.includes('workers') ? await freePorts(1) : [];
  const sdkAddress = port === undefined ? null : `127.0.0.1:${port}`;
  const server = await serveMetrics(metricsAddress, registry, sdkAddress).catch((error: NodeJS.ErrnoException) => {
    const fault = FAULTS[error.code ?? ''];
    if (fault === undefined) throw error;
    const fix = 'give each process of this host an address of its own, or unset it';
    const message = `${metricsAddress.host}:${metricsAddress.port} ${fault}`;
    throw new ConfigError([{ variable: 'SPECWRIGHT_METRICS_ADDRESS', message, fix }]);
  });
  const telemetry = of.includes('http') ? addHttpMetrics(registry) : undefined;
  return { registry, sdkAddress, telemetry, ...server };
}
