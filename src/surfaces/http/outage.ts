/** gRPC: deadline exceeded, resource exhausted, unavailable; and failed precondition, which is a queue without a worker. */
const GRPC = new Set([4, 8, 9, 14]);
/** SQLSTATE classes: connection, resources, an operator's intervention (a timeout, a shutdown), a lock not given. */
const SQL = /^(?:08|53|57|55P03|40)/;
const NETWORK = /^(?:ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const POOL =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error/;

/** A server that specwright needs is away or too slow, which is no fault in specwright. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { readonly code?: unknown };
  if (typeof code === 'number' && GRPC.has(code)) return true;
  if (typeof code === 'string' && (SQL.test(code) || NETWORK.test(code))) return true;
  return POOL.test(error.message) || isOutage(error.cause);
}
