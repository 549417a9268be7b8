/** One line of a log, the same words in workers and API. */
export interface LogRecord {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Takes lines of JSON: on a terminal they are told in words, elsewhere passed on as they are. */
export function logWriter(write: (text: string) => void, isTerminal: boolean): (line: string) => void {
  return (line) => write(isTerminal ? readable(JSON.parse(line) as LogRecord) : line);
}

function readable({ time, level, message, ...fields }: LogRecord): string {
  const told = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${told.join('')}\n`;
}
