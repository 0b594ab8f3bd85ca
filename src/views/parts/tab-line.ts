// The panes of a window as tabs, where one pane is shown at a time: number, name, the current one marked. At any width
// it says how many there are and which is shown.

import type { Line, Span } from '../../core/line.ts';
import type { PaneId } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { cut } from '../../core/width.ts';
import { span, widthOfLine } from './lines.ts';

/** `number`: that of M-1 … M-9, from 1. */
export type Tab = Readonly<{ pane: PaneId; number: number; name: SafeText; current: boolean }>;

/** The longest form that fits; none fits a room of no columns. */
export function drawTabs(tabs: readonly Tab[], columns: number): Line {
  const forms = tabForms(tabs);
  return forms.find((form) => widthOfLine(form) <= columns) ?? around(tabs, columns);
}

const NAME_COLUMNS = [10, 7, 5] as const;

function tabForms(tabs: readonly Tab[]): readonly Line[] {
  const line = (nameOf: (tab: Tab) => SafeText): Line =>
    tabs.flatMap((tab, index) => [...(index > 0 ? [span(safe(' '))] : []), tabSpan(tab, nameOf(tab))]);
  return [
    ...NAME_COLUMNS.map((columns) => line((tab) => cut(tab.name, tab.current ? NAME_COLUMNS[0] : columns))),
    line((tab) => (tab.current ? tab.name : safe(''))),
    line(() => safe('')),
  ];
}

function tabSpan(tab: Tab, name: SafeText): Span {
  const { pane, number, current } = tab;
  const text = sanitise(`${number}${name === '' ? '' : `:${name}`}${current ? '*' : ''}`);
  return { text, role: current ? 'accent' : 'dim', hit: { kind: 'pane', pane } };
}

/** Too many even for their numbers: the current one and as many beside it as fit, or "3/12", or its number alone. */
function around(tabs: readonly Tab[], columns: number): Line {
  const at = tabs.findIndex(({ current }) => current);
  const current = tabs[at];
  if (current === undefined) return [];
  const place: Line = [span(sanitise(`${current.number}/${tabs.length}`), 'accent')];
  const build = (from: number, to: number): Line => {
    const shown = tabs
      .slice(from, to)
      .flatMap((tab, index) => [...(index > 0 ? [span(safe(' '))] : []), tabSpan(tab, safe(''))]);
    const [before, after] = [from > 0, to < tabs.length];
    return [
      ...(before ? [span(safe('… '), 'dim')] : []),
      ...shown,
      ...(after ? [span(sanitise(` … ${tabs.length}`), 'dim')] : []),
    ];
  };
  let [from, to] = [at, at + 1];
  if (widthOfLine(build(from, to)) > columns) return widthOfLine(place) <= columns ? place : [];
  for (;;) {
    if (to < tabs.length && widthOfLine(build(from, to + 1)) <= columns) to++;
    else if (from > 0 && widthOfLine(build(from - 1, to)) <= columns) from--;
    else return build(from, to);
  }
}
