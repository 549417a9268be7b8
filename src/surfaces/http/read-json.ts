import type { FastifyInstance } from 'fastify';
import { HttpProblem } from './problem.js';

const BROKEN = { detail: 'the body is not well-formed JSON in UTF-8', field: 'body' };

/** JSON and nothing else: strict UTF-8, no keys that change prototypes. No bytes are no body. */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      // It answers at once.
      void parse(request, decoder.decode(body), (error, value) =>
        error ? done(new HttpProblem('invalid_request', BROKEN)) : done(null, value),
      );
    } catch {
      done(new HttpProblem('invalid_request', BROKEN));
    }
  });
}
