/** On whose behalf: made once at the edge, first argument everywhere inside. All three are UUIDs. */
export interface Scope {
  readonly accountId: string;
  readonly projectId: string;
  readonly userId: string;
}
