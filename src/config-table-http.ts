import { hostsAndRanges, port, text, token, variable, withoutDefault } from './config-values.js';

const DEFAULT_HTTP_PORT = 7300;

/** What the API process is told: where it listens, and what it may send to. */
export const HTTP_VARIABLES = {
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
};
