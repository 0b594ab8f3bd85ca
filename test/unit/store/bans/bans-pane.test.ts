import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { INTENTS, type IntentId } from '../../../../src/core/intent.ts';
import { problem } from '../../../../src/core/problem.ts';
import type { SetKey } from '../../../../src/core/rows.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { type BansPane, cursorAt, paneTable, topAt } from '../../../../src/store/bans/bans-pane.ts';
import { countItems, itemAt, keyOf } from '../../../../src/store/bans/table.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import {
  selectAskedListings,
  selectBansTarget,
  selectExtendDraft,
  selectSetChoices,
} from '../../../../src/store/select/target-bans.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { BANS, key, membersOf, NOW, net, reduced, sampleOf, setOf, stateOf, v4 } from '../rig.ts';

const http = setOf('f2b-http', { twin: 'ipset:f2b-http6' as SetKey, count: 3, max: 65_536 });
const http6 = setOf('f2b-http6', { family: 6, twin: http.key });
const hour = unixMs(NOW + 3_600_000);
const day = unixMs(NOW + 86_400_000);
const rows = [
  { net: net('198.51.100.9'), expires: day, packets: 1402, comment: 'wp-login' },
  { net: net('198.51.100.64'), expires: hour, packets: 12 },
  { net: net('203.0.113.7'), expires: Number.POSITIVE_INFINITY, packets: 0 },
];
const sample = sampleOf(
  [http, http6],
  [membersOf(http, rows), membersOf(http6, [{ net: net('2001:db8::9') }])],
);
const state = reduced(stateOf(), sample);

function paneOf(at: ConsoleState): BansPane {
  const pane = at.bans.panes.get(BANS);
  if (pane === undefined) throw new Error('no bans pane');
  return pane;
}
const cursorNet = (at: ConsoleState) => {
  const table = paneTable(paneOf(at), at.bans);
  const item = itemAt(table, cursorAt(paneOf(at), table));
  return item === undefined ? undefined : keyOf(item).net?.text;
};
const filterTo = (text: string): Msg => ({
  kind: 'pane/prompted',
  pane: BANS,
  purpose: 'filter',
  text,
  accepted: false,
});

describe('the bans pane', () => {
  it('keeps the cursor on its row through sorting, filtering and new samples', () => {
    const second = reduced(state, key(BANS, 'line-down'));
    expect(cursorNet(second)).toBe('198.51.100.64');
    const sorted = reduced(second, key(BANS, 'sort-next'), key(BANS, 'sort-next'), key(BANS, 'sort-reverse'));
    expect(paneOf(sorted).sort).toBe('left');
    expect(cursorNet(sorted)).toBe('198.51.100.64');
    const grown = sampleOf([http, http6], [membersOf(http, [{ net: net('198.51.100.1') }, ...rows])]);
    expect(cursorNet(reduced(second, grown))).toBe('198.51.100.64');
  });

  it('stays at its place when its row is gone', () => {
    const second = reduced(state, key(BANS, 'line-down'));
    const without = sampleOf(
      [http],
      [
        membersOf(
          http,
          rows.filter((_, at) => at !== 1),
        ),
      ],
    );
    expect(cursorNet(reduced(second, without))).toBe('203.0.113.7');
  });

  it('filters while typing, and Esc takes back marks, then the filter, then the choice of sets', () => {
    const chosen: Msg = { kind: 'bans/sets-chosen', pane: BANS, names: ['f2b-http'] };
    let at = reduced(state, chosen, filterTo('100.9'), key(BANS, 'mark'));
    expect(countItems(paneTable(paneOf(at), at.bans))).toBe(1);
    at = reduced(at, key(BANS, 'cancel'));
    expect(paneOf(at)).toMatchObject({ marks: new Map(), filter: '100.9' });
    at = reduced(at, key(BANS, 'cancel'));
    expect(paneOf(at)).toMatchObject({ filter: '', only: ['f2b-http'] });
    expect(paneOf(reduced(at, key(BANS, 'cancel'))).only).toEqual([]);
  });

  it('takes the row under the cursor, or all marked rows', () => {
    expect(selectBansTarget(state, BANS)).toEqual({
      nets: [net('198.51.100.9')],
      origin: 'set f2b-http',
      set: http.key,
    });
    const marked = reduced(state, key(BANS, 'mark'), key(BANS, 'mark'));
    expect(selectBansTarget(marked, BANS)).toMatchObject({
      nets: [{ text: '198.51.100.9' }, { text: '198.51.100.64' }],
      origin: '2 marked rows, set f2b-http',
      set: http.key,
    });
    const all = reduced(state, key(BANS, 'mark-all'));
    expect(selectBansTarget(all, BANS)?.set).toBeUndefined();
    expect(selectBansTarget(all, BANS)?.nets).toHaveLength(4);
  });

  it('forgets marks on rows that are gone, so that no later act takes them', () => {
    const marked = reduced(state, key(BANS, 'mark'), key(BANS, 'mark'));
    const without = sampleOf([http, http6], [membersOf(http, rows.slice(1)), membersOf(http6, [])]);
    const later = reduced(marked, without);
    expect(selectBansTarget(later, BANS)?.nets.map(({ text }) => text)).toEqual(['198.51.100.64']);
  });

  it('opens details under the table, whose pages are shorter then', () => {
    const set = setOf('many');
    const addresses = Array.from({ length: 60 }, (_, at) => ({ net: net(`192.0.2.${at}`) }));
    const full = reduced(stateOf(), sampleOf([set], [membersOf(set, addresses)]));
    const step = (at: ConsoleState) => paneOf(reduced(at, key(BANS, 'page-down'))).cursor.index;
    const open = reduced(full, key(BANS, 'open'));
    expect([step(full), step(open)]).toEqual([9, 5]);
    expect(paneOf(reduced(open, key(BANS, 'cancel'))).detail).toBe(false);
    expect(paneOf(reduced(open, key(BANS, 'open'))).detail).toBe(false);
  });

  it('asks for the listing of a big set once', () => {
    const big = setOf('big', { count: 1_000_000 });
    const before = reduced(stateOf(), sampleOf([big], []));
    expect(selectBansTarget(before, BANS)).toBeUndefined();
    const asked = reduced(before, key(BANS, 'open'));
    expect(selectAskedListings(asked)).toEqual([big.key]);
    const running = reduced(asked, { kind: 'bans/set-listing', set: big.key, state: { kind: 'running' } });
    expect(selectAskedListings(reduced(running, key(BANS, 'open')))).toEqual([]);
    const failed = { kind: 'failed', problem: problem('timed-out', 'too slow') } as const;
    const again = reduced(
      running,
      { kind: 'bans/set-listing', set: big.key, state: failed },
      key(BANS, 'open'),
    );
    expect(selectAskedListings(again)).toEqual([big.key]);
  });

  it('keeps an earlier listing when a sample leaves it out, and drops it with its set', () => {
    const later = reduced(state, sampleOf([http], []));
    expect(later.bans.members.get(http.key)?.length).toBe(3);
    expect(later.bans.members.has(http6.key)).toBe(false);
  });

  it('names every set once in the picker, with counts and capacity', () => {
    expect(selectSetChoices(state)).toEqual([
      { id: '', label: 'all sets', detail: '4' },
      { id: 'f2b-http', label: 'f2b-http', detail: 'v4 3/65,536 ipset hash:ip, v6 1 ipset hash:ip' },
    ]);
    const unlisted = reduced(stateOf(), sampleOf([http, http6], []));
    expect(selectSetChoices(unlisted)[0]?.detail).toBe('–');
  });

  it('keeps the cursor in range and on screen, whatever the keys', () => {
    const step = fc.oneof(
      fc.constantFrom<IntentId>(...INTENTS).map((id): Msg => key(BANS, id, { rows: 6 })),
      fc.constantFrom('', '198', '.6', 'zz').map(filterTo),
      fc.nat(30).map((count): Msg => {
        const members = Array.from({ length: count }, (_, at) => ({ net: v4(0xc6336400 + at) }));
        return sampleOf([http], [membersOf(http, members)]);
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let at = state;
        for (const msg of steps) {
          at = reduced(at, msg);
          const table = paneTable(paneOf(at), at.bans);
          const count = countItems(table);
          const cursor = cursorAt(paneOf(at), table);
          const top = topAt(paneOf(at), table, 5);
          expect(cursor).toBeGreaterThanOrEqual(count === 0 ? -1 : 0);
          expect(cursor).toBeLessThan(Math.max(1, count));
          expect(top).toBeLessThanOrEqual(Math.max(0, cursor));
          expect(cursor - top).toBeLessThan(5);
        }
      }),
    );
  });
});

describe('extending and shortening', () => {
  const draft = (at: ConsoleState, direction: 'extend' | 'shorten') => {
    const result = selectExtendDraft(at, BANS, direction);
    return result.ok ? result.value : result.problem.summary;
  };
  const on = (down: number) => reduced(state, ...Array.from({ length: down }, () => key(BANS, 'line-down')));

  it('goes to the next of the durations of the session', () => {
    expect(draft(on(0), 'extend')).toEqual({
      action: 'ban',
      nets: [net('198.51.100.9')],
      seconds: 604_800,
      target: { kind: 'set', set: http.key },
      reason: 'wp-login',
      cut: false,
      origin: 'extend in set f2b-http',
    });
    expect(draft(on(0), 'shorten')).toMatchObject({ seconds: 3600 });
    expect(draft(on(1), 'extend')).toMatchObject({ seconds: 86_400 });
    expect(draft(on(1), 'shorten')).toMatchObject({ seconds: 1800 });
  });

  it('makes a ban really longer, also one that has just begun', () => {
    const begun = [{ net: v4(0xc6336401), expires: unixMs(NOW + 86_390_000) }];
    const at = reduced(stateOf(), sampleOf([http], [membersOf(http, begun)]));
    expect(draft(at, 'extend')).toMatchObject({ seconds: 604_800 });
  });

  it('ends a ban "until changed", but cannot make it longer', () => {
    expect(draft(on(2), 'shorten')).toMatchObject({ seconds: 604_800 });
    expect(draft(on(2), 'extend')).toBe('a ban "until changed" cannot be made longer');
  });

  it('never makes a marked row longer by shortening it', () => {
    const marked = reduced(state, key(BANS, 'mark'), key(BANS, 'mark'));
    expect(draft(marked, 'shorten')).toMatchObject({ seconds: 1800 });
    expect(draft(marked, 'extend')).toMatchObject({ seconds: 604_800 });
  });

  it('says why it is not possible', () => {
    const plain = setOf('plain', { timeouts: false });
    const untimed = reduced(stateOf(), sampleOf([plain], [membersOf(plain, rows)]));
    expect(draft(untimed, 'extend')).toBe('set plain keeps no timeouts');
    const wall = setOf('banned4', { timeouts: false, shields: true, owner: 'opsconsole' });
    const shielded = reduced(stateOf(), sampleOf([wall], [membersOf(wall, rows)]));
    expect(draft(shielded, 'extend')).toBe('this ban ends with the shields');
    expect(draft(on(3), 'extend')).toBe('the time left is not known');
    expect(draft(stateOf(), 'extend')).toBe('no ban is under the cursor');
    const other = setOf('other');
    const both = reduced(
      stateOf(),
      sampleOf([http, other], [membersOf(http, rows), membersOf(other, rows)]),
      key(BANS, 'mark-all'),
    );
    expect(draft(both, 'extend')).toBe('the marked rows are in several sets');
  });

  it('goes to our own table when the set is ours', () => {
    const ours = setOf('ban4', { owner: 'opsconsole', comments: true });
    const own = reduced(stateOf(), sampleOf([ours], [membersOf(ours, rows)]));
    expect(draft(own, 'extend')).toMatchObject({ target: { kind: 'own' } });
  });
});

describe('what could not be read', () => {
  it('is kept in words', () => {
    const gaps = [sanitise('nft: no permission')];
    expect(reduced(stateOf(), { ...sample, gaps }).bans.gaps).toEqual(gaps);
  });
});
