import type { ForgeType } from '../domain/forge.js';
import { HOST } from '../domain/remote.js';

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
