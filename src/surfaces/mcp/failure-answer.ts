import { RefusedError, UnavailableError } from '../../api/sessions.js';
import { clip, fits } from './answer-size.js';

interface McpFailure {
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

/** What a failure is over MCP: its code, and what to do. Nothing of an unexpected one gets out. */
export function failureAnswer(error: unknown): McpFailure {
  if (error instanceof RefusedError) return refusal(error.refusal);
  if (error instanceof UnavailableError) {
    const fix = `try again after ${error.retryAfter} s; the same report again is safe`;
    return { error: { code: 'unavailable', message: error.message, fix } };
  }
  const fix = 'try again; the same report again is safe; when it stays, tell an operator';
  return { error: { code: 'internal', message: 'something broke inside specwright', fix } };
}

function refusal(refused: RefusedError['refusal']): McpFailure {
  const whole = { error: refused };
  if (fits(whole)) return whole;
  // What can be long is a list beside the message: the children that run, say.
  const { code, message, fix } = refused;
  return { error: { code, message: clip(message, 1_000), fix: clip(fix, 500) } };
}
