// The mouse without a terminal: what is drawn is what is hit, a click on a key is that key, and no click acts.

import { describe, expect, it } from 'vitest';
import { createController, type Effects } from '../../../../src/cli/console/controller.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { InputEvent } from '../../../../src/core/intent.ts';
import type { PaneBody, PaneId } from '../../../../src/core/pane.ts';
import type { ProgramScreen } from '../../../../src/core/program.ts';
import { parseChord } from '../../../../src/keys/chords.ts';
import { keyTexts } from '../../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { hitAt, hitInLine } from '../../../../src/views/hit.ts';
import { overlayBox } from '../../../../src/views/overlays.ts';
import { arrangementOf } from '../../../../src/views/screen.ts';
import { statusLines } from '../../../../src/views/status-rows.ts';
import { OPTIONS, storeAt } from '../../../frames/shell-parts.ts';
import { batchOf, lineOf, membersOf, net, sampleOf, setOf } from '../../store/rig.ts';

type Mouse = Extract<InputEvent, { kind: 'mouse' }>;
const pane = (id: string) => id as PaneId;
const nothing = (): void => undefined;
const LOOK = {
  glyphs: UNICODE_GLYPHS,
  keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }),
  summary: OPTIONS.summary,
};
const set = setOf('f2b-http');
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const DATA: readonly Msg[] = [
  batchOf(
    ADDRESSES.map((text, at) => lineOf(at, `${text} GET /`)),
    { pane: pane('1.1') },
  ),
  sampleOf(
    [set],
    [
      membersOf(
        set,
        ADDRESSES.map((text) => ({ net: net(text) })),
      ),
    ],
  ),
];

function rig(columns = 120, rows = 40, mouse = true) {
  const store = storeAt(columns, rows);
  for (const msg of DATA) store.dispatch(msg);
  const asked: string[] = [];
  let now = 1000;
  const effects: Effects = {
    ...{ quit: nothing, suspend: nothing, redraw: nothing, poke: nothing, listAsked: nothing },
    setMouse: (on) => asked.push(`mouse ${on}`),
    programMouse: (id, event) => asked.push(`${id} ${event.action} ${event.column},${event.row}`),
    later: () => nothing,
  };
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, effects, helpTotal: () => 90, mouse, look: LOOK, nowMs: () => now },
  });
  const send = (column: number, row: number, event: Partial<Mouse> = {}) =>
    controller.input({ kind: 'mouse', action: 'press', button: 0, column, row, ...event });
  const state = () => store.getState();
  const lineAt = (row: number) => statusLines(state(), LOOK, arrangementOf(state())).get(row) ?? [];
  const textAt = (row: number) =>
    lineAt(row)
      .map(({ text }) => text)
      .join('');
  return {
    ...{ store, controller, asked, send, state, lineAt, textAt },
    wait: (ms: number) => {
      now += ms;
    },
    click: (column: number, row: number) => {
      send(column, row);
      send(column, row, { action: 'release' });
    },
    press: (...chords: readonly string[]) => {
      for (const chord of chords) {
        const key = parseChord(chord);
        if (key !== undefined) controller.input({ kind: 'key', key });
      }
    },
    focus: () => state().layout.views[state().layout.window]?.recent[0],
    body: (id: string) => {
      const found = arrangementOf(state()).placed.find((placed) => placed.pane === id)?.body;
      if (found === undefined) throw new Error(`${id} is not on screen`);
      return found;
    },
    /** Columns where a text stands in a row of the open box. */
    inBox: (text: string) => {
      const box = overlayBox(state(), LOOK);
      for (const [index, line] of (box?.lines ?? []).entries()) {
        const at = line
          .map((part) => part.text)
          .join('')
          .indexOf(text);
        if (box !== undefined && at >= 0) return { column: box.area.x + at, row: box.area.y + index };
      }
      throw new Error(`"${text}" is not in the box`);
    },
  };
}

describe('the keys in the bottom line', () => {
  const IMMEDIATE = new Set(['!', '+']);
  for (const [columns, rows] of [
    [200, 50],
    [120, 40],
    [80, 24],
    [39, 9],
    [20, 5],
  ] as const) {
    it(`are pressed by a click, and what is drawn is what is hit, at ${columns}x${rows}`, () => {
      for (const start of [[], ['C-b'], ['C-b', 'o'], ['C-b', 'o', 'C-b', 'o'], ['C-b', 'q']]) {
        const drawn = rig(columns, rows);
        drawn.press(...start);
        const text = drawn.textAt(rows - 1);
        for (let column = 0; column < columns; column++) {
          const hit = hitInLine(drawn.lineAt(rows - 1), column);
          if (hit === undefined) continue;
          if (hit.kind !== 'keys') throw new Error(`a ${hit.kind} in the bottom line`);
          const beside = [column - 1, column + 1].map((at) => hitInLine(drawn.lineAt(rows - 1), at));
          if (beside.every((other) => other?.kind === 'keys' && other.keys === hit.keys)) continue;
          const clicked = rig(columns, rows);
          const pressed = rig(columns, rows);
          clicked.press(...start);
          pressed.press(...start);
          clicked.click(column, rows - 1);
          if (IMMEDIATE.has(hit.keys)) {
            expect(clicked.state().modal.notice?.text).toContain('not by a click');
            continue;
          }
          pressed.press(...hit.keys.split(' '));
          expect([column, clicked.state().modal, clicked.state().layout]).toEqual([
            column,
            pressed.state().modal,
            pressed.state().layout,
          ]);
        }
        // Every word of a hint can be clicked, and only those: blanks between two hints are nothing.
        for (const { index, 0: gap } of text.matchAll(/ {2,}/g))
          for (let column = index; column < index + gap.length; column++)
            expect([text, column, hitInLine(drawn.lineAt(rows - 1), column)]).toEqual([
              text,
              column,
              undefined,
            ]);
      }
    });
  }

  it('never raise the shields, nor run what is in a dialog', () => {
    const { press, click, textAt, state, inBox } = rig(200, 50);
    click(textAt(49).indexOf('! shields'), 49);
    expect(state().shields.operation).toBeUndefined();
    expect(state().modal.notice?.text).toContain('not by a click');
    press('b');
    expect(state().modal.modal.kind).toBe('act');
    const { column, row } = inBox('Enter bans');
    click(column + 2, row);
    expect(state().modal.modal).toMatchObject({ kind: 'act', act: { phase: { kind: 'editing' } } });
    expect(state().modal.notice?.text).toContain('needs the key itself');
    const leave = inBox('Escape leave');
    click(leave.column + 8, leave.row);
    expect(state().modal.modal.kind).toBe('none');
  });
});

describe('a click', () => {
  it('on a window goes there, on a tab too', () => {
    const { click, textAt, state, focus } = rig(79, 23);
    const tab = textAt(1).indexOf('4:bans');
    click(tab + 3, 1);
    expect(focus()).toBe('1.4');
    click(textAt(0).indexOf('2:mail') + 5, 0);
    expect(state().layout.window).toBe(1);
  });

  it('on the name of a hidden pane shows it', () => {
    const { click, textAt, focus } = rig(90, 24);
    expect(textAt(0)).toContain('+ct bans host net');
    click(textAt(0).indexOf('host'), 0);
    expect(focus()).toBe('1.5');
  });

  it('of another button than the left one does nothing', () => {
    const { send, state } = rig();
    const before = state();
    for (const button of [1, 2]) for (const row of [0, 5, 39]) send(100, row, { button });
    expect(state()).toBe(before);
  });

  it('twice on a row opens it, in time and on the same row only', () => {
    const { press, click, state, body, wait } = rig();
    press('C-b', 'q', '4');
    const { x, y } = body('1.4');
    const open = () => state().bans.panes.get(pane('1.4'))?.detail;
    click(x + 3, y + 1);
    wait(900);
    click(x + 3, y + 1);
    click(x + 3, y + 2);
    expect(open()).toBe(false);
    wait(100);
    click(x + 3, y + 2);
    expect(open()).toBe(true);
  });

  it('chooses in a dialog', () => {
    const { press, click, state, inBox } = rig();
    press('C-b', 'q', '1', 'b');
    const act = () => {
      const { modal } = state().modal;
      if (modal.kind !== 'act') throw new Error('no dialog');
      return modal.act;
    };
    const at = inBox('1w');
    click(at.column, at.row);
    const field = act().form.fields[act().form.focus];
    expect(field?.kind === 'choice' ? field.options[field.at]?.label : undefined).toBe('1w');
    expect(act().preview.kind).toBe('pending');
    const why = inBox('why');
    click(why.column, why.row);
    expect(act().form.fields[act().form.focus]?.id).toBe('why');
  });

  it('into a pane ends what waits for a key; on a key of the bottom line it is that key', () => {
    const { press, click, state, body, lineAt } = rig();
    press('C-b');
    click(body('1.1').x + 4, body('1.1').y + 1);
    expect(state().modal.prefixPending).toBe(false);
    press('C-b', 'q');
    click(body('1.2').x + 4, body('1.2').y + 1);
    expect(state().layout.numbers).toBe(false);
    press('C-b');
    const before = lineAt(39).slice(
      0,
      lineAt(39).findIndex(({ text }) => text === 'z'),
    );
    click(
      before.reduce((sum, { text }) => sum + text.length, 0),
      39,
    );
    expect(state().layout.views[0]?.zoomed).toBe(true);
  });

  it('selects in a list, and takes it when clicked again', () => {
    const { press, click, state, inBox } = rig();
    press('C-b', 'w');
    const { column, row } = inBox('2:mail  ');
    click(column, row);
    expect(state().modal.modal).toMatchObject({ kind: 'picker', picker: { at: 1 } });
    click(column, row);
    expect([state().modal.modal.kind, state().layout.window]).toEqual(['none', 1]);
  });

  it('once on what is selected already takes nothing', () => {
    const { press, click, state, inBox } = rig();
    press('C-b', 'w');
    const { column, row } = inBox('1:watch*');
    click(column, row);
    expect(state().modal.modal.kind).toBe('picker');
  });
});

describe('a drag', () => {
  it('moves the border under the pointer, there and back, until it is let go', () => {
    const { send, body } = rig();
    const { x, y, columns, rows } = body('1.1');
    const border = x + columns;
    send(border, y + 3);
    for (const at of [border - 4, border - 9]) {
      send(at, y + 3, { action: 'drag' });
      expect(body('1.1').columns).toBe(columns - (border - at));
    }
    send(border, y + 3, { action: 'drag' });
    expect(body('1.1').columns).toBe(columns);
    send(border, y + 3, { action: 'release' });
    send(border - 9, y + 3, { action: 'drag' });
    expect(body('1.1').columns).toBe(columns);
    send(x + 9, y + rows);
    send(x + 9, y + rows + 2, { action: 'drag' });
    expect(body('1.1').rows).toBe(rows + 2);
  });

  it('stops where there is no room', () => {
    const { send, body } = rig();
    const { x, y, columns } = body('1.1');
    send(x + columns, y + 3);
    send(2, y + 3, { action: 'drag' });
    expect(body('1.1').columns).toBeGreaterThanOrEqual(24);
  });

  it('from a body moves nothing', () => {
    const { send, state, body } = rig();
    const { x, y } = body('1.1');
    send(x + 4, y + 3);
    const before = state().session;
    send(x + 9, y + 3, { action: 'drag' });
    expect(state().session).toBe(before);
  });
});

describe('while it is off', () => {
  it('no event does anything, and turning it on asks the terminal for them', () => {
    const { send, state, press, asked, textAt } = rig(120, 40, false);
    const before = state();
    for (const action of ['press', 'drag', 'release', 'wheel-up', 'wheel-down'] as const)
      for (const row of [0, 5, 39]) send(100, row, { action });
    expect(state()).toBe(before);
    press('F2');
    expect(asked).toEqual(['mouse true']);
    expect(textAt(0)).toMatch(/ mouse /);
    press('M-m');
    expect(asked).toEqual(['mouse true', 'mouse false']);
    expect(textAt(0)).not.toMatch(/ mouse /);
  });
});

describe('what is hit', () => {
  it('is nothing behind an open box', () => {
    const { press, state, textAt } = rig();
    const column = textAt(0).indexOf('2:mail');
    const at = () => hitAt(state(), { ...LOOK, arrangement: arrangementOf(state()) }, { column, row: 0 });
    expect(at()).toEqual({ kind: 'window', window: 1 });
    press('?');
    expect(at()).toBeUndefined();
  });
});

describe('over a program', () => {
  const screen = (extra: Partial<ProgramScreen>): ProgramScreen => ({
    ...{ columns: 40, rows: 10, lines: [], alternate: false, mouse: false, above: 50 },
    ...extra,
  });

  function withProgram(extra: Partial<ProgramScreen>) {
    const console = rig();
    const { session } = console.state();
    const [first, ...others] = session.windows;
    if (first === undefined) throw new Error('no window');
    const body: PaneBody = {
      ...{ kind: 'run', command: { kind: 'argv', argv: ['top'] }, start: 'auto', env: {}, history: 100 },
    };
    const panes = first.panes.map((spec) => (spec.id === '1.4' ? { ...spec, body } : spec));
    const replaced = { ...session, windows: [{ ...first, panes }, ...others] };
    console.store.dispatch({ kind: 'workspace/replaced', session: replaced });
    const phase = { kind: 'running', pid: 1, since: unixMs(0) } as const;
    console.store.dispatch({ kind: 'program/phase-changed', pane: pane('1.4'), phase });
    console.store.dispatch({ kind: 'program/drawn', pane: pane('1.4'), screen: screen(extra) });
    return console;
  }

  it('that asked for the mouse, it gets all of it, and keeps what it was pressed with', () => {
    const { send, asked, body, focus } = withProgram({ mouse: true });
    const { x, y, columns } = body('1.4');
    send(x + 2, y + 1);
    send(x - 9, y + 1, { action: 'drag' });
    send(x + columns + 9, y + 3, { action: 'release' });
    send(x + 5, y + 4, { action: 'wheel-up' });
    send(x - 9, y + 1, { action: 'drag' });
    expect(asked).toEqual(
      ['press 2,1', 'drag 0,1', `release ${columns - 1},3`, 'wheel-up 5,4'].map((e) => `1.4 ${e}`),
    );
    expect(focus()).toBe('1.4');
  });

  it('a border that is dragged over it stays with the pointer', () => {
    const { send, asked, body } = withProgram({ mouse: true });
    const { x, y } = body('1.4');
    const before = body('1.1').columns;
    send(x - 1, y + 1);
    send(x + 4, y + 1, { action: 'drag' });
    expect([body('1.1').columns, asked]).toEqual([before + 5, []]);
  });

  it('that did not ask for it, the wheel goes back in what it wrote', () => {
    const { send, asked, body, state } = withProgram({});
    const { x, y } = body('1.4');
    send(x + 2, y + 1, { action: 'wheel-down' });
    expect(state().copy.mode).toBeUndefined();
    send(x + 2, y + 1, { action: 'wheel-up' });
    expect([state().copy.mode?.pane, asked]).toEqual(['1.4', []]);
  });

  it('on the alternate screen without the mouse, the wheel does nothing', () => {
    const { send, body, state } = withProgram({ alternate: true });
    const { x, y } = body('1.4');
    send(x + 2, y + 1, { action: 'wheel-up' });
    expect(state().copy.mode).toBeUndefined();
  });
});
