const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A limit told to be over longer ago is an old message or another clock: nothing to wait by. */
const LATE_MS = 10 * MINUTE_MS;
/** No limit of an agent lasts longer; beyond it something else was read. */
const FAR_MS = 400 * DAY_MS;

/** The moment and the zone that times without date or zone are read in. */
export interface Clock {
  readonly now: Date;
  /** IANA name. */
  readonly zone: string;
}

/** A moment in milliseconds as a failure's `until`, or undefined where it cannot be the end of a limit. */
export function untilFrom(atMs: number | null, { now }: Clock): string | undefined {
  if (atMs === null || !(atMs >= now.getTime() - LATE_MS && atMs <= now.getTime() + FAR_MS)) return undefined;
  return new Date(atMs).toISOString();
}

/** Seconds or milliseconds since 1970, told apart by size, in milliseconds. */
export function epochMs(value: number): number {
  return value < 1e11 ? value * 1_000 : value;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const EPOCH = /\|(\d{10,13})\b/;
const AGAIN = String.raw`\b(?:try again|resets?|available again)`;
const DURATION = new RegExp(String.raw`${AGAIN} in ((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*){1,4})`, 'i');
const DATE = String.raw`(?:(${MONTHS.join('|')})[a-z]*\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:(\d{4}),?\s+)?(?:at\s+)?)?`;
const WALL = new RegExp(
  String.raw`${AGAIN}\s+(?:at\s+|on\s+)?${DATE}(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b\.?(?:\s*\(([\w+/-]{1,50})\))?`,
  'i',
);

/**
 * When a limit ends, as agents word it (`…|1755615600`, `try again in 2 days 3 hours`, `resets 2pm (Asia/Seoul)`,
 * `try again at Nov 24th, 2026 12:59 AM`), in milliseconds since 1970, or null.
 */
export function resetTimeIn(text: string, clock: Clock): number | null {
  const epoch = EPOCH.exec(text)?.[1];
  if (epoch !== undefined) return epochMs(Number(epoch));
  const duration = DURATION.exec(text)?.[1];
  if (duration !== undefined) return durationMs(duration, clock.now);
  const wall = WALL.exec(text);
  return wall === null ? null : momentOf(wall, clock);
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^d(ays?)?$/i, DAY_MS],
  [/^h((ou)?rs?)?$/i, HOUR_MS],
  [/^m(in(ute)?s?)?$/i, MINUTE_MS],
  [/^s(ec(ond)?s?)?$/i, 1_000],
];

function durationMs(text: string, now: Date): number | null {
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const unit = UNITS.find(([pattern]) => pattern.test(name!));
    if (unit !== undefined) total += Number(amount) * unit[1];
  }
  return total === 0 ? null : now.getTime() + Math.ceil(total);
}

function momentOf(wall: RegExpExecArray, clock: Clock): number | null {
  const [, month, day, year, hour12, minute = '0', half, zone = clock.zone] = wall;
  const today = wallClock(clock.now.getTime(), zone);
  if (today === null || Number(hour12) > 12) return null;
  const hour = (Number(hour12) % 12) + (half!.toLowerCase() === 'p' ? 12 : 0);
  const at = (y: number, m: number, d: number): number =>
    // They cut seconds off: the limit is over when the minute is.
    momentAt(Date.UTC(y, m, d, hour, Number(minute)), zone) + MINUTE_MS;
  const past = (moment: number, byMs: number): boolean => moment < clock.now.getTime() - byMs;
  if (month === undefined) {
    const moment = at(today.year, today.month, today.day);
    return past(moment, LATE_MS) ? at(today.year, today.month, today.day + 1) : moment;
  }
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  if (year !== undefined) return at(Number(year), monthIndex, Number(day));
  const moment = at(today.year, monthIndex, Number(day));
  return past(moment, 30 * DAY_MS) ? at(today.year + 1, monthIndex, Number(day)) : moment;
}

/** The moment at which clocks of the zone show what UTC clocks show at `shownMs`. */
function momentAt(shownMs: number, zone: string): number {
  const guess = shownMs - offsetMs(shownMs, zone);
  // Again, because the offset may have changed between the two.
  return shownMs - offsetMs(guess, zone);
}

function offsetMs(atMs: number, zone: string): number {
  const shown = wallClock(atMs, zone);
  if (shown === null) return 0;
  return (
    Date.UTC(shown.year, shown.month, shown.day, shown.hour, shown.minute) - Math.floor(atMs / MINUTE_MS) * MINUTE_MS
  );
}

interface WallClock {
  readonly year: number;
  /** From 0, as `Date` counts. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Null for a zone this machine does not know. */
function wallClock(atMs: number, zone: string): WallClock | null {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    const shown = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
    return {
      year: part('year'),
      month: part('month') - 1,
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
    };
  } catch {
    return null;
  }
}
