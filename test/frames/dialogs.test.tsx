// Goldens of what stands in front of the panes: act dialogs in every phase, help, picker, the question before leaving.

import { describe, expect, it } from 'vitest';
import type { ActPreview } from '../../src/core/act.ts';
import type { PaneId } from '../../src/core/pane.ts';
import { command, type Plan } from '../../src/core/plan.ts';
import { problem } from '../../src/core/problem.ts';
import type { SetInfo, SetKey } from '../../src/core/rows.ts';
import { safe, sanitise } from '../../src/core/sanitise.ts';
import { banForm, tightenForm, undoForm } from '../../src/store/forms.ts';
import type { ConsoleStore } from '../../src/store/store.ts';
import { EMPTY_INPUT } from '../../src/store/text-input.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, OPTIONS, SESSION, storeAt, targetOf } from './shell-parts.ts';

const set: SetInfo = {
  key: 'ipset:f2b-http' as SetKey,
  backend: 'ipset',
  name: 'f2b-http',
  family: 4,
  type: 'hash:ip',
  holdsNets: false,
  timeouts: true,
  counters: true,
  comments: true,
  owner: 'fail2ban',
  enforcement: { kind: 'unused' },
};

const plan: Plan = {
  action: 'ban',
  summary: safe('ban 192.0.2.140 for 1d in f2b-http, cut its flows'),
  steps: [
    { command: command(['ipset', 'add', 'f2b-http', '192.0.2.140', 'timeout', '86400', '-exist']) },
    { command: command(['conntrack', '-D', '-s', '192.0.2.140']) },
    { command: command(['conntrack', '-D', '-d', '192.0.2.140']) },
  ],
  undo: [],
  notes: [safe('f2b-http is tested after established: flows are cut')],
  risk: 'reversible',
};
const ready: ActPreview = { kind: 'ready', token: 't1', plan };

function banning(store: ConsoleStore): ConsoleStore {
  const defaults = { ...SESSION.bans, target: 'f2b-http' };
  const form = banForm({ target: targetOf('192.0.2.140'), defaults, sets: [set] });
  store.dispatch({ kind: 'modal/act-opened', form });
  return store;
}

function press(store: ConsoleStore, ...intents: readonly string[]): void {
  for (const text of intents) {
    const [id, typed] = text.split(':');
    if (id === 'text-insert' && typed !== undefined)
      store.dispatch({ kind: 'modal/intent', intent: { id, text: typed }, rows: 10 });
    else if (
      id === 'accept' ||
      id === 'field-next' ||
      id === 'field-previous' ||
      id === 'choice-next' ||
      id === 'page-down' ||
      id === 'page-up' ||
      id === 'bottom'
    )
      store.dispatch({ kind: 'modal/intent', intent: { id }, rows: 10, total: 27 });
  }
}

function answer(store: ConsoleStore, preview: ActPreview): void {
  const { modal } = store.getState().modal;
  if (modal.kind !== 'act') throw new Error('no dialog is open');
  store.dispatch({ kind: 'modal/act-previewed', revision: modal.act.revision, preview });
}

describe('the ban dialog', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [39, 9],
  ] as const) {
    it(`shows fields and exact commands at ${columns}x${rows}`, async () => {
      const store = banning(storeAt(columns, rows));
      answer(store, ready);
      expectFrame(`ban-${columns}x${rows}`, await frameOf(store, OPTIONS));
    });
  }

  it('says what is wrong with a typed network', async () => {
    const store = banning(storeAt(80, 24));
    press(store, 'text-insert:192.0.2.0/33');
    expectFrame('ban-wrong', await frameOf(store, OPTIONS));
  });

  it('says it once, also when Enter is pressed on it', async () => {
    const store = banning(storeAt(80, 24));
    press(store, 'text-insert:192.0.2.0/33');
    const shown = await frameOf(store, OPTIONS);
    press(store, 'accept');
    expect(await frameOf(store, OPTIONS)).toEqual(shown);
  });

  it('cuts commands rather than what they may break, and counts what is cut', async () => {
    const store = banning(storeAt(80, 24));
    const hazards = [safe('idle ssh sessions end'), safe('slow clients fail to connect')];
    const steps = Array.from({ length: 30 }, () => plan.steps).flat();
    answer(store, { ...ready, plan: { ...plan, steps, notes: hazards } });
    const screen = (await frameOf(store, OPTIONS)).join('\n');
    for (const hazard of hazards) expect(screen).toContain(`note: ${hazard}`);
    const cut = Number(/… (\d+) more lines: PageDown shows them/.exec(screen)?.[1]);
    const drawn = screen.match(/^.{2,4}│ {3}(ipset|conntrack) /gm) ?? [];
    expect(drawn.length + cut).toBe(steps.length);
  });

  it('turns pages through all commands and notes, and comes round to the overview', async () => {
    const store = banning(storeAt(80, 24));
    const steps = Array.from({ length: 40 }, (_, index) => ({
      command: command(['conntrack', '-D', '-s', `203.0.113.${index}`]),
    }));
    answer(store, { ...ready, plan: { ...plan, steps, notes: [safe('the last note')] } });
    const overview = await frameOf(store, OPTIONS);
    const seen = new Set<string>();
    for (let page = 0; page < 20; page++) {
      press(store, 'page-down');
      const screen = await frameOf(store, OPTIONS);
      if (screen.join() === overview.join()) break;
      for (const [found] of screen.join('\n').matchAll(/203\.0\.113\.\d+|the last note/g)) seen.add(found);
    }
    expect(seen.size).toBe(41);
    expect(await frameOf(store, OPTIONS)).toEqual(overview);
    press(store, 'page-up');
    expect((await frameOf(store, OPTIONS)).join('\n')).toContain('the last note');
  });

  it('shows the widened network of a typed CIDR', async () => {
    const store = banning(storeAt(80, 24));
    press(store, 'text-insert:192.0.2.140/26');
    expectFrame('ban-widened', await frameOf(store, OPTIONS));
  });

  it('refuses in words', async () => {
    const store = banning(storeAt(80, 24));
    answer(store, {
      kind: 'refused',
      reasons: [safe('192.0.2.140 is the peer of your own ssh session (pts/0)')],
    });
    expectFrame('ban-refused', await frameOf(store, OPTIONS));
  });

  it('wants the count typed for a disruptive ban, Cancel being the default', async () => {
    const store = banning(storeAt(80, 24));
    press(store, 'choice-next');
    answer(store, { ...ready, typed: '256', plan: { ...plan, risk: 'disruptive' } });
    press(store, 'accept');
    const asked = await frameOf(store, OPTIONS);
    expect(asked.join('\n')).toContain('‹Cancel›');
    expectFrame('ban-typed', asked);
  });

  it('stops without a journal and names the override', async () => {
    const store = banning(storeAt(80, 24));
    answer(store, ready);
    press(store, 'accept');
    store.dispatch({
      kind: 'modal/act-reported',
      report: {
        actId: 'a1',
        action: 'ban',
        summary: plan.summary,
        canUndo: false,
        outcome: {
          kind: 'failed',
          problem: problem('no-space', 'the disk that holds the journal is full'),
          stepIndex: -1,
          undone: true,
        },
      },
    });
    expectFrame('ban-journal-fault', await frameOf(store, OPTIONS));
  });
});

describe('other overlays', () => {
  it('tighten chooses a preset or one timeout', async () => {
    const store = storeAt(80, 24);
    const form = tightenForm({ timeout: 'nf_conntrack_tcp_timeout_established' });
    store.dispatch({ kind: 'modal/act-opened', form });
    expectFrame('tighten', await frameOf(store, OPTIONS));
  });

  it('undo says which act it is as soon as that is known', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'modal/act-opened', form: undoForm() });
    expect((await frameOf(store, OPTIONS)).join('\n')).toContain('┌ Undo the last act ─');
    answer(store, { ...ready, plan: { ...plan, summary: safe('undo the ban of 192.0.2.7') } });
    expect((await frameOf(store, OPTIONS)).join('\n')).toContain(
      '┌ Undo the last act: the ban of 192.0.2.7 ─',
    );
  });

  it('help breaks its words where the screen is narrow', async () => {
    const store = storeAt(39, 24);
    store.dispatch({ kind: 'modal/help-opened' });
    const drawn = (await frameOf(store, OPTIONS)).join('\n');
    expect(drawn).toMatch(/what key 0 of section 0/);
    expect(drawn).not.toContain('…');
  });

  it('help scrolls to its end', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'modal/help-opened' });
    expectFrame('help', await frameOf(store, OPTIONS));
    press(store, 'bottom');
    expectFrame('help-end', await frameOf(store, OPTIONS));
  });

  it('a picker filters', async () => {
    const store = storeAt(80, 24);
    store.dispatch({
      kind: 'modal/picker-opened',
      picker: {
        purpose: 'sets',
        title: safe('Sets'),
        filter: EMPTY_INPUT,
        at: 0,
        items: ['f2b-http', 'f2b-sshd', 'sshguard4'].map((name, index) => ({
          id: name,
          label: sanitise(name),
          detail: sanitise(`${index * 7} of 65,536`),
        })),
      },
    });
    press(store, 'text-insert:f2b');
    expectFrame('picker', await frameOf(store, OPTIONS));
  });

  it('asks before leaving, in ASCII too', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'modal/quit-asked' });
    expectFrame('quit', await frameOf(store, OPTIONS));
    for (const [columns, rows] of [
      [80, 24],
      [39, 9],
    ] as const) {
      const changed = storeAt(columns, rows);
      changed.dispatch({ kind: 'workspace/pane-titled', pane: '1.1' as PaneId, title: 'mine' });
      changed.dispatch({ kind: 'modal/quit-asked' });
      expectFrame(`quit-unsaved-${columns}x${rows}`, await frameOf(changed, OPTIONS));
    }
    const plain = await frameOf(banning(storeAt(80, 24)), ASCII_OPTIONS);
    expect(plain.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
