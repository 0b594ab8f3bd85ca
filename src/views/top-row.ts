// What the top row shows of the state: the line of truth, or the shields while they are up.

import type { Line } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { selectElsewhere } from '../store/select/elsewhere.ts';
import { selectSlowLine } from '../store/select/line.ts';
import { selectPaneMode } from '../store/select/shell.ts';
import { selectShields, whyNoShields } from '../store/select/shields.ts';
import { currentWindow } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import type { Arrangement } from './arrange.ts';
import type { KeyFor } from './dialogs/act.ts';
import type { Glyphs } from './glyphs.ts';
import { span } from './parts/lines.ts';
import { shortPaneName } from './parts/pane-name.ts';
import { downWords, drawShieldsLine, type ShieldsKeys } from './parts/shields-line.ts';
import { drawTabs, type Tab } from './parts/tab-line.ts';
import { drawTopLine, type TopLine, type TopNumbers } from './parts/top-line.ts';

export type TopRow = Readonly<{
  arrangement: Arrangement;
  glyphs: Glyphs;
  keyFor: KeyFor;
  /** Name of the host and its numbers. */
  summary: Readonly<{ host?: SafeText | undefined; numbers: TopNumbers }>;
}>;

export function drawTopRow(state: ConsoleState, row: TopRow): Line {
  const top = topOf(state, row);
  const { columns } = row.arrangement.size;
  return (
    drawShieldsLine(selectShields(state), top, { columns, keys: shieldsKeys(state, row.keyFor) }) ??
    drawTopLine(top, columns, row.glyphs)
  );
}

/** Only the alarm: where a screen is too low for a top row, it takes another one's place. */
export function drawAlarm(state: ConsoleState, row: TopRow): Line | undefined {
  const { columns } = row.arrangement.size;
  const keys = shieldsKeys(state, row.keyFor);
  return drawShieldsLine(selectShields(state), topOf(state, row), { columns, keys });
}

function shieldsKeys(state: ConsoleState, keyFor: KeyFor): ShieldsKeys {
  if (whyNoShields(state) !== undefined) return {};
  // A program has all keys but the prefix and the one that must never be far.
  if (selectPaneMode(state) === 'program') {
    const [prefix, keep] = [keyFor('program', 'prefix'), keyFor('prefix', 'keep')];
    const keeps = prefix === undefined || keep === undefined ? undefined : sanitise(`${prefix} ${keep}`);
    return { shields: keyFor('program', 'shields'), keep: keeps };
  }
  return {
    shields: keyFor('global', 'shields'),
    keep: keyFor('trial', 'keep'),
    renew: keyFor('global', 'renew'),
  };
}

function topOf(state: ConsoleState, { arrangement, summary }: TopRow): TopLine {
  const { session, layout } = state;
  const zoomed = arrangement.mode === 'zoomed';
  return {
    host: summary.host ?? sanitise(session.name),
    ...(session.label === undefined ? {} : { label: sanitise(session.label) }),
    windows: session.windows.map(({ name }, index) => ({
      name: sanitise(name),
      current: index === layout.window,
    })),
    tabs: zoomed || arrangement.tabRow !== undefined ? [] : tabsOf(state, arrangement),
    alone: arrangement.mode === 'single',
    mouse: state.mouse,
    zoomed,
    readOnly: state.readOnly,
    numbers: summary.numbers,
    shields: downWords(selectShields(state)),
    line: selectSlowLine(state),
    elsewhere: selectElsewhere(state),
    clock: clockOf(state.now),
  };
}

/** The row of tabs, where one pane is shown at a time. */
export function drawTabRow(state: ConsoleState, arrangement: Arrangement): Line {
  const tabs = drawTabs(tabsOf(state, arrangement), arrangement.size.columns - 2);
  return [span(safe(' ')), ...tabs];
}

/** Nothing where no pane is hidden. */
function tabsOf(state: ConsoleState, { hidden }: Arrangement): readonly Tab[] {
  if (hidden.length === 0) return [];
  const panes = currentWindow(state)?.panes ?? [];
  return panes.map((spec, index) => ({
    pane: spec.id,
    number: index + 1,
    name: shortPaneName(spec),
    current: !hidden.includes(spec.id),
  }));
}

function clockOf(now: number): SafeText {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, '0');
  return sanitise(`${two(date.getHours())}:${two(date.getMinutes())}`);
}
