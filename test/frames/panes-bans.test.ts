// Goldens of the bans pane's body.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import { problem } from '../../src/core/problem.ts';
import type { SetKey } from '../../src/core/rows.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import { widthOf } from '../../src/core/width.ts';
import type { Msg } from '../../src/store/messages.ts';
import type { ConsoleState } from '../../src/store/state.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { drawBans } from '../../src/views/panes/bans.ts';
import type { PaneView } from '../../src/views/panes/pane.ts';
import {
  BANS,
  key,
  membersOf,
  NOW,
  net,
  reduced,
  sampleOf,
  setOf,
  specOf,
  stateOf,
} from '../unit/store/rig.ts';
import { BAN_SAMPLE, GUARD, HTTP } from './pane-samples.ts';
import { goldenOf, plainLine } from './pane-views.ts';
import { expectFrame } from './rig.tsx';

process.env.TZ = 'UTC';

const live: Msg = {
  kind: 'source/status-changed',
  source: 'bans',
  status: { kind: 'live', sampledAt: NOW, everyMs: 2000 },
};
const safeSet: Msg = {
  kind: 'safe-set/computed',
  safeSet: {
    at: NOW,
    entries: [{ net: net('203.0.113.5'), why: sanitise('your ssh session') }],
    operatorFound: true,
    gaps: [],
  },
};
const state = reduced(stateOf(), live, safeSet, BAN_SAMPLE);
const filter = (text: string): Msg => ({
  kind: 'pane/prompted',
  pane: BANS,
  purpose: 'filter',
  text,
  accepted: true,
});

function draw(at: ConsoleState, columns: number, rows: number, ascii = false): PaneView {
  const glyphs = ascii ? ASCII_GLYPHS : UNICODE_GLYPHS;
  return drawBans(at, specOf(BANS, { kind: 'bans', sets: [] }), { columns, rows, focused: true, glyphs });
}

function golden(name: string, view: PaneView, columns: number, rows: number): void {
  expect(view.body.length).toBeLessThanOrEqual(rows);
  for (const line of view.body) expect(widthOf(plainLine(line))).toBeLessThanOrEqual(columns);
  expectFrame(`pane-bans-${name}`, goldenOf(view, columns));
}

describe('the bans pane', () => {
  it.each([
    [160, 8],
    [120, 8],
    [80, 6],
    [42, 6],
    [20, 3],
    [3, 2],
  ])('shows what room allows at %i×%i', (columns, rows) => {
    golden(`${columns}x${rows}`, draw(state, columns, rows), columns, rows);
  });

  it('shows marks, sorting and a filter, in ASCII', () => {
    const keys = [key(BANS, 'sort-next'), key(BANS, 'sort-next'), key(BANS, 'mark'), key(BANS, 'mark')];
    golden('marked-ascii', draw(reduced(state, filter('.100.'), ...keys), 80, 5, true), 80, 5);
  });

  it('says all about the row under the cursor, and which order has no column here', () => {
    const size = { columns: 60, rows: 10 };
    const last = reduced(
      state,
      key(BANS, 'bottom', size),
      key(BANS, 'open', size),
      key(BANS, 'sort-next', size),
    );
    golden('detail', draw(last, 60, 10), 60, 10);
    const own = reduced(state, key(BANS, 'line-down'), key(BANS, 'line-down'), key(BANS, 'open'));
    golden('detail-safe', draw(own, 44, 9), 44, 9);
    const packets = [key(BANS, 'sort-next'), key(BANS, 'sort-next'), key(BANS, 'sort-next')];
    expect(plainLine(draw(reduced(state, ...packets), 60, 10).title)).toMatch(/by packets$/);
  });

  it('says what a big set would cost to list, and what could not be read', () => {
    const big = setOf('crowdsec-blocklist', { backend: 'nft', count: 1_000_000, owner: 'crowdsec' });
    const gaps = [sanitise('iptables: not installed'), sanitise('nft: no permission')];
    const sampled = { ...sampleOf([big, GUARD], []), gaps };
    const unlisted = reduced(stateOf(), live, sampled);
    golden('unlisted', draw(unlisted, 90, 6), 90, 6);
    const harm = { level: 'harm', says: sanitise('no rule uses this set: nobody in it is stopped') } as const;
    const unheld = reduced(stateOf(), live, sampleOf([{ ...big, findings: [harm] }, GUARD], []));
    const [first = []] = draw(unheld, 90, 6).body;
    expect(plainLine(first)).toMatch(
      /crowdsec-blocklist +v4 +1\.0M elements.*, ✗ does not hold, not listed: /,
    );
    expect(plainLine(draw(unheld, 90, 6).state)).toBe('✗ 1 set does not hold · live');
    const open = draw(reduced(unheld, key(BANS, 'open'), key(BANS, 'line-down'), key(BANS, 'open')), 90, 9);
    expect(open.body.map(plainLine).at(-1)).toMatch(/^ {2}✗ crowdsec-blocklist: no rule uses this set: /);
    const asked = reduced(unlisted, key(BANS, 'open'));
    golden('listing', draw(asked, 90, 6), 90, 6);
  });

  it('says that the bans of the shields end with them', () => {
    const forShields = { counters: false, timeouts: false, shields: true, owner: 'opsconsole' } as const;
    const four = setOf('banned4', { ...forShields, twin: 'ipset:banned6' as SetKey });
    const six = setOf('banned6', { ...forShields, family: 6, twin: four.key });
    const ever = { expires: Number.POSITIVE_INFINITY };
    const up = sampleOf(
      [four, six],
      [
        membersOf(four, [{ net: net('198.51.100.9'), ...ever }]),
        membersOf(six, [{ net: net('2001:db8:9::/64'), ...ever }]),
      ],
    );
    const shown = reduced(stateOf(), live, up);
    golden('shields-44x4', draw(shown, 44, 4), 44, 4);
    const size = { columns: 100, rows: 8 };
    golden('shields-detail', draw(reduced(shown, key(BANS, 'open', size)), 100, 8), 100, 8);
    expect(plainLine(draw(shown, 100, 8).title)).toContain('shields');
  });

  it('says since when an address is in a table of pf, which tells nothing else of it', () => {
    const table = setOf('sshguard', { backend: 'pf', key: 'pf:sshguard' as SetKey, timeouts: false });
    const two = membersOf(table, [{ net: net('198.51.100.9') }, { net: net('198.51.100.10') }]);
    const aged = { ...two, since: Float64Array.of(NOW - 7_500_000, Number.NaN) };
    const shown = reduced(stateOf(), live, sampleOf([table], [aged]));
    const open = key(BANS, 'open', { columns: 100, rows: 12 });
    const said = (at: ConsoleState): string => draw(at, 100, 12).body.map(plainLine).join(' ');
    expect(said(reduced(shown, open))).toMatch(
      /until when is not known; .*; in it at least since .* \(2h 5m\)/,
    );
    expect(said(reduced(shown, key(BANS, 'line-down'), open))).not.toContain('since');
  });

  it('says the age of a listing that its count contradicts', () => {
    const old = sampleOf([{ ...HTTP, count: 9 }], [{ ...membersOf(HTTP, []), at: unixMs(NOW - 720_000) }]);
    expect(plainLine(draw(reduced(stateOf(), live, old), 80, 4).state)).toMatch(
      /^f2b-http listed 12 m ago · /,
    );
  });

  const refused = problem('not-permitted', 'ban sets cannot be read', {
    hint: 'start opsconsole through sudo',
  });
  it.each<[string, readonly Msg[]]>([
    ['reading', []],
    ['no-sets', [live, sampleOf([], [])]],
    ['no-bans', [live, sampleOf([HTTP, GUARD], [membersOf(HTTP, []), membersOf(GUARD, [])])]],
    ['no-match', [live, BAN_SAMPLE, filter('zz')]],
    ['no-such-set', [live, BAN_SAMPLE, { kind: 'bans/sets-chosen', pane: BANS, names: ['absent'] }]],
    [
      'unavailable',
      [{ kind: 'source/status-changed', source: 'bans', status: { kind: 'unavailable', problem: refused } }],
    ],
  ])('says why it is empty and what to do: %s', (name, msgs) => {
    golden(`empty-${name}`, draw(reduced({ ...stateOf(), privileged: false }, ...msgs), 60, 6), 60, 6);
  });
});
