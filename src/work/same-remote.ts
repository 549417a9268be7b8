import { realpath } from 'node:fs/promises';

/** Whether two addresses of git name one repository, however they reach it; a wrong one would be pushed to. */
export async function isSameRemote(one: string, other: string): Promise<boolean> {
  return (await placeOf(one)) === (await placeOf(other));
}

async function placeOf(address: string): Promise<string> {
  const [, host, path] = /^(?:[^/@:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(address) ?? [];
  if (host !== undefined && path !== undefined) return `${host.toLowerCase()}/${bare(path)}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && url.protocol !== 'file:') return `${url.hostname.toLowerCase()}/${bare(url.pathname)}`;
  const local = url === null ? address : decodeURIComponent(url.pathname);
  return await realpath(local).catch(() => `/${bare(local)}`);
}

const bare = (path: string): string => path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
