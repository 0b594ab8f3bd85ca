// The log pane: lines as written, addresses coloured by what is known of them, the cursor on the line an act takes.

import type { Net } from '../../core/address.ts';
import type { Line } from '../../core/line.ts';
import { whyNoLine } from '../../core/line-problem.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { firstThatFits, lastOnScreen } from '../../store/logs/geometry.ts';
import type { LineBox } from '../../store/logs/line-box.ts';
import {
  cursorIndex,
  type LogPane,
  laneOf,
  lanesOf,
  lineBox,
  livePattern,
  paneShown,
  pickedAddress,
  sideBySide,
  topIndex,
} from '../../store/logs/log-pane.ts';
import { lineAt, locate, type Shown } from '../../store/logs/shown.ts';
import { type AddressState, selectAddressState } from '../../store/select/address-state.ts';
import { selectLogCommand } from '../../store/select/log-command.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import type { ConsoleState } from '../../store/state.ts';
import { lightOf } from '../parts/follow-light.ts';
import { fitLine, span } from '../parts/lines.ts';
import { startKey } from './explain.ts';
import { drawEmptyLog } from './log-empty.ts';
import { FILE_WORDS, logState, logTitle } from './log-frame.ts';
import { drawGap, drawLogLine, type LineLook } from './log-line.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

export const drawLog: DrawPane = (state, spec, context): PaneView => {
  const pane = state.logs.panes.get(spec.id);
  if (pane === undefined) return { title: [span(safe('log'), 'title')], state: [], body: [] };
  const status = state.sources[`log:${spec.id}`];
  const command = selectLogCommand(state, spec.id);
  const { glyphs, start, came = 0 } = context;
  const view = { status, command, glyphs, came, startKey: startKey(context) };
  const frame = { title: logTitle(pane), state: logState(pane, state, view) };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  const { privileged, readOnly } = state;
  const room = {
    columns: context.columns,
    rows: context.rows,
    privileged,
    readOnly,
    ...(start && { start }),
  };
  const nothing = paneShown(pane).length === 0 && !sideBySide(pane);
  const noLine = whyNoLine(state.link, state.at);
  if (nothing) return { ...frame, body: drawEmptyLog(pane, { status, command, noLine }, room) };
  return { ...frame, body: bodyOf(state, pane, context) };
};

type Kept = Readonly<{ inputs: readonly unknown[]; body: readonly Line[] }>;
const bodies = new WeakMap<LogPane, Kept>();
/** How late the end of a ban may show on lines that have not changed. */
const EXPIRY_SEEN_MS = 5_000;

/** The clock turns every second and most lines do not care: they are drawn again when what they show has changed. */
function bodyOf(state: ConsoleState, pane: LogPane, context: DrawContext): readonly Line[] {
  const { bans, safeSet, logs, now } = state;
  const { columns, rows, focused, glyphs } = context;
  const tick = pane.stamps === 'relative' ? now : Math.floor(now / EXPIRY_SEEN_MS);
  const inputs = [
    bans.sets,
    bans.members,
    safeSet,
    logs,
    columns,
    rows,
    focused,
    glyphs,
    tick,
    selectFollowed(state),
  ];
  const kept = bodies.get(pane);
  if (kept?.inputs.every((input, index) => input === inputs[index]) === true) return kept.body;
  const body = sideBySide(pane) ? drawLanes(state, pane, context) : drawOne(state, pane, context);
  bodies.set(pane, { inputs, body });
  return body;
}

function drawOne(state: ConsoleState, pane: LogPane, context: DrawContext): readonly Line[] {
  const box = lineBox(pane, context);
  const shown = paneShown(pane);
  const top = topIndex(pane, shown, box);
  const rows = linesFrom(
    pane,
    { shown, top, end: shown.length, cursor: cursorIndex(pane, shown) },
    lookOf(state, pane, { box, context }),
  );
  // A line with its gap may be higher than the room left: a following pane keeps the newest rows.
  return pane.frozen === undefined ? rows.slice(-box.rows) : rows.slice(0, box.rows);
}

type LookAt = Readonly<{ box: LineBox; context: DrawContext }>;
type Look = LineLook & Readonly<{ focused: boolean }>;

/** States of addresses are looked up once per drawing, however often they appear. */
function lookOf(state: ConsoleState, pane: LogPane, { box, context }: LookAt): Look {
  const known = new Map<string, AddressState>();
  const stateOf = (net: Net): AddressState => {
    const found = known.get(net.text) ?? selectAddressState(state, net);
    known.set(net.text, found);
    return found;
  };
  const { glyphs, focused } = context;
  const { column } = pane;
  const { now } = state;
  const isLit = lightOf(state);
  return { box, column, glyphs, now, pattern: livePattern(pane), stateOf, isLit, focused };
}

/** `end`: index after the last line that may be drawn. */
type Part = Readonly<{ shown: Shown; top: number; end: number; cursor: number | undefined }>;

/** Rows from the top line on, a little more than the box may hold. */
function linesFrom(pane: LogPane, part: Part, look: Look): readonly Line[] {
  const { shown, top, end, cursor } = part;
  const rows: Line[] = [];
  for (let index = top; index < end && rows.length < look.box.rows; index++) {
    const found = lineAt(shown, index);
    if (found === undefined) break;
    const gap = shown.gapBefore.get(index);
    if (gap !== undefined) rows.push(drawGap(gap, look.box.columns, look.glyphs));
    const isCursor = index === cursor;
    const marks = {
      cursor: isCursor,
      focused: look.focused,
      marked: pane.marks.has(found.line.seq),
      context: shown.contextAt?.[index] === 1,
      target: pickedAddress(isCursor ? pane : { ...pane, pick: undefined }, found.line),
    };
    rows.push(...drawLogLine(found.line, marks, look));
  }
  return rows;
}

/** One column per file. The one with the cursor moves; the others show what had arrived by its last line. */
function drawLanes(state: ConsoleState, pane: LogPane, context: DrawContext): readonly Line[] {
  const { lanes, columns } = lanesOf(pane, context.columns);
  const box = lineBox(pane, context);
  const look = lookOf(state, pane, { box, context });
  const focus = paneShown(pane, laneOf(pane));
  const top = topIndex(pane, focus, box);
  const until = lineAt(focus, lastOnScreen(focus, top, box))?.key;
  const drawn = lanes.map((lane) => {
    const shown = paneShown(pane, lane);
    const isFocus = lane === laneOf(pane);
    const last = pane.frozen === undefined || until === undefined ? shown.length - 1 : upTo(shown, until.seq);
    const first = isFocus ? top : firstThatFits(shown, last, box);
    const cursor = isFocus ? cursorIndex(pane, shown) : undefined;
    const all = linesFrom(pane, { shown, top: first, end: isFocus ? shown.length : last + 1, cursor }, look);
    const body = isFocus ? all : all.slice(0, box.rows);
    return [laneHead(pane, lane, isFocus), ...(pane.frozen === undefined ? body.slice(-box.rows) : body)];
  });
  const bar = span(sanitise(context.glyphs.vertical), 'border');
  return Array.from({ length: Math.max(0, context.rows) }, (_, row) =>
    drawn.flatMap((lines, index) => {
      const line = fitLine(lines[row] ?? [], columns);
      return index === 0 ? line : [bar, ...line];
    }),
  );
}

/** The last line of another column that had arrived when `seq` had. */
function upTo(shown: Shown, seq: number): number {
  const at = locate(shown, { time: 0, seq });
  return (lineAt(shown, at)?.line.seq ?? 0) > seq ? at - 1 : at;
}

function laneHead(pane: LogPane, lane: number, focused: boolean): Line {
  const file = pane.feed.files[lane];
  if (file === undefined) return [];
  const words = file.kind === 'open' ? '' : ` (${FILE_WORDS[file.kind]})`;
  const hidden = pane.feed.files.length;
  const place = ` ${lane + 1}/${hidden}`;
  return [span(sanitise(`${file.name}${words}`), focused ? 'strong' : 'dim'), span(sanitise(place), 'dim')];
}
