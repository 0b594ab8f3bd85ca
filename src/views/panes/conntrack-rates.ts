// The line of the conntrack pane that says what the kernel refused: of conntrack, or of the states of pf.

import type { Line } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount, UNKNOWN } from '../../core/units.ts';
import type { ConntrackRates, ConntrackState } from '../../store/slices/conntrack.ts';
import { span, widthOfLine } from '../parts/lines.ts';
import type { DrawContext } from './pane.ts';

type RateName = readonly [label: string, rate: keyof ConntrackRates];

/** The longest that fits. */
const RATES: readonly (readonly RateName[])[] = [
  [
    ['insert failed', 'insertFailed'],
    ['drop', 'drop'],
    ['early drop', 'earlyDrop'],
  ],
  [
    ['insert failed', 'insertFailed'],
    ['drop', 'drop'],
    ['early', 'earlyDrop'],
  ],
  [
    ['failed', 'insertFailed'],
    ['drop', 'drop'],
    ['early', 'earlyDrop'],
  ],
];
const PF_RATES: readonly (readonly RateName[])[] = [
  [
    ['new', 'inserted'],
    ['ended', 'removed'],
    ['no room', 'drop'],
    ['over a limit', 'limited'],
    ['insert failed', 'insertFailed'],
  ],
  [
    ['new', 'inserted'],
    ['no room', 'drop'],
    ['over a limit', 'limited'],
  ],
  [
    ['no room', 'drop'],
    ['limit', 'limited'],
  ],
];
/** No fault, however many. */
const HARMLESS: ReadonlySet<keyof ConntrackRates> = new Set(['inserted', 'removed']);

export function rates({ rates: now, sample }: ConntrackState, { glyphs, columns }: DrawContext): Line {
  const one = ([label, name]: RateName): Line => {
    const rate = now[name];
    const bad = rate !== undefined && rate > 0 && !HARMLESS.has(name);
    const shown =
      rate === undefined ? UNKNOWN : `${rate > 0 && rate < 10 ? rate.toFixed(1) : formatCount(rate)}/s`;
    return [
      span(sanitise(`${label} `), 'dim'),
      span(sanitise(`${shown}${bad ? glyphs.bad : ''}`), bad ? 'bad' : 'plain'),
    ];
  };
  const forms = (sample?.keeper === 'pf' ? PF_RATES : RATES).map((names) =>
    names.flatMap((name, index): Line => (index === 0 ? one(name) : [span(safe('  ')), ...one(name)])),
  );
  return forms.find((form) => widthOfLine(form) <= columns) ?? forms.at(-1) ?? [];
}
