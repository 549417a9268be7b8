import type { Diagnosis } from './api/doctor.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { diagnoseRemote } from './remote/diagnose-remote.js';
import { withOwnErrors } from './remote/own-errors.js';
import { remoteSessions } from './remote/remote-sessions.js';
import { contentOf } from './schemas/project-content.js';
import { UsageError } from './surfaces/cli/errors.js';
import type { Connected, KeyDesk } from './surfaces/cli/environment.js';

/** Where the commands of this environment go, when they go over HTTP. */
export interface Remote {
  readonly url: string;
  readonly key: string;
}

/** What {@link Connected} is on the stack of the data folder, over HTTP with a key. */
export async function connectRemote(remote: Remote): Promise<Connected> {
  const http = createHttpClient(remote);
  const { scope, role } = await callerOf(http);
  const { apply, upload } = withOwnErrors({ apply: http.applyProject, upload: http.uploadOutput });
  return {
    sessions: remoteSessions(http),
    scope,
    role,
    sessionUrl: () => null,
    applyProject: async (model, options = {}) => ({ ok: true, ...(await apply(contentOf(model), options)) }),
    async openOutput(sessionId, commandId, name) {
      const chunks: Uint8Array[] = [];
      return {
        async write(chunk) {
          chunks.push(chunk);
        },
        finish: () => upload(sessionId, { commandId, name, bytes: Buffer.concat(chunks) }),
      };
    },
    close: async () => undefined,
  };
}

export async function openRemoteKeyDesk(remote: Remote): Promise<KeyDesk> {
  const http = createHttpClient(remote);
  const by = await callerOf(http);
  const access = withOwnErrors({
    createKey: (_by: unknown, request: Parameters<HttpClient['createKey']>[0]) => http.createKey(request),
    listKeys: async () => (await http.listKeys()).items,
    rotateKey: (_scope: unknown, keyId: string) => http.rotateKey(keyId),
    revokeKey: (_scope: unknown, keyId: string) => http.revokeKey(keyId),
  });
  return { access, by, close: async () => undefined };
}

export function diagnoseOverHttp(remote: Remote): Promise<Diagnosis> {
  return diagnoseRemote(remote.url, createHttpClient({ ...remote, deadlineMs: 30_000 }));
}

async function callerOf(http: HttpClient) {
  const { me } = withOwnErrors({ me: http.getMe });
  const { role, keyId, ...scope } = await me();
  return { scope, role, keyId };
}

export function notOverHttp(command: string): UsageError {
  return new UsageError(
    `${command} reads Temporal and Postgres themselves; run it beside the stack, without SPECWRIGHT_URL`,
  );
}
