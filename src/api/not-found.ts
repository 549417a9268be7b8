import { RefusedError } from '../client.js';

/** Foreign and unknown ids alike. */
export function notFound(what: string): RefusedError {
  return new RefusedError({ code: 'not_found', message: `no such ${what}`, fix: 'check the id' });
}
