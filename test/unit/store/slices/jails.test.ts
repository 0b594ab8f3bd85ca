// The jails pane: order, cursor, one jail in full, and what an act key would take.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openingOf } from '../../../../src/cli/console/open-act.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { INTENTS } from '../../../../src/core/intent.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { jailViews } from '../../../../src/store/select/jails.ts';
import { selectJailsTarget } from '../../../../src/store/select/target-jails.ts';
import { jailUnderCursor } from '../../../../src/store/slices/jails.ts';
import { initialState } from '../../../../src/store/state.ts';
import { FAILING, HEALTHY, HUNDRED, JAIL_SETS, jailOf, jailsOf } from '../../../frames/jail-samples.ts';
import { SESSION } from '../../../frames/shell-parts.ts';
import { key, NOW, reduced, sampleOf, setOf } from '../rig.ts';

const JAILS = '1.1' as PaneId;
const windows = [
  {
    name: 'w',
    layout: { kind: 'named', name: 'tiled' } as const,
    panes: [{ id: JAILS, body: { kind: 'jails' } as const }],
  },
];
const empty = initialState({
  ...{ session: { ...SESSION, windows }, now: NOW, size: { columns: 120, rows: 40 } },
  ...{ readOnly: false, privileged: true },
});
const failing = reduced(empty, sampleOf([...JAIL_SETS], []), jailsOf(FAILING));
const under = (state: typeof empty) => {
  const pane = state.jails.panes.get(JAILS);
  return pane === undefined ? undefined : jailUnderCursor(state, pane)?.row.name;
};
const names = (state: typeof empty, order: 'need' | 'name') =>
  jailViews(state, order).map(({ row }) => row.name);

describe('the jails pane', () => {
  it('shows first what needs a look, or goes by name, with the cursor on its jail', () => {
    expect(names(failing, 'name')).toEqual(FAILING.map(({ name }) => name).toSorted());
    expect(names(failing, 'need').at(-1)).toBe('nginx-botsearch');
    expect(names(reduced(empty, jailsOf([...HEALTHY, ...FAILING.slice(1, 2)])), 'need')[0]).toBe(
      'nginx-botsearch',
    );
    const moved = reduced(failing, key(JAILS, 'bottom'), key(JAILS, 'sort-next'));
    expect(under(moved)).toBe('nginx-botsearch');
    expect(moved.jails.panes.get(JAILS)?.order).toBe('name');
  });

  it('keeps the cursor on its jail when others come before it', () => {
    const moved = reduced(failing, key(JAILS, 'line-down'), key(JAILS, 'line-down'));
    const name = under(moved);
    expect(under(reduced(moved, jailsOf([...FAILING, jailOf('aaa', { actions: [] })])))).toBe(name);
  });

  it('knows the sets of a jail from the sets of all backends', () => {
    const views = new Map(jailViews(failing, 'name').map((view) => [view.row.name, view]));
    expect(views.get('sshd')?.kernel).toEqual(['addr-set-sshd']);
    expect(views.get('dovecot')?.kernel).toEqual([]);
    expect(views.get('postfix')?.kernel).toBeUndefined();
  });

  it('gives act keys the last ban in the table, the event under the cursor in full, and the jail as the set', () => {
    const [, sshd] = JAIL_SETS;
    const at = names(failing, 'need').indexOf('sshd');
    const on = reduced(failing, ...Array.from({ length: at }, () => key(JAILS, 'line-down')));
    expect(under(on)).toBe('sshd');
    expect(selectJailsTarget(on, JAILS)).toMatchObject({ nets: [{ text: '203.0.113.7' }], set: sshd.key });
    const last = reduced(on, key(JAILS, 'open'), key(JAILS, 'bottom'));
    expect(selectJailsTarget(last, JAILS)).toMatchObject({
      nets: [{ text: '198.51.100.9' }],
      origin: 'jail sshd',
    });
    const opening = openingOf(on, { kind: 'ban' });
    const into = opening.kind === 'form' ? opening.form.fields.find(({ id }) => id === 'into') : undefined;
    expect(into?.kind === 'choice' && into.options[into.at]?.value).toEqual({
      ...{ kind: 'target', target: { kind: 'set', set: sshd.key } },
    });
  });

  it('offers the jail to ban into also where no address is known', () => {
    const jail = jailOf('new', { events: [], lastBan: undefined as never });
    const list = setOf('new', { backend: 'fail2ban', owner: 'fail2ban' });
    const state = reduced(empty, sampleOf([list], []), jailsOf([jail]));
    expect(selectJailsTarget(state, JAILS)).toMatchObject({ nets: [], set: list.key });
    expect(openingOf(state, { kind: 'ban' }).kind).toBe('form');
    expect(openingOf(state, { kind: 'unban' }).kind).toBe('form');
  });

  it('closes when the jail that it shows is gone', () => {
    const open = reduced(failing, key(JAILS, 'open'));
    expect(under(open)).toBeDefined();
    expect(under(reduced(open, jailsOf(HEALTHY)))).toBeUndefined();
    expect(selectJailsTarget(reduced(open, jailsOf(HEALTHY)), JAILS)).toBeUndefined();
    expect(under(reduced(open, jailsOf(HEALTHY), key(JAILS, 'cancel')))).toBeDefined();
  });

  it('takes any keys between any samples', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom(...INTENTS), fc.nat(3)), { maxLength: 40 });
    const samples = [jailsOf(FAILING), jailsOf(HEALTHY), jailsOf(HUNDRED), jailsOf([])];
    fc.assert(
      fc.property(steps, (all) => {
        let state = empty;
        for (const step of all) {
          const msg = typeof step === 'number' ? samples[step] : key(JAILS, step);
          if (msg !== undefined) state = reduced(state, msg);
          selectJailsTarget(state, JAILS);
        }
        expect(state.now).toBe(unixMs(NOW));
      }),
      { numRuns: 50 },
    );
  });
});

it('names of jails are shown without what they could do to a terminal', () => {
  const state = reduced(empty, jailsOf([jailOf('\x1b[2Jx')]));
  expect(jailViews(state, 'need')[0]?.label).toBe(sanitise('\x1b[2Jx'));
});
