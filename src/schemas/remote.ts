import type { ForgeType } from '../domain/forge.js';
import { textFault } from '../domain/json.js';

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Why git is not given this remote, or null when it may be. git itself would run programs for `ext::…`, take a leading
 * dash for an option, and show credentials in its errors and in the process list.
 */
export function remoteFault(remote: string): string | null {
  const unfit = textFault(remote) ?? (/\p{Cc}/u.test(remote) ? 'holds a control character' : null);
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
  if (!['https:', 'http:', 'ssh:', 'git:', 'file:'].includes(url.protocol)) return `has the scheme ${url.protocol}//`;
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

/** Why a forge's API is not called at this address, or null. A token is sent there, so nobody on the way may read it. */
export function apiUrlFault(url: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(url) || url.includes('\\') || !URL.canParse(url)) return 'is not a URL';
  const { protocol, hostname, username, password, search, hash } = new URL(url);
  if (username !== '' || password !== '') return 'holds credentials before the host';
  if (search !== '' || hash !== '') return 'has a query or fragment, where tokens hide';
  if (!HOST.test(hostname)) return 'has no usable host';
  if (protocol === 'https:') return null;
  if (protocol !== 'http:') return `has the scheme ${protocol}//`;
  return ['localhost', '127.0.0.1'].includes(hostname) ? null : 'is http, which everybody on the way can read';
}

const PART = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Why this is no repository of a forge, or null: `owner/name`, on GitLab with groups in groups. */
export function repositoryFault(repository: string, type: ForgeType): string | null {
  const parts = repository.split('/');
  if (repository.length > 300 || !parts.every((part) => PART.test(part))) return 'is not the path of a repository';
  if (repository.endsWith('.git')) return 'ends with .git, which belongs to the URL only';
  if (parts.length < 2) return 'has no owner';
  return type === 'github' && parts.length > 2 ? 'has more than an owner and a name' : null;
}
