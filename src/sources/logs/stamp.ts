// The time that is written in a line. Times without a zone are in this machine's zone, as the daemons write
// them; syslog's times without a year get the latest year that does not put them in the future.
//
//   Nov 20 12:00:00 · 2026-11-20T12:00:00.123+01:00 · 2026-11-20 12:00:00,123 · 2026/11/20 12:00:00
//   [20/Nov/2026:12:00:00 +0000] · [Fri Nov 20 12:00:00.123456 2026] · 1763640000.123

import { type UnixMs, unixMs } from '../../core/brand.ts';

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DAY_MS = 86_400_000;

const ISO =
  /^(?:<\d{1,3}>1? ?)?(?:[A-Z][a-z]{2} )?(\d{4})([-/])(\d\d)\2(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?(?=[\s:]|$)/;
const BSD =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) ([ \d]\d) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (\d{4})(?= ))?/;
const APACHE = /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})\] /;
const SQUID = /^(\d{9,10})\.(\d{3}) /;
// The quote behind keeps a user name from imitating it: servers escape quotes.
const CLF = / \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] "/;

type Fields = Readonly<{
  year: number;
  month: number;
  day: string | undefined;
  clock: readonly (string | undefined)[];
  fraction?: string | undefined;
  zone?: string | undefined;
}>;

/** `nowMs`: for times without a year. undefined when no known time is where the known formats write it. */
export function readStamp(text: string, nowMs: number): UnixMs | undefined {
  const first = text.charCodeAt(0);
  if (first === 0x5b) {
    const apache = APACHE.exec(text);
    if (apache === null) return undefined;
    const [, month, day, hour, minute, second, fraction, year] = apache;
    return moment({
      year: Number(year),
      month: monthOf(month),
      day,
      clock: [hour, minute, second],
      fraction,
    });
  }
  if ((first >= 0x41 && first <= 0x5a) || first === 0x3c) {
    const found = iso(text) ?? bsd(text, nowMs);
    if (found !== undefined) return found;
  } else if (first >= 0x30 && first <= 0x39) {
    const fifth = text.charCodeAt(4);
    if (fifth === 0x2d || fifth === 0x2f) {
      const found = iso(text);
      if (found !== undefined) return found;
    }
    const epoch = SQUID.exec(text);
    if (epoch !== null) return unixMs(Number(epoch[1]) * 1000 + Number(epoch[2]));
  }
  return clf(text);
}

function iso(text: string): UnixMs | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, , month, day, hour, minute, second, fraction, zone] = match;
  return moment({
    year: Number(year),
    month: Number(month) - 1,
    day,
    clock: [hour, minute, second],
    fraction,
    zone,
  });
}

function clf(text: string): UnixMs | undefined {
  const match = CLF.exec(text);
  if (match === null) return undefined;
  const [, day, month, year, hour, minute, second, zone] = match;
  return moment({ year: Number(year), month: monthOf(month), day, clock: [hour, minute, second], zone });
}

function bsd(text: string, nowMs: number): UnixMs | undefined {
  const match = BSD.exec(text);
  if (match === null) return undefined;
  const [, month, day, yearBefore, hour, minute, second, fraction, yearBehind] = match;
  const rest = { month: monthOf(month), day, clock: [hour, minute, second], fraction };
  const written = yearBefore ?? yearBehind;
  if (written !== undefined) return moment({ year: Number(written), ...rest });
  const thisYear = new Date(nowMs).getFullYear();
  // Next year first: around New Year a clock may be ahead. Eight years back reach a 29 February across 1900
  // or 2100.
  for (let year = thisYear + 1; year >= thisYear - 8; year--) {
    const found = moment({ year, ...rest });
    if (found !== undefined && found <= nowMs + DAY_MS) return found;
  }
  return undefined;
}

function monthOf(name: string | undefined): number {
  const index = name === undefined ? -1 : MONTHS.indexOf(name);
  return index >= 0 && index % 3 === 0 ? index / 3 : -1;
}

function moment(fields: Fields): UnixMs | undefined {
  const { year, month, zone } = fields;
  const day = Number(fields.day);
  const [hour = -1, minute = -1, second = -1] = fields.clock.map(Number);
  if (month < 0 || month > 11 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  // Days that the month does not have would roll over into the next one.
  if (day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) return undefined;
  const ms = fields.fraction === undefined ? 0 : Number(fields.fraction.padEnd(3, '0').slice(0, 3));
  if (zone === undefined) return unixMs(new Date(year, month, day, hour, minute, second, ms).getTime());
  return unixMs(Date.UTC(year, month, day, hour, minute, second, ms) - zoneMs(zone));
}

function zoneMs(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
