/** Moments in words, in the reader's language and time zone. */

import { lang } from "./words.js";

const locale = () => (lang() === "ja" ? "ja-JP" : "en-GB");

function format(seconds, tz, options) {
  return new Intl.DateTimeFormat(locale(), { timeZone: tz, ...options }).format(new Date(seconds * 1000));
}

const TOKENS = {
  date_num: (s, tz) => dayNumber(s, tz),
  date: (s, tz) => format(s, tz, { year: "numeric", month: "long", day: "numeric" }),
  date_slash: (s, tz) => dayNumber(s, tz).replaceAll("-", "/"),
  date_short: (s, tz) => format(s, tz, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (s, tz) => format(s, tz, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  day_divider_pretty: (s, tz) => format(s, tz, { weekday: "long", month: "long", day: "numeric" }),
  time: (s, tz) => clockTime(s, tz),
  time_secs: (s, tz) => format(s, tz, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
};

/** Slack's `<!date^..>` format with its tokens replaced; null where the moment is not a number. */
export function formatDate(seconds, pattern, tz) {
  if (Number.isNaN(new Date(seconds * 1000).getTime())) return null;
  return pattern.replace(/\{(\w+?)(_pretty)?\}/g, (token, name, pretty) => {
    const words = TOKENS[`${name}${pretty ?? ""}`] ?? TOKENS[name];
    return words ? words(seconds, tz) : token;
  });
}

/** The day as 2026-11-20: Sweden writes it so. */
export function dayNumber(seconds, tz) {
  const day = { timeZone: tz, year: "numeric", month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat("sv-SE", day).format(new Date(seconds * 1000));
}

/** The time of day as 14:05, and in the morning 9:05. */
export function clockTime(seconds, tz) {
  return format(seconds, tz, { hour: "numeric", minute: "2-digit" });
}

/** Day and time together, for headings and clocks. */
export function dayAndTime(seconds, tz) {
  const day = { weekday: "short", month: "short", day: "numeric" };
  return format(seconds, tz, { ...day, hour: "numeric", minute: "2-digit" });
}

/** A day as people name it between messages. */
export function dayName(seconds, tz) {
  return format(seconds, tz, { weekday: "long", month: "long", day: "numeric" });
}

/**
 * The next `hour`:00 in a time zone after a moment, in seconds since 1970.
 *
 * The zone's distance from UTC is taken at the target, so a change of
 * daylight saving in between moves nothing.
 */
export function nextHour(seconds, hour, tz) {
  const [y, m, d] = dayNumber(seconds, tz).split("-").map(Number);
  for (const later of [0, 1]) {
    const asUtc = Date.UTC(y, m - 1, d + later, hour) / 1000;
    const moment = asUtc - zoneOffset(asUtc - zoneOffset(asUtc, tz), tz);
    if (moment > seconds) return moment;
  }
  throw new RangeError(`no ${hour}:00 after ${seconds} in ${tz}`);
}

function zoneOffset(seconds, tz) {
  const part = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: tz,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(
    part.year,
    part.month - 1,
    part.day,
    part.hour,
    part.minute,
    part.second,
  ) / 1000 - Math.floor(seconds);
}
