import type { Forge, ForgeType } from '../../domain/forge.js';
import { workFailed } from '../work-failed.js';
import type { Dialect } from './dialect.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import type { ForgeLimits } from './limits.js';

/** What the operator of the executor allows; nothing of it comes from a project. */
export interface ForgeAccess {
  readonly tokens: Readonly<Record<ForgeType, string | null>>;
  /** Origins of self-hosted forges that may be given the tokens. */
  readonly origins: readonly string[];
  readonly limits: ForgeLimits;
}

const DIALECTS: Readonly<Record<ForgeType, Dialect>> = { github, gitlab };

export interface OpenForge {
  readonly dialect: Dialect;
  readonly apiUrl: string;
  readonly token: string;
}

/**
 * Whom to call with which token, or `not_authorized`. The address comes from a project and the token from the executor's
 * operator: a token only goes where its operator lets it, or any project could have it sent to a server of its own.
 */
export function forgeAccess(forge: Forge, access: ForgeAccess): OpenForge {
  const dialect = DIALECTS[forge.type];
  const { tokenVariable, permission, name } = dialect;
  const token = access.tokens[forge.type];
  if (token === null || token === '') {
    throw workFailed(
      'not_authorized',
      `no token for ${name}: set ${tokenVariable} in the environment of the executor, with ${permission}`,
    );
  }
  // The HTTP library would quote it in its error.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw workFailed('not_authorized', `${tokenVariable} holds a character no token has; copy the token again`);
  }
  checkRepository(forge);
  const apiUrl = forge.apiUrl.replace(/\/+$/, '');
  const origin = originOf(apiUrl);
  if (origin === null)
    throw workFailed('forge_error', `the apiUrl of the forge is no address like ${dialect.ownOrigin}`);
  if (origin !== dialect.ownOrigin && !access.origins.includes(origin)) {
    throw workFailed(
      'not_authorized',
      `the executor may not send ${tokenVariable} to ${origin}: add it to SPECWRIGHT_FORGE_ORIGINS if it is yours`,
    );
  }
  return { dialect, apiUrl, token };
}

/** Its parts become part of an address: no `..`, no escapes, nothing a URL parser would read differently. */
function checkRepository({ type, repository }: Forge): void {
  const parts = repository.split('/');
  const usable = parts.every((part) => /^[A-Za-z0-9_.-]{1,255}$/.test(part) && part !== '.' && part !== '..');
  if (usable && (type === 'github' ? parts.length === 2 : parts.length >= 2)) return;
  throw workFailed('forge_error', 'the repository of the forge is not owner/name; correct it in the project');
}

function originOf(apiUrl: string): string | null {
  if (!URL.canParse(apiUrl)) return null;
  const { protocol, username, password, search, hash, origin } = new URL(apiUrl);
  const plain = username === '' && password === '' && search === '' && hash === '';
  return ['https:', 'http:'].includes(protocol) && plain ? origin : null;
}
