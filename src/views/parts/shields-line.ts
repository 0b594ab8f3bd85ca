// The top line while the shields are up: inverse from edge to edge, and said in words. Of what does not fit the least
// urgent becomes short, then goes; that they are up and the clock stay at any width.

import { formatClock } from '../../core/duration.ts';
import type { Line, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount, formatPercent } from '../../core/units.ts';
import type { ShieldsShown, ShieldsUp } from '../../store/select/shields.ts';
import { droppedBrief, droppedTotal } from '../../store/select/shields-words.ts';
import { type Form, fitParts, type Part } from './fit-parts.ts';
import { fitLine, span } from './lines.ts';
import type { TopLine } from './top-line.ts';

/** How the keys are typed now; absent where they do not work. */
export type ShieldsKeys = Readonly<{
  shields?: SafeText | undefined;
  keep?: SafeText | undefined;
  renew?: SafeText | undefined;
}>;

/** The line for shields that are up, or being raised or lowered; undefined when the usual line is to be drawn. */
export function drawShieldsLine(
  shown: ShieldsShown,
  top: TopLine,
  look: Readonly<{ columns: number; keys: ShieldsKeys }>,
): Line | undefined {
  const parts = partsOf(shown, look.keys);
  if (parts === undefined) return undefined;
  const ahead: readonly Part[] = [
    [{ text: `${top.host} `, until: 49 }, { text: '' }],
    top.label === undefined ? [{ text: '' }] : [{ text: `${top.label} `, until: 99 }, { text: '' }],
    [{ text: windowsOf(top), until: 10 }, { text: '' }],
  ];
  const behind = [...elsewhereOf(top), ...numbersOf(top)];
  const text = fitParts({ ahead, parts, behind }, Math.max(1, look.columns));
  return fitLine(hittable(sanitise(text), top), look.columns).map((part) => ({ ...part, role: 'alarm' }));
}

/** The names of the windows can be clicked here, too. */
function hittable(text: SafeText, top: TopLine): Line {
  const at = text.indexOf(windowsOf(top));
  if (at < 0) return [span(text)];
  const line: Span[] = [span(text.slice(0, at) as SafeText)];
  let from = at;
  for (const [window, name] of windowNames(top).entries()) {
    line.push({ text: sanitise(name), hit: { kind: 'window', window } }, span(safe(' ')));
    from += name.length + 1;
  }
  return [...line, span(text.slice(from) as SafeText)];
}

function windowNames({ windows }: TopLine): readonly string[] {
  return windows.map(({ name, current }, index) => `${index + 1}:${name}${current ? '*' : ''}`);
}

function windowsOf(top: TopLine): string {
  return `${windowNames(top).join(' ')}${top.readOnly ? '  read-only' : ''} `;
}

function elsewhereOf(top: TopLine): readonly Part[] {
  const said = [top.elsewhere?.shields, top.elsewhere?.lines];
  return said.map((one, at) =>
    one === undefined
      ? [{ text: '' }]
      : [
          { text: one.long, until: 60 + 10 * (1 - at) },
          { text: one.short, until: 82 + 5 * (1 - at) },
          { text: '' },
        ],
  );
}

function numbersOf({ numbers, clock }: TopLine): readonly Part[] {
  const { load, conntrack } = numbers;
  const sign = conntrack !== undefined && conntrack >= 0.9 ? '!' : '';
  return [
    load === undefined ? [{ text: '' }] : [{ text: `load ${load.toFixed(1)}`, until: 5 }, { text: '' }],
    conntrack === undefined
      ? [{ text: '' }]
      : [
          { text: `conntrack ${formatPercent(conntrack)}${sign}`, until: 12 },
          { text: `ct ${formatPercent(conntrack)}${sign}`, until: 35 },
          { text: '' },
        ],
    [{ text: clock, until: 20 }, { text: '' }],
  ];
}

function partsOf(shown: ShieldsShown, keys: ShieldsKeys): readonly Part[] | undefined {
  switch (shown.kind) {
    case 'raising':
    case 'lowering': {
      const title = shown.kind === 'raising' ? 'RAISING SHIELDS' : 'LOWERING SHIELDS';
      const doing = shown.doing ?? 'starting';
      return [
        [{ text: `${title} ${formatClock(shown.seconds)}` }],
        [{ text: doing, until: 90 }, { text: '' }],
      ];
    }
    case 'up':
      return upParts(shown, keys);
    case 'unread':
    case 'down':
    case 'unknown':
      return undefined;
  }
}

function upParts(shown: ShieldsUp, keys: ShieldsKeys): readonly Part[] {
  return [
    titlePart(shown),
    ...clockParts(shown, keys),
    droppedPart(shown),
    ageParts(shown),
    keys.shields === undefined || shown.phase === 'raising'
      ? [{ text: '' }]
      : [{ text: `${keys.shields} lowers`, until: 80 }, { text: '' }],
  ];
}

const TROUBLES: Readonly<Partial<Record<ShieldsUp['wall'], readonly [string, string]>>> = {
  gone: [
    'SHIELDS UP but somebody removed the table: nothing is dropped',
    'SHIELDS UP, table gone: nothing is dropped',
  ],
  expired: [
    'SHIELDS UP but the timer of their rules ran out: nothing is dropped',
    'SHIELDS UP, timer ran out: nothing is dropped',
  ],
};

function titlePart(shown: ShieldsUp): Part {
  const since = formatClock(shown.sinceSeconds);
  const trouble = TROUBLES[shown.wall];
  if (trouble !== undefined)
    return [
      { text: trouble[0], until: 66 },
      { text: trouble[1], until: 95 },
      { text: 'SHIELDS UP, drop nothing', until: 97 },
      { text: 'SHIELDS UP' },
    ];
  const title = shown.phase === 'raising' ? 'SHIELDS GOING UP' : 'SHIELDS UP';
  const short: Form = { text: `${title} by ${shown.by} ${since}`, until: 70 };
  const full: Form = { text: `${title} by ${shown.byFull} ${since}`, until: 33 };
  return [
    ...(shown.by === shown.byFull ? [short] : [full, short]),
    { text: `${title} ${since}`, until: 75 },
    { text: title },
  ];
}

/** Both clocks while in trial: when they come down, and how long they would stand. */
function clockParts(shown: ShieldsUp, keys: ShieldsKeys): readonly Part[] {
  const left = formatClock(Math.abs(shown.leftSeconds));
  if (shown.leftSeconds < 0) return [overduePart(shown, left)];
  if (shown.phase === 'raising')
    return [[{ text: `taken back in ${left} unless finished`, until: 60 }, { text: left }]];
  if (TROUBLES[shown.wall] !== undefined) return [troubleClock(shown, keys)];
  const renews = keys.renew === undefined ? '' : `, ${keys.renew} renews`;
  if (shown.phase === 'held')
    return [
      [{ text: `hold ${left}${renews}`, until: 85 }, { text: `hold ${left}`, until: 98 }, { text: left }],
    ];
  const keeps = keepWords(shown, keys);
  return [
    [
      { text: `trial ends in ${left}${keeps}`, until: 45 },
      { text: `trial ${left}${keeps}`, until: 85 },
      { text: `trial ${left}`, until: 98 },
      { text: left },
    ],
    [
      { text: `then hold ${formatClock(shown.holdSeconds)}`, until: 40 },
      { text: `hold ${formatClock(shown.holdSeconds)}`, until: 65 },
      { text: '' },
    ],
  ];
}

/** Where nothing is dropped, keeping is not what to do; renewing arms a timer that ran out. */
function troubleClock(shown: ShieldsUp, keys: ShieldsKeys): Part {
  const clock = `${shown.phase === 'trial' ? 'trial' : 'hold'} ${formatClock(shown.leftSeconds)}`;
  const arms = shown.wall === 'expired' && keys.renew !== undefined ? `, ${keys.renew} arms them` : '';
  return [
    { text: `${clock}${arms}`, until: 78 },
    { text: clock, until: 98 },
    { text: clock.replace(/.* /, '') },
  ];
}

/** Somebody else's trial is kept by a command, never by a key that is pressed for something else. */
function keepWords(shown: ShieldsUp, keys: ShieldsKeys): string {
  if (keys.shields === undefined) return '';
  if (!shown.enterKeeps) return ', :shields keep';
  return keys.keep === undefined ? '' : `, ${keys.keep} keeps`;
}

/** The revert runs for a moment; longer than that is trouble. */
const COMING_DOWN_SECONDS = 10;

function overduePart(shown: ShieldsUp, ago: string): Part {
  if (shown.leftSeconds >= -COMING_DOWN_SECONDS) return [{ text: 'coming down now' }];
  return [{ text: `should have come down ${ago} ago: nobody did it`, until: 60 }, { text: `overdue ${ago}` }];
}

function droppedPart(shown: ShieldsUp): Part {
  const { wall, dropped } = shown;
  if (wall === 'unknown' && shown.phase !== 'raising')
    return [
      { text: 'what they drop cannot be read here', until: 28 },
      { text: 'drops unknown', until: 55 },
      { text: '' },
    ];
  if (dropped === undefined || wall !== 'standing') return [{ text: '' }];
  const brief = droppedBrief(dropped);
  if (brief === undefined) return [{ text: 'dropped nothing yet', until: 50 }, { text: '' }];
  return [
    { text: `dropped ${brief}`, until: 30 },
    { text: `dropped ${formatCount(droppedTotal(dropped))}`, until: 55 },
    { text: '' },
  ];
}

function ageParts({ staleSeconds }: ShieldsUp): Part {
  return staleSeconds === undefined
    ? [{ text: '' }]
    : [{ text: `read ${formatClock(staleSeconds)} ago`, until: 58 }, { text: '' }];
}

/** The part of the usual line that says so when the shields are not up. */
export function downWords(shown: ShieldsShown): Readonly<{ text: SafeText; known: boolean }> | undefined {
  if (shown.kind === 'down') return { text: safe('shields down'), known: true };
  if (shown.kind === 'unknown') return { text: safe('shields unknown'), known: false };
  return undefined;
}
