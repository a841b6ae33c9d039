import { type Parsed, refused, value } from "./parsed";

export const MOMENT: RegExp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

const REMEDY = 'write date, time and time zone, like "2027-01-31T18:00:00Z" or "2027-01-31T18:00:00+01:00"';

/** What may be said. What is further away is a slip; nft knows no moment before 1970, and a window may last for days. */
const [FIRST, END] = [Date.UTC(2000, 0) / 1000, Date.UTC(2200, 0) / 1000];

/** Parses a moment of RFC 3339 in whole seconds into seconds since 1970. Without a time zone it is none. */
export function parseMoment(text: string): Parsed<number> {
  const seconds = Date.parse(text) / 1000;
  // JavaScript takes the 31st of a month that has 30 days for the 1st of the next one.
  const isDay = MOMENT.test(text) && isDayOfMonth(text.slice(0, "2027-01-31".length));
  if (!isDay || Number.isNaN(seconds)) {
    return refused("is no moment in time", REMEDY);
  }
  return seconds >= FIRST && seconds < END
    ? value(seconds)
    : refused("is out of range", "use a year from 2000 to 2199");
}

/** As `parseMoment` understands it, in UTC: `2027-01-31T18:00:00Z`. */
export function printMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function isDayOfMonth(date: string): boolean {
  const parsed = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed) && printMoment(parsed / 1000).startsWith(date);
}
