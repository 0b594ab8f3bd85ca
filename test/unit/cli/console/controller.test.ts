// Keys pressed into the controller with a store and no terminal: what they change, and what they ask of the world.

import { describe, expect, it } from 'vitest';
import { type ActPort, runActs } from '../../../../src/cli/console/acts.ts';
import { createController, type Effects } from '../../../../src/cli/console/controller.ts';
import type { ActDraft, ActReport } from '../../../../src/core/act.ts';
import { command, type Plan } from '../../../../src/core/plan.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, pressing } from './rig.ts';

function rig(options: Readonly<{ readOnly?: boolean; columns?: number; rows?: number }> = {}) {
  const store = createConsoleStore({
    session: SESSION,
    now: NOW,
    size: { columns: options.columns ?? 120, rows: options.rows ?? 40 },
    readOnly: options.readOnly ?? false,
    privileged: true,
  });
  const asked: string[] = [];
  const effects: Effects = {
    quit: () => asked.push('quit'),
    suspend: () => asked.push('suspend'),
    redraw: () => asked.push('redraw'),
    setMouse: (on) => asked.push(`mouse ${on}`),
    poke: (ids) => asked.push(`poke ${ids?.join(' ') ?? 'all'}`),
    listAsked: () => undefined,
    later: () => () => undefined,
  };
  const controller = createController({
    store,
    keymap: DEFAULT_KEYMAP,
    effects,
    helpTotal: () => 60,
    mouse: false,
  });
  const press = pressing(controller);
  return {
    store,
    asked,
    controller,
    press,
    type: (text: string) => press(...keysOf(text)),
    modal: () => store.getState().modal.modal,
    focus: () => store.getState().layout.views[store.getState().layout.window]?.recent[0],
    notice: () => store.getState().modal.notice?.text,
  };
}

describe('windows and panes', () => {
  it('moves the focus by direction, order, number and back', () => {
    const { press, focus } = rig();
    press('C-b', 'Right');
    expect(focus()).toBe('1.3');
    press('C-b', ';');
    expect(focus()).toBe('1.1');
    press('C-b', 'o');
    expect(focus()).toBe('1.2');
    press('C-b', 'q', '5');
    expect(focus()).toBe('1.5');
  });

  it('the prefix holds for one key only, also for one that means nothing', () => {
    const { press, store, modal } = rig();
    press('C-b', 'F9', 'b');
    expect(store.getState().modal.prefixPending).toBe(false);
    expect(modal().kind).toBe('act');
  });

  it('says which windows there are instead of going nowhere', () => {
    const { press, store, notice } = rig();
    press('C-b', '2');
    expect(store.getState().layout.window).toBe(1);
    press('C-b', '9');
    expect(notice()).toBe('there is no window 9; there are 2');
  });

  it('reaches every pane on a small screen, where one is shown at a time', () => {
    const { press, focus } = rig({ columns: 60, rows: 15 });
    press('M-Right');
    expect(focus()).toBe('1.2');
    press('M-Left', 'M-Left');
    expect(focus()).toBe('1.6');
  });
});

describe('leaving', () => {
  it('asks first', () => {
    const { press, asked } = rig();
    press('q');
    expect(asked).toEqual([]);
    press('Escape', 'C-c', 'Enter');
    expect(asked).toEqual(['quit']);
  });
});

describe('a paste', () => {
  it('is no key, whatever it holds', () => {
    const { controller, asked, modal, notice } = rig();
    controller.input({ kind: 'paste', text: 'q\rb\rz' });
    expect([asked, modal().kind]).toEqual([[], 'none']);
    expect(notice()).toContain('paste was ignored');
  });

  it('is text in a prompt and does not run it', () => {
    const { controller, press, modal, asked } = rig();
    press(':');
    controller.input({ kind: 'paste', text: 'quit\n' });
    const open = modal();
    expect(open.kind === 'prompt' ? open.prompt.input.text : '').toBe('quit');
    expect(asked).toEqual([]);
  });
});

describe('the command line', () => {
  it('keeps a wrong line for correction and runs the right one', () => {
    const { press, type, modal, store } = rig();
    press(':');
    type('windw mail');
    press('Enter');
    const open = modal();
    expect(open.kind === 'prompt' ? open.prompt.error : '').toBe(
      '"windw" is no command: did you mean window?',
    );
    press('C-u');
    type('window mail');
    press('Enter');
    expect([modal().kind, store.getState().layout.window]).toEqual(['none', 1]);
  });

  it('remembers what was typed', () => {
    const { press, type, modal } = rig();
    press(':');
    type('zoom');
    press('Enter', ':', 'Up');
    const open = modal();
    expect(open.kind === 'prompt' ? open.prompt.input.text : '').toBe('zoom');
  });
});

describe('the mouse', () => {
  it('does nothing while it is off and focuses when it is on', () => {
    const { controller, press, focus, asked } = rig();
    const click = { kind: 'mouse', action: 'press', button: 0, column: 100, row: 4 } as const;
    controller.input(click);
    expect(focus()).toBe('1.1');
    press('F2');
    controller.input(click);
    expect([focus(), asked]).toEqual(['1.3', ['mouse true']]);
  });
});

const PLAN: Plan = {
  action: 'ban',
  summary: safe('ban it'),
  steps: [{ command: command(['true']) }],
  undo: [],
  notes: [],
  risk: 'reversible',
};

/** A desk that answers at once and remembers what it was asked. */
function fakeDesk() {
  const previews: ActDraft[] = [];
  const performed: string[] = [];
  const desk: ActPort = {
    preview: async (draft) => {
      previews.push(draft);
      return { kind: 'ready', token: `t${previews.length}`, plan: PLAN };
    },
    perform: async (token): Promise<ActReport> => {
      performed.push(token);
      const proof = { kind: 'proved', says: safe('dropped') } as const;
      const outcome = { kind: 'done', durationMs: 1, proof } as const;
      return { actId: 'a', action: 'ban', summary: safe('banned it'), outcome, canUndo: true };
    },
  };
  return { desk, previews, performed };
}

/** Lets every promise that is ready run; a test waits for what it can see, not for time. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function acting(options: Readonly<{ readOnly?: boolean }> = {}) {
  const console = rig(options);
  const fake = fakeDesk();
  let due: (() => void)[] = [];
  const acts = runActs({
    store: console.store,
    desk: fake.desk,
    readOnly: options.readOnly ?? false,
    later: (_ms, task) => {
      due.push(task);
      return () => {
        due = due.filter((other) => other !== task);
      };
    },
    onReported: () => undefined,
  });
  const elapse = async (): Promise<void> => {
    const now = due;
    due = [];
    for (const task of now) task();
    await settle();
  };
  return { ...console, ...fake, acts, elapse };
}

describe('acts', () => {
  it('a command and one Enter ban, and the result is said', async () => {
    const { press, type, elapse, performed, modal, notice } = acting();
    press(':');
    type('ban 192.0.2.7 for 1h');
    press('Enter', 'Enter');
    expect(modal().kind).toBe('act');
    await elapse();
    await settle();
    expect(performed).toEqual(['t1']);
    expect([modal().kind, notice()]).toEqual(['none', 'banned it']);
  });

  it('asks for one preview when typing pauses, not for one per letter', async () => {
    const { press, type, elapse, previews } = acting();
    press('b');
    type('192.0.2.77');
    await elapse();
    expect(previews.map((draft) => ('nets' in draft ? draft.nets.map(({ text }) => text) : []))).toEqual([
      ['192.0.2.77'],
    ]);
  });

  it('a read-only console opens no act and performs none', async () => {
    const { press, elapse, previews, performed, modal, notice } = acting({ readOnly: true });
    for (const key of ['b', 'u', 'c', 't', 'z']) press(key);
    await elapse();
    expect([modal().kind, previews, performed]).toEqual(['none', [], []]);
    expect(notice()).toBe('this console is read-only: it changes nothing');
  });

  it('leaving waits for an act that is being performed', async () => {
    const { press, type, elapse, performed, acts } = acting();
    press(':');
    type('cut 192.0.2.7');
    press('Enter', 'Enter');
    await elapse();
    await acts.close();
    expect(performed).toEqual(['t1']);
  });
});
