import { sessionPath } from '../../../schemas/http-sessions.js';
import {
  binary,
  MAX_PIECE_BYTES,
  outputPath,
  outputRef,
  pieceBody,
  pieceHeaders,
  uploadAnswer,
  uploadPath,
  uploadRequest,
} from '../../../schemas/http-work.js';
import { callerOf, type HttpApp, type RouteContext } from '../http-app.js';
import { answers, bytesAnswer } from '../responses.js';

const tags = ['outputs'];

export function outputRoutes(app: HttpApp, context: RouteContext): void {
  downloadRoute(app, context);
  uploadRoutes(app, context);
  void app.register(async (pieces) => {
    pieces.removeAllContentTypeParsers();
    pieces.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    pieceRoute(pieces, context);
  });
}

function downloadRoute(app: HttpApp, { sessions }: RouteContext): void {
  app.get(
    '/v1/outputs/:outputId',
    {
      config: { role: 'viewer', etag: true },
      schema: {
        tags,
        operationId: 'getOutput',
        summary: 'The bytes of an output, exactly',
        params: outputPath,
        response: answers({ 200: bytesAnswer('The bytes', binary) }, 404),
      },
    },
    async (request, reply) => {
      const { outputId } = request.params;
      const bytes = await sessions.output(callerOf(request).scope, outputId);
      // Bytes are a client's: a browser is to keep them, never to show them.
      const headers = {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${outputId}"`,
      };
      return reply.headers(headers).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
  );
}

function uploadRoutes(app: HttpApp, { uploads }: RouteContext): void {
  app.post(
    '/v1/sessions/:sessionId/uploads',
    {
      config: { role: 'developer' },
      schema: {
        tags,
        operationId: 'announceUpload',
        summary: 'Announces a large output; the same again is the same upload, with what is stored of it',
        params: sessionPath,
        body: uploadRequest,
        response: answers({ 201: uploadAnswer }, 404, 413, 415),
      },
    },
    async (request, reply) => {
      const upload = await uploads.announce(callerOf(request).scope, request.params.sessionId, request.body);
      return reply.code(201).header('location', `/v1/uploads/${upload.outputId}`).send(upload);
    },
  );
  app.get(
    '/v1/uploads/:uploadId',
    {
      config: { role: 'viewer', etag: true },
      schema: {
        tags,
        operationId: 'getUpload',
        summary: 'How far an upload has come',
        params: uploadPath,
        response: answers({ 200: uploadAnswer }, 404),
      },
    },
    async (request) => uploads.show(callerOf(request).scope, request.params.uploadId),
  );
  app.post(
    '/v1/uploads/:uploadId/finish',
    {
      config: { role: 'developer' },
      schema: {
        tags,
        operationId: 'finishUpload',
        summary: 'Ends an upload when its bytes are those announced; the answer is what a report refers to',
        params: uploadPath,
        response: answers({ 200: outputRef }, 404, 409),
      },
    },
    async (request) => uploads.finish(callerOf(request).scope, request.params.uploadId),
  );
}

function pieceRoute(app: HttpApp, { uploads }: RouteContext): void {
  app.patch(
    '/v1/uploads/:uploadId',
    {
      config: { role: 'developer' },
      bodyLimit: MAX_PIECE_BYTES,
      schema: {
        tags,
        operationId: 'appendToUpload',
        summary: 'The piece that begins at Upload-Offset; 409 tells the right offset',
        consumes: ['application/octet-stream'],
        params: uploadPath,
        headers: pieceHeaders,
        body: pieceBody,
        response: answers({ 200: uploadAnswer }, 404, 409, 413, 415),
      },
    },
    async (request, reply) => {
      const offset = request.headers['upload-offset'];
      const { scope } = callerOf(request);
      const upload = await uploads.append(scope, request.params.uploadId, offset, request.body);
      return reply.header('upload-offset', String(upload.stored)).send(upload);
    },
  );
}
