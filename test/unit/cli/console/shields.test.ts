// The keys and commands of the shields with a store, a controller and made-up shields: what is asked of them, what is
// said, and what is shown.

import { describe, expect, it } from 'vitest';
import type { Shields } from '../../../../src/actions/shields/port.ts';
import { createController } from '../../../../src/cli/console/controller.ts';
import { runShields } from '../../../../src/cli/console/shields.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail } from '../../../../src/core/result.ts';
import { safe, sanitise } from '../../../../src/core/sanitise.ts';
import type { LowerReport, RaiseReport, ShieldsNow } from '../../../../src/core/shields.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { selectPageLines } from '../../../../src/store/select/shields-status.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { ALICE, BOB, fakeShields, outcomeOf, raisedReport, upNow } from '../../../fakes/shields.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

type RigOptions = Readonly<{ readOnly?: boolean; privileged?: boolean; now?: ShieldsNow }>;

function rig(answers: Partial<Shields> = {}, options: RigOptions = {}) {
  const store = createConsoleStore({
    session: SESSION,
    now: NOW,
    size: { columns: 120, rows: 40 },
    readOnly: options.readOnly ?? false,
    privileged: options.privileged ?? true,
    operator: ALICE,
  });
  const shields = fakeShields(answers);
  let at = NOW as number;
  let changes = 0;
  const run = runShields({
    store,
    shields,
    now: () => unixMs(++at),
    onChanged: () => {
      changes += 1;
    },
  });
  const controller = createController({
    store,
    keymap: DEFAULT_KEYMAP,
    effects: NO_EFFECTS,
    helpTotal: () => 60,
    mouse: false,
  });
  const sample = (now: ShieldsNow): void =>
    store.dispatch({ kind: 'shields/sampled', now, at: unixMs(++at) });
  if (options.now !== undefined) sample(options.now);
  const press = pressing(controller);
  const command = (text: string): void => press(':', ...keysOf(text), 'Enter');
  /** Until nothing is being done. */
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 50 && store.getState().shields.operation !== undefined; turn++)
      await Promise.resolve();
  };
  return {
    ...{ store, shields, run, press, command, settled, sample },
    asked: () => shields.calls,
    changes: () => changes,
    notice: () => store.getState().modal.notice?.text ?? '',
    page: () => {
      const { modal } = store.getState().modal;
      if (modal.kind !== 'page') return undefined;
      const lines = selectPageLines(store.getState(), modal.page);
      return [modal.page.title, ...lines.map(({ text }) => text)].join('\n');
    },
  };
}

const TRIAL = upNow(NOW);
const HELD = upNow(NOW, { phase: 'held', leftSeconds: 3570, holdLeftSeconds: 3570 });
const DOWN: ShieldsNow = { kind: 'down' };

describe('the key !', () => {
  it('raises at once with the session’s profile, and says what was done', async () => {
    const { press, asked, settled, notice, store, changes } = rig({}, { now: DOWN });
    press('!');
    expect(asked()).toEqual([{ name: 'raise', argument: {} }]);
    expect(store.getState().modal.modal.kind).toBe('none');
    await settled();
    expect(notice()).toBe(
      'shields up in 0.4 s: 3 measures · verified: counters move, sshd answers on 192.0.2.1:22 in 41 ms',
    );
    expect([store.getState().shields.now?.kind, changes()]).toEqual(['up', 1]);
  });

  it('raises also where nothing is known yet', () => {
    const { press, asked } = rig();
    press('!');
    expect(asked().map(({ name }) => name)).toEqual(['raise']);
  });

  it('cannot be queued: while they are raised it says what is going on', async () => {
    const gate = Promise.withResolvers<RaiseReport>();
    const { press, asked, notice, settled, store } = rig(
      {
        raise: (_, onProgress) => {
          onProgress?.(safe('loading the wall'));
          return gate.promise;
        },
      },
      { now: DOWN },
    );
    press('!', '!', '!');
    expect(asked()).toHaveLength(1);
    expect(notice()).toBe('the shields are being raised: loading the wall; wait for that');
    gate.resolve(raisedReport(TRIAL));
    await settled();
    expect(store.getState().shields.operation).toBeUndefined();
    expect(asked()).toHaveLength(1);
  });

  it('lowers what is up, but not when it is the same press that raised', async () => {
    const twice = rig({}, { now: DOWN });
    twice.press('!');
    await twice.settled();
    twice.press('!');
    expect(twice.asked().map(({ name }) => name)).toEqual(['raise']);
    expect(twice.notice()).toContain('press it again to lower');

    const { press, asked, settled, page } = rig({}, { now: HELD });
    press('!');
    await settled();
    expect(asked()).toEqual([{ name: 'lower', argument: 'operator' }]);
    expect(page()).toContain(
      'Shields down\nThey stood for 14s. How they came down: an operator lowered them.',
    );
    expect(page()).toContain('91,310 SYN over the rate');
    expect(page()).toContain('now 8192, we wrote 4096, it was 512: left alone');
  });

  it('reports many kernel settings in few lines, and those that drifted on their own', async () => {
    const names = ['tcp_timeout_established', 'tcp_timeout_syn_sent', 'udp_timeout', 'icmp_timeout'];
    const restored = names.map((name) => ({
      result: 'restored' as const,
      what: sanitise(`sysctl net.netfilter.nf_conntrack_${name}`),
      detail: sanitise('1 → 2'),
    }));
    const outcome = outcomeOf(NOW, { items: [...restored, ...outcomeOf(NOW).items] });
    const { press, settled, page } = rig(
      { lower: async () => ({ kind: 'down', outcome, already: false }) },
      { now: HELD },
    );
    press('!');
    await settled();
    expect(page()).toContain(
      '5 kernel settings: tcp_timeout_established 1 → 2 · tcp_timeout_syn_sent 1 → 2 · udp_timeout 1 → 2',
    );
    expect(page()).toContain('nft table inet opsconsole_shields');
    expect(page()).toContain('sysctl net.ipv4.tcp_max_syn_backlog: now 8192');
  });

  it('waits for somebody else who is raising, but clears away a raise that hangs', () => {
    const raising = { ...TRIAL, phase: 'raising' } as const;
    const { press, asked, notice } = rig({}, { now: raising });
    press('!');
    expect(asked()).toEqual([]);
    expect(notice()).toContain('somebody else is raising');
    const hanging = rig({}, { now: { ...raising, leftSeconds: -30 } });
    hanging.press('!');
    expect(hanging.asked().map(({ name }) => name)).toEqual(['lower']);
  });

  it('types itself in a prompt and in a dialog, and means nothing in the help', () => {
    const { press, asked, store } = rig({}, { now: DOWN });
    press(':', '!');
    const { modal } = store.getState().modal;
    expect(modal.kind === 'prompt' ? modal.prompt.input.text : '').toBe('!');
    press('Escape', 'b', '!', 'Escape', '?', '!', 'Escape', 'C-b', '!');
    expect(asked()).toEqual([]);
  });

  it.each([
    [{ readOnly: true }, 'read-only'],
    [{ privileged: false }, 'sudo'],
  ] as const)('says why not: %o', (options, words) => {
    const { press, asked, notice } = rig({}, { ...options, now: DOWN });
    press('!');
    expect([asked(), notice()]).toEqual([[], expect.stringContaining(words)]);
    const up = rig({}, { ...options, now: TRIAL });
    up.press('!', 'Enter', '+');
    expect([up.asked(), up.notice()]).toEqual([[], expect.stringContaining(words)]);
  });
});

describe('what goes wrong', () => {
  it.each<[string, Partial<Shields>, readonly string[]]>([
    [
      'refused',
      { raise: async () => ({ kind: 'refused', reasons: [safe('no operator was found')] }) },
      ['not raised', 'no operator was found'],
    ],
    [
      'failed and undone',
      {
        raise: async () => ({
          kind: 'failed',
          undone: true,
          problem: problem('bad-exit', 'nft said no', { hint: 'look', detail: 'line\x1b[2J' }),
        }),
      },
      ['nft said no', 'look', 'line\\x1b[2J', 'the machine is as it was'],
    ],
    ['a bug', { raise: () => Promise.reject(new Error('boom')) }, ['boom', 'could NOT all be taken back']],
    [
      'left out',
      {
        raise: async () =>
          raisedReport(TRIAL, {
            leftOut: [{ measure: 'conntrack-max', why: safe('too little memory') }],
            warnings: [safe('netfilter-persistent is installed')],
          }),
      },
      [
        'Shields up, with remarks',
        'conntrack-max: too little memory',
        'netfilter-persistent',
        'counters move',
      ],
    ],
  ])('is a page when raising was %s', async (_, answers, words) => {
    const { press, settled, page, store } = rig(answers, { now: DOWN });
    press('!');
    await settled();
    for (const word of words) expect(page()).toContain(word);
    press('Escape');
    expect(store.getState().modal.modal.kind).toBe('none');
  });

  it('takes nobody’s dialog away', async () => {
    const gate = Promise.withResolvers<RaiseReport>();
    const { press, settled, store, notice, command, page } = rig(
      { raise: () => gate.promise },
      { now: DOWN },
    );
    press('!', 'b');
    gate.resolve({ kind: 'refused', reasons: [safe('no operator was found')] });
    await settled();
    expect(store.getState().modal.modal.kind).toBe('act');
    expect(notice()).toBe('The shields were not raised: see :shields');
    press('Escape');
    command('shields');
    expect(page()).toContain('no operator was found');
  });

  it('is a page when lowering or keeping failed', async () => {
    const no = problem('not-permitted', 'sudo said no');
    const lower: LowerReport = { kind: 'failed', problem: no };
    const { press, settled, page } = rig(
      { lower: async () => lower, keep: async () => fail(no) },
      { now: TRIAL },
    );
    press('!');
    await settled();
    expect(page()).toContain('The shields could not be lowered\nsudo said no');
    press('q', 'Enter');
    await settled();
    expect(page()).toContain('The shields were not kept\nsudo said no');
  });
});

describe('what gives way', () => {
  it('is keeping and renewing: lowering waits for neither', async () => {
    const gate = Promise.withResolvers<never>();
    const { press, asked, settled, page, notice } = rig({ keep: () => gate.promise }, { now: TRIAL });
    press('Enter', 'Enter', '+');
    expect([asked(), notice()]).toEqual([[{ name: 'keep' }], 'the shields are being kept; wait for that']);
    press('!');
    await settled();
    expect(asked().map(({ name }) => name)).toEqual(['keep', 'lower']);
    expect(page()).toContain('Shields down');
  });
});

describe('a trial', () => {
  it('is kept by Enter, and + counts the hold anew', async () => {
    const { press, asked, settled, notice, store } = rig({}, { now: TRIAL });
    press('Enter');
    await settled();
    expect(notice()).toBe('the shields are kept for 59m');
    const { now } = store.getState().shields;
    expect(now?.kind === 'up' ? now.phase : '').toBe('held');
    press('Enter');
    expect(asked()).toEqual([{ name: 'keep' }]);
    press('+');
    await settled();
    expect(asked().at(-1)).toEqual({ name: 'renew' });
    expect(notice()).toBe('the hold of the shields is renewed: 1h from now');
  });

  it('that was kept is no longer said to be when it is lowered', async () => {
    const { press, settled, notice } = rig({}, { now: TRIAL });
    press('Enter');
    await settled();
    expect(notice()).toContain('kept');
    press('!');
    await settled();
    expect(notice()).toBe('');
  });

  it('of somebody else is not kept by Enter, but by the command', async () => {
    const { press, asked, command, settled } = rig({}, { now: upNow(NOW, {}, BOB) });
    press('Enter');
    expect(asked()).toEqual([]);
    command('shields keep');
    await settled();
    expect(asked()).toEqual([{ name: 'keep' }]);
  });

  it('that is down is not kept', () => {
    const { press, asked, command, notice } = rig({}, { now: DOWN });
    press('Enter', '+');
    command('shields keep');
    expect(asked()).toEqual([]);
    expect(notice()).toBe('the shields are down: there is nothing to keep');
  });
});

describe('commands', () => {
  it('do what their words say', async () => {
    const { command, asked, settled, press } = rig({}, { now: DOWN });
    for (const words of ['up default', 'renew 2h', 'keep', 'down', 'preview']) {
      command(`shields ${words}`);
      await settled();
      press('Escape');
    }
    expect(asked()).toEqual([
      { name: 'raise', argument: { profile: 'default' } },
      { name: 'renew', argument: 7200 },
      { name: 'keep' },
      { name: 'lower', argument: 'operator' },
      { name: 'preview', argument: {} },
    ]);
  });

  it('know the profiles of the session', () => {
    const { command, asked, notice } = rig({}, { now: DOWN });
    command('shields up defualt');
    expect([asked(), notice()]).toEqual([[], 'there is no profile defualt; did you mean default?']);
  });

  it('preview on a page, which gives way to raising', async () => {
    const { command, settled, page, press } = rig({}, { now: DOWN });
    command('shields preview');
    await settled();
    for (const words of [
      'Nothing has been touched',
      '5 → 2',
      'sysctl -w',
      '412 flows, the cap is 50',
      'spared',
    ])
      expect(page()).toContain(words);
    press('Escape');

    const gate = Promise.withResolvers<never>();
    const slow = rig({ preview: () => gate.promise }, { now: DOWN });
    slow.command('shields preview');
    slow.press('!');
    await slow.settled();
    expect(slow.store.getState().shields.now?.kind).toBe('up');
    expect(slow.page()).toBeUndefined();
  });

  it('a read-only console may look', async () => {
    const { command, asked, page, settled } = rig({}, { now: TRIAL, readOnly: true });
    command('shields up');
    command('shields');
    expect(page()).toContain('SHIELDS UP for 0:14, raised by alice (sudo) from 203.0.113.10.');
    expect(asked()).toEqual([]);
    await settled();
  });

  it('tell how the shields stand, with clocks that run', () => {
    const { command, page, store } = rig({}, { now: TRIAL });
    command('shields');
    expect(page()).toContain('they come down in 1:46 unless they are kept');
    store.dispatch({ kind: 'clock/ticked', now: unixMs(NOW + 6000) });
    expect(page()).toContain('they come down in 1:40 unless they are kept');
    expect(page()).toContain('4,402 connections over the cap');
  });
});

describe('what others do', () => {
  it('is said, not forced upon the screen: they came down by their timer', () => {
    const { sample, notice, page, command } = rig({}, { now: HELD });
    sample({ kind: 'down', last: outcomeOf(NOW, { by: 'timer' }) });
    expect(page()).toBeUndefined();
    expect(notice()).toContain('shields down: they were not kept or renewed');
    expect(notice()).toContain('1 changed by others and left alone');
    command('shields');
    expect(page()).toContain('tcp_synack_retries: 2 → 5');
  });

  it('is not said twice when we did it ourselves', async () => {
    const { press, settled, notice } = rig({}, { now: HELD });
    press('!');
    await settled();
    expect(notice()).toBe('');
  });

  it('is not claimed to be known when it is not', () => {
    const { sample, notice } = rig({}, { now: HELD });
    sample({ kind: 'down', last: outcomeOf(NOW, { id: '11111111' }) });
    expect(notice()).toBe('the shields are down; :shields tells what is known');
  });
});

describe('at the start', () => {
  it('says what was finished', async () => {
    const { run, notice, command, page, changes } = rig({
      recover: async () => outcomeOf(NOW, { by: 'recovery' }),
    });
    await run.recover();
    expect(notice()).toContain('shields of before were cleared away: 2 restored, 1 already as before');
    expect(changes()).toBe(1);
    command('shields');
    expect(page()).toContain('not been looked at yet');
  });

  it('loses no key that is pressed meanwhile', async () => {
    const gate = Promise.withResolvers<RaiseReport>();
    const { run, press, settled, notice, store } = rig(
      { raise: () => gate.promise, recover: async () => outcomeOf(NOW, { by: 'recovery' }) },
      { now: DOWN },
    );
    const recovering = run.recover();
    press('!');
    await recovering;
    expect(store.getState().shields.operation?.wish).toEqual({ kind: 'raise' });
    gate.resolve(raisedReport(TRIAL));
    await settled();
    expect(notice()).toContain('shields up in 0.4 s');
  });

  it('says nothing when there was nothing', async () => {
    const { run, notice, changes } = rig();
    await run.recover();
    expect([notice(), changes()]).toEqual(['', 0]);
  });
});

it('is left only when what was begun has ended', async () => {
  const gate = Promise.withResolvers<RaiseReport>();
  const { press, run } = rig({ raise: () => gate.promise }, { now: DOWN });
  press('!');
  let closed = false;
  const closing = run.close().then(() => {
    closed = true;
  });
  await Promise.resolve();
  expect(closed).toBe(false);
  gate.resolve(raisedReport(TRIAL));
  await closing;
  expect(closed).toBe(true);
});
