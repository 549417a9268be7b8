import type { Caller } from '../../api/access.js';
import type { Sessions } from '../../api/sessions.js';

/** What the composition root hands in. */
export interface McpDeps {
  readonly sessions: Sessions;
  /** Told of every refusal, by its code. */
  readonly onRefused?: (code: string) => void;
}

/** Whose call it is, and what the use cases are. */
export interface McpCall extends McpDeps {
  readonly caller: Caller;
  /** The client is gone. */
  readonly signal: AbortSignal;
}
