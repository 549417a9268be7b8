import type { Attempt } from '../domain/webhooks.js';

/** What is sent: the signed message. */
export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Requests to addresses that users named. Nothing private is ever connected to, whatever a name resolves to. */
export interface Outgoing {
  /** Why nothing is sent to this URL, as the end of a sentence; null when it can be tried. */
  urlFault(url: string): string | null;
  /** One try, bounded in time and in what is read. Null when `signal` ended it: nobody knows what it came to. */
  post(url: string, post: Post, signal: AbortSignal): Promise<Attempt | null>;
}

/** Secrets of webhooks, derived and never stored. */
export interface Signer {
  /** As receivers take it: `whsec_` and base64. */
  secretOf(webhookId: string, version: number): string;
  /** The headers of Standard Webhooks for one try. */
  headers(message: {
    readonly webhookId: string;
    readonly versions: readonly number[];
    readonly messageId: string;
    readonly nowMs: number;
    readonly body: string;
  }): Readonly<Record<string, string>>;
}
