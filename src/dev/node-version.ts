const OLDEST = [20, 19] as const;

/** Why this version of Node cannot run specwright, in one sentence, or null. */
export function nodeFault(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `Node ${version} is too old; install Node ${OLDEST.join('.')} or newer, for example from https://nodejs.org`;
}
