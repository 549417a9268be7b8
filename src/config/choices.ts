// What some variables are one of.
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const AGENT_KINDS = ['scripted', 'command', 'claude-code', 'codex'] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];
export const AGENT_PERMISSIONS = ['edits', 'auto', 'unrestricted'] as const;
export type AgentPermissions = (typeof AGENT_PERMISSIONS)[number];
