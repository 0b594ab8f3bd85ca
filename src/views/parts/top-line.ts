// The top line, one line of truth: host, label, windows, panes that have no room, and the numbers that decide. Parts
// that do not fit become short, then go, the least urgent first; the clock and conntrack stay longest.

import { formatDuration } from '../../core/duration.ts';
import type { Line, Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatBits, formatPercent } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import type { Elsewhere, ElsewhereParts } from '../../store/select/elsewhere.ts';
import type { Glyphs } from '../glyphs.ts';
import { span, spread, widthOfLine } from './lines.ts';
import { drawTabs, type Tab } from './tab-line.ts';
import { drawTopLeft, type TopLeft } from './top-left.ts';

/** Undefined = unknown, and not shown as a number. `load`: 1 minute. Rates in bits per second. `fullInMs`: at this pace. */
export type TopNumbers = Readonly<{
  load?: number | undefined;
  cores?: number | undefined;
  conntrack?: number | undefined;
  fullInMs?: number | undefined;
  down?: number | undefined;
  up?: number | undefined;
}>;

export type TopLine = TopLeft &
  Readonly<{
    /** Panes of this window of which not all are on screen, as far as no other line names them. */
    tabs: readonly Tab[];
    /** One pane at a time is shown: then the current one is named, too. */
    alone: boolean;
    mouse: boolean;
    numbers: TopNumbers;
    /** Said of the shields when they are not up; nothing before they were looked at. */
    shields?: Readonly<{ text: SafeText; known: boolean }> | undefined;
    /** The line to the terminal, while it is slow: frames a second, round trip. */
    line?: Readonly<{ rate: SafeText; trip: SafeText | undefined }> | undefined;
    /** Of hosts that are not looked at. */
    elsewhere?: ElsewhereParts;
    clock: SafeText;
  }>;

/** `rank`: the lowest goes first when there is no room. */
type Part = Readonly<{ long: Line; short: Line; rank: number }>;

export function drawTopLine(top: TopLine, columns: number, glyphs: Glyphs): Line {
  // Which pane of how many goes before the names of windows.
  const tabs = top.alone && top.tabs.length > 0 ? 14 : 0;
  // A clock that runs out on another host, and the time of day.
  const away = top.elsewhere?.shields;
  const kept = Math.max(tabs, away === undefined ? 0 : widthOf(away.short) + 11);
  const left = drawTopLeft(top, Math.min(Math.floor(columns * 0.6), columns - kept), columns - 1);
  const parts = rightParts(top, glyphs);
  const free = columns - widthOfLine(left) - 2;
  const roomBeside = (rank: number): number => {
    const urgent = parts.flatMap((part) => (part.rank >= rank ? [part.short] : []));
    return free - widthOfLine(joined(urgent, glyphs)) - 3;
  };
  const named = hiddenForms(top, roomBeside(top.alone ? CONNTRACK_RANK : DECIDING_RANK));
  const shown = named.length > 0 || !top.alone ? named : hiddenForms(top, roomBeside(CLOCK_RANK));
  const right = choose(parts, free - (shown.length > 0 ? widthOfLine(shown) + 2 : 0), glyphs);
  const leftAll = shown.length > 0 ? [...left, span(safe('  ')), ...shown] : left;
  return spread(leftAll, right.length > 0 ? [...right, span(safe(' '))] : [], {
    columns,
    leftMin: widthOfLine(leftAll),
  });
}

/** Hidden panes are named in the room that these parts leave; the others give way to them. */
const DECIDING_RANK = 5;
const CONNTRACK_RANK = 9;
const ELSEWHERE_RANK = 9.5;
/** Which of the panes is shown stands before all numbers, where one is shown at a time. */
const CLOCK_RANK = 10;

/** By name, else at least how many. */
function hiddenForms({ tabs, alone }: TopLine, columns: number): Line {
  if (alone) return drawTabs(tabs, columns);
  const hidden = tabs.filter(({ current }) => !current);
  if (hidden.length === 0) return [];
  const names = hidden.flatMap((tab, index): Line => {
    const hit = { kind: 'pane', pane: tab.pane } as const;
    return [{ text: sanitise(`${index > 0 ? ' ' : '+'}${tab.name}`), role: 'dim', hit }];
  });
  const forms = [names, word(`+${hidden.length} panes`, 'dim'), word(`+${hidden.length}`, 'dim')];
  return forms.find((form) => widthOfLine(form) <= columns) ?? [];
}

function rightParts(top: TopLine, glyphs: Glyphs): readonly Part[] {
  return [
    elsewherePart(top.elsewhere?.shields, ELSEWHERE_RANK),
    elsewherePart(top.elsewhere?.lines, 7),
    shieldsPart(top),
    linePart(top, glyphs),
    loadPart(top.numbers),
    conntrackPart(top.numbers),
    trafficPart(top.numbers, glyphs),
    mousePart(top),
    clockPart(top),
  ];
}

function elsewherePart(said: Elsewhere | undefined, rank: number): Part {
  if (said === undefined) return { long: [], short: [], rank: 0 };
  return { long: [span(said.long, said.role)], short: [span(said.short, said.role)], rank };
}

/** That they are down is seldom news and goes first; that nobody knows is. */
function shieldsPart({ shields }: TopLine): Part {
  if (shields === undefined) return { long: [], short: [], rank: 0 };
  if (shields.known) return { long: word(shields.text, 'dim'), short: [], rank: 0 };
  return { long: word(shields.text, 'warn'), short: word('shields ?', 'warn'), rank: 4 };
}

/** Why the screen moves so little: else it would be taken for the host's doing. */
function linePart({ line }: TopLine, glyphs: Glyphs): Part {
  if (line === undefined) return { long: [], short: [], rank: 0 };
  const trip = line.trip === undefined ? '' : ` ${glyphs.dot} ${line.trip}`;
  return {
    long: word(`line ${line.rate}${trip}`, 'warn'),
    short: word(`line ${line.rate}`, 'warn'),
    rank: 5,
  };
}

function loadPart({ load, cores }: TopNumbers): Part {
  if (load === undefined) return { long: word('load –', 'dim'), short: [], rank: 1 };
  const perCore = cores === undefined || cores === 0 ? undefined : load / cores;
  const role: Role = perCore === undefined || perCore < 1 ? 'plain' : perCore < 2 ? 'warn' : 'bad';
  const sign = role === 'bad' ? '!' : '';
  const shown = `${load.toFixed(1)}/${cores ?? '–'}`;
  return {
    long: word(`load ${shown} ${cores === 1 ? 'core' : 'cores'}${sign}`, role),
    short: word(`load ${shown}${sign}`, role),
    rank: 6,
  };
}

/** An hour ahead is worth a word; later is not yet a threat. */
const FULL_SOON_MS = 3_600_000;

function conntrackPart({ conntrack, fullInMs }: TopNumbers): Part {
  if (conntrack === undefined)
    return { long: word('conntrack –', 'dim'), short: word('ct –', 'dim'), rank: 1 };
  const soon = fullInMs !== undefined && fullInMs <= FULL_SOON_MS;
  const role: Role = conntrack >= 0.9 ? 'bad' : conntrack >= 0.7 || soon ? 'warn' : 'plain';
  const percent = formatPercent(conntrack);
  const full = conntrack >= 1 ? ' FULL' : soon ? `, full in ${formatDuration(fullInMs / 1000)}` : '';
  return {
    long: word(`conntrack ${percent}${full}`, role),
    short: word(`ct ${percent}${conntrack >= 0.9 ? '!' : ''}`, role),
    rank: CONNTRACK_RANK,
  };
}

function trafficPart({ down, up }: TopNumbers, glyphs: Glyphs): Part {
  if (down === undefined && up === undefined) return { long: [], short: [], rank: 0 };
  const long = `${glyphs.down}${formatBits(down)} ${glyphs.up}${formatBits(up)}`;
  const brief = (rate: number | undefined) => formatBits(rate).replace('b/s', '').replace(' ', '');
  return {
    long: word(long),
    short: word(`${glyphs.down}${brief(down)} ${glyphs.up}${brief(up)}`),
    rank: 3,
  };
}

/** While it is on, a drag selects nothing: that is said. */
function mousePart({ mouse }: TopLine): Part {
  return { long: mouse ? word('mouse', 'dim') : [], short: mouse ? word('mouse', 'dim') : [], rank: 2 };
}

function clockPart(top: TopLine): Part {
  const clock = [span(top.clock, 'strong')];
  return { long: clock, short: clock, rank: CLOCK_RANK };
}

const word = (text: string, role?: Role): Line => [span(sanitise(text), role)];

function choose(parts: readonly Part[], room: number, glyphs: Glyphs): Line {
  const byRank = [...parts].sort((a, b) => a.rank - b.rank);
  const form = new Map<Part, Line>(parts.map((part) => [part, part.long]));
  const build = () =>
    joined(
      parts.map((part) => form.get(part) ?? []),
      glyphs,
    );
  for (const pass of ['short', 'none'] as const) {
    for (const part of byRank) {
      if (widthOfLine(build()) <= room) return build();
      form.set(part, pass === 'short' ? part.short : []);
    }
  }
  return [];
}

function joined(lines: readonly Line[], glyphs: Glyphs): Line {
  const bar = span(` ${glyphs.vertical} ` as SafeText, 'border');
  return lines
    .filter((line) => line.length > 0)
    .flatMap((line, index) => (index > 0 ? [bar, ...line] : line));
}
