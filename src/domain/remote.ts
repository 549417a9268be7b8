import { lineFault } from './json.js';

export const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Why git is not given this remote, or null when it may be. git itself would run programs for `ext::…`, take a leading
 * dash for an option, and show credentials in its errors and in the process list.
 */
export function remoteFault(remote: string): string | null {
  const unfit = lineFault(remote);
  if (unfit !== null) return unfit;
  if (remote.startsWith('-')) return 'starts with a dash, which git takes for an option';
  if (/^[^/]*::/.test(remote)) return 'names a remote helper (`…::`), which would run a program';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(remote)) return urlFault(remote);
  const colon = remote.indexOf(':');
  const slash = remote.indexOf('/');
  return colon >= 0 && (slash < 0 || colon < slash) ? scpFault(remote, colon) : null;
}

function urlFault(remote: string): string | null {
  if (!URL.canParse(remote)) return 'is not a URL';
  const url = new URL(remote);
  if (!['https:', 'ssh:', 'file:'].includes(url.protocol)) return `has the scheme ${url.protocol}//`;
  if (/\s/.test(remote)) return 'holds white space';
  if (url.password !== '') return 'holds a password';
  if (url.username !== '' && url.protocol !== 'ssh:') return 'holds credentials before the host';
  if (url.username !== '' && !USER.test(url.username)) return 'has a user name git should not be given';
  if (url.search !== '' || url.hash !== '') return 'has a query or fragment, where tokens hide';
  if (url.protocol === 'file:') return url.hostname === '' ? null : 'is a file URL with a host';
  if (!HOST.test(url.hostname)) return 'has no usable host';
  return url.pathname.length > 1 ? null : 'has no path';
}

/** `user@host:path`, as git writes ssh in short. */
function scpFault(remote: string, colon: number): string | null {
  const path = remote.slice(colon + 1);
  const [user, host, ...more] = remote.slice(0, colon).includes('@')
    ? remote.slice(0, colon).split('@')
    : ['git', remote.slice(0, colon)];
  if (more.length > 0 || !USER.test(user ?? '')) return 'has a user name git should not be given';
  if (!HOST.test(host ?? '')) return 'has no usable host';
  if (path === '' || path.startsWith('-')) return 'has no usable path';
  return path.includes('@') ? 'holds credentials before the host' : null;
}

/** Which repositories on its own disk specwright's git may be given: those in these folders, or any. */
export type LocalRemotes = 'any' | readonly string[];

/**
 * Why a project may not have this remote because it is on the executor's own disk, or null. There every tenant of an
 * executor would reach the others' repositories by their paths. `resolve` follows links where there is a disk to look at.
 */
export function localRemoteFault(
  remote: string,
  allowed: LocalRemotes,
  resolve: (path: string) => string = (path) => path,
): string | null {
  const path = localPath(remote);
  if (path === null || allowed === 'any') return null;
  // What git would read otherwise than it is written here is in no folder.
  const isPlain = !path.split('/').includes('..') && !path.includes('%');
  const real = isPlain ? resolve(path) : null;
  const isInside = real !== null && allowed.some((root) => real.startsWith(`${resolve(root)}/`));
  return isInside ? null : 'is a path on the executor’s own disk, which its operator does not allow';
}

export const LOCAL_REMOTE_FIX =
  'give an https or ssh address, or have the operator allow its folder with SPECWRIGHT_LOCAL_REMOTES';

/** Null for what is reached over the network. */
function localPath(remote: string): string | null {
  if (/^file:/i.test(remote)) return remote.replace(/^file:(?:\/\/)?/i, '').replace(/\/+/g, '/');
  return remote.startsWith('/') || !/^[^/]*:/.test(remote) ? remote.replace(/\/+/g, '/') : null;
}
