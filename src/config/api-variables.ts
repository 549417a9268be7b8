import { apiKey, hostsAndRanges, httpUrl, type ListenAddress, listenAddress, port, text, token } from './values.js';
import { variable, withoutDefault } from './variable.js';

const DEFAULT_HTTP_PORT = 7300;

/** What serves the HTTP API, and who calls it. */
export const API_VARIABLES = {
  SPECWRIGHT_HTTP_HOST: variable({
    group: 'http',
    schema: text.regex(/^[A-Za-z0-9._:-]+$/, 'is not a host name or address'),
    fallback: '127.0.0.1',
    default: '127.0.0.1',
    meaning: 'what the HTTP API listens on; `0.0.0.0` for every address, behind something that speaks TLS',
    fix: 'give an address of this host, for example 127.0.0.1',
  }),
  SPECWRIGHT_HTTP_PORT: variable({
    group: 'http',
    schema: port,
    fallback: DEFAULT_HTTP_PORT,
    default: String(DEFAULT_HTTP_PORT),
    meaning: 'port of the HTTP API; `0` for a free one',
    fix: 'give a number from 0 to 65535',
  }),
  SPECWRIGHT_WEBHOOK_KEY: variable<string | null>({
    group: 'http',
    schema: token.min(32, 'has fewer than 32 characters'),
    ...withoutDefault,
    meaning: 'what the secrets of webhooks are derived from, the same for every API process; unset: no webhooks',
    fix: 'make one with `openssl rand -base64 32`',
    secret: true,
  }),
  SPECWRIGHT_WEBHOOK_ALLOW: variable<readonly string[]>({
    group: 'http',
    schema: hostsAndRanges,
    fallback: [],
    default: '',
    meaning:
      'comma-separated hosts and CIDR ranges that webhooks may reach though they are private, see docs/webhooks.md',
    fix: 'give names and ranges separated by commas, for example hooks.internal,10.1.0.0/16',
  }),
  SPECWRIGHT_URL: variable<string | null>({
    group: 'http',
    schema: httpUrl,
    ...withoutDefault,
    meaning: 'commands about sessions go to the HTTP API there; unset: to the stack of the data folder',
    fix: 'give the address that `specwright up` or `serve` prints, for example http://localhost:7300',
  }),
  SPECWRIGHT_API_KEY: variable<string | null>({
    group: 'http',
    schema: apiKey,
    ...withoutDefault,
    meaning: 'the key that is used there; says which account and project everything is about',
    fix: 'give a key as `specwright keys create` prints it, sw_…',
    secret: true,
  }),
  SPECWRIGHT_METRICS_ADDRESS: variable<ListenAddress | null>({
    group: 'metrics',
    schema: listenAddress,
    ...withoutDefault,
    meaning:
      'where this process serves `/metrics` for Prometheus, as `host:port`; unset: nowhere, see docs/operators.md',
    fix: 'give an address of this host and a port, for example 127.0.0.1:9464, one for each process',
  }),
};
