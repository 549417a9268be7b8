import { createHmac, hkdfSync } from 'node:crypto';
import type { Signer } from '../ports/outgoing.js';

const SECRET_BYTES = 32;

/** Secrets come from the server's key, the webhook's id and the secret's version: the same in every process, in no row. */
export function createSigner(key: string): Signer {
  const bytesOf = (webhookId: string, version: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, 'specwright webhook', `${webhookId}/${version}`, SECRET_BYTES));
  return {
    secretOf: (webhookId, version) => `whsec_${bytesOf(webhookId, version).toString('base64')}`,
    headers({ webhookId, versions, messageId, nowMs, body }) {
      const timestamp = Math.floor(nowMs / 1000);
      const signatures = versions.map((version) => {
        const hmac = createHmac('sha256', bytesOf(webhookId, version)).update(`${messageId}.${timestamp}.${body}`);
        return `v1,${hmac.digest('base64')}`;
      });
      return {
        'webhook-id': messageId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures.join(' '),
        'user-agent': 'specwright-webhooks/1',
      };
    },
  };
}
