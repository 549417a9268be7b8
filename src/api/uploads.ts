import { RefusedError } from '../client.js';
import type { OutputRef } from '../domain/result.js';
import type { Scope } from '../domain/scope.js';
import type { IntakeStore, Upload } from '../ports/intake-store.js';
import type { SessionReader } from '../ports/session-reader.js';
import { notFound } from './not-found.js';
import { ownedSession } from './owned-session.js';

export type { Upload };

export interface UploadRequest {
  readonly commandId: string;
  readonly name: string;
  /** Of all the bytes; the finished upload has to agree. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Large outputs, sent in pieces before the report that refers to them. */
export interface Uploads {
  /** The same announcement again is the same upload, with what is stored of it. */
  announce(scope: Scope, sessionId: string, request: UploadRequest): Promise<Upload>;
  show(scope: Scope, outputId: string): Promise<Upload>;
  /** The piece that begins at `offset`; one that is stored already is no error. */
  append(scope: Scope, outputId: string, offset: number, bytes: Uint8Array): Promise<Upload>;
  finish(scope: Scope, outputId: string): Promise<OutputRef>;
}

export interface UploadsDeps {
  readonly intake: IntakeStore;
  readonly reader: SessionReader;
}

export function createUploads({ intake, reader }: UploadsDeps): Uploads {
  return {
    async announce(scope, sessionId, { commandId, ...output }) {
      await ownedSession(reader, scope, sessionId);
      const upload = await intake.announce(scope, sessionId, commandId, output);
      if (upload) return upload;
      const fix = 'use the id of a command of this session';
      throw new RefusedError({ code: 'not_found', message: 'no such command', field: 'commandId', fix });
    },
    show: async (scope, outputId) => (await intake.upload(scope, outputId)) ?? unknown(),
    async append(scope, outputId, offset, bytes) {
      const appended = await intake.append(scope, outputId, offset, bytes);
      if (appended.kind === 'unknown') return unknown();
      if (appended.kind === 'stored') return appended.upload;
      const { stored, bytes: announced } = appended.upload;
      throw new RefusedError({
        code: 'upload_gap',
        message: `the piece is not the next one: ${stored} of ${announced} bytes are stored`,
        fix: `send the bytes from offset ${stored} on`,
        field: 'Upload-Offset',
        detail: { stored, bytes: announced },
      });
    },
    async finish(scope, outputId) {
      const finished = await intake.finish(scope, outputId);
      if (finished.kind === 'unknown') return unknown();
      if (finished.kind === 'finished') return finished.ref;
      const { stored, bytes, sha256 } = finished.upload;
      throw new RefusedError({
        code: 'upload_mismatch',
        message: stored === bytes ? 'the bytes have another hash' : `${stored} of ${bytes} bytes are stored`,
        fix: stored === bytes ? 'announce it again under another name' : `send the bytes from offset ${stored} on`,
        detail: { stored, bytes, announced: sha256, sha256: finished.sha256 },
      });
    },
  };
}

function unknown(): never {
  throw notFound('upload');
}
