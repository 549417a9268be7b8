// A sender of webhooks of the build in a process of its own, to be killed.
import { deliverWebhooks } from '../../dist/api/deliver-webhooks.js';
import { createOutgoing } from '../../dist/outgoing/create-outgoing.js';
import { createSigner } from '../../dist/outgoing/create-signer.js';
import { createPool } from '../../dist/store/pool.js';
import { createDeliveryQueue } from '../../dist/store/webhooks/delivery-queue.js';

const { rwUrl, allow, claimMs } = JSON.parse(process.argv[2]);
const deps = {
  queue: createDeliveryQueue(createPool(rwUrl)),
  outgoing: createOutgoing({ allow, timeoutMs: 60_000 }),
  signer: createSigner('k'.repeat(32)),
  now: () => Date.now(),
  chance: () => Math.random(),
  delaysMs: [],
  pollMs: 50,
  claimMs,
};
await deliverWebhooks(deps, new AbortController().signal);
