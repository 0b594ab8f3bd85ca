// A click takes the row that is drawn under the pointer: each pane drawn, each of its rows clicked.

import { describe, expect, it } from 'vitest';
import type { Net } from '../../src/core/address.ts';
import type { PaneSpec } from '../../src/core/pane.ts';
import { reduce } from '../../src/store/reduce.ts';
import { selectBansTarget } from '../../src/store/select/target-bans.ts';
import { selectConntrackTarget } from '../../src/store/select/target-conntrack.ts';
import { selectLogTarget } from '../../src/store/select/target-log.ts';
import { selectTrafficTarget } from '../../src/store/select/target-traffic.ts';
import type { ConsoleState } from '../../src/store/state.ts';
import { UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import {
  BANS,
  batchOf,
  key,
  LOG,
  lineOf,
  logSpec,
  membersOf,
  net,
  reduced,
  sampleOf,
  setOf,
  specOf,
  stateOf,
} from '../unit/store/rig.ts';
import { plainLine } from './pane-views.ts';
import {
  attacked,
  blank,
  CONNTRACK,
  key as press,
  report,
  source,
  TRAFFIC,
  told,
  trafficSamples,
} from './panes/machine-states.ts';

const SIZE = { columns: 80, rows: 16 };
const ADDRESS = /\b192\.0\.2\.\d+\b/;

type Target = (state: ConsoleState, id: PaneSpec['id']) => Readonly<{ nets: readonly Net[] }> | undefined;

/** How many rows show an address; each must be the target after a click, the others change nothing or go on above. */
function clickAll(state: ConsoleState, spec: PaneSpec, target: Target, size = SIZE): number {
  const draw = (now: ConsoleState): readonly string[] =>
    PAINTERS[spec.body.kind](now, spec, { ...size, focused: true, glyphs: UNICODE_GLYPHS }).body.map(
      plainLine,
    );
  const taken = (now: ConsoleState) => target(now, spec.id)?.nets.map(({ text }) => text);
  const goesOn = state.logs.panes.get(spec.id)?.wrap === true;
  let before: readonly string[] | undefined;
  let rows = 0;
  for (const [row, text] of draw(state).entries()) {
    const clicked = reduce(state, { kind: 'pane/pointed', pane: spec.id, column: 3, row, ...size });
    const address = ADDRESS.exec(text)?.[0];
    if (address === undefined) {
      if (!goesOn) expect([row, taken(clicked)]).toEqual([row, taken(state)]);
      else if (before !== undefined) expect([row, taken(clicked)]).toEqual([row, before]);
    } else {
      rows++;
      before = [address];
      expect([row, taken(clicked)]).toEqual([row, before]);
    }
  }
  return rows;
}

const many = Array.from({ length: 60 }, (_, at) => `192.0.2.${at + 1}`);

describe('a click on each row', () => {
  it('of a log, following and frozen, cut and wrapped', () => {
    const lines = many.map((address, seq) => lineOf(seq, `${address} ${'x'.repeat((seq * 37) % 200)}`));
    const follows = reduced(stateOf(), batchOf(lines));
    const frozen = reduced(follows, key(LOG, 'page-up', SIZE), key(LOG, 'page-up', SIZE));
    expect(clickAll(follows, specOf(LOG, logSpec()), selectLogTarget)).toBe(16);
    expect(clickAll(frozen, specOf(LOG, logSpec()), selectLogTarget)).toBe(16);
    const wrapped = reduced(frozen, key(LOG, 'wrap', SIZE));
    expect(clickAll(wrapped, specOf(LOG, logSpec()), selectLogTarget)).toBeGreaterThan(4);
  });

  it('of the bans, at the top and further down', () => {
    const set = setOf('f2b-http');
    const state = reduced(
      stateOf(),
      sampleOf(
        [set],
        [
          membersOf(
            set,
            many.map((text) => ({ net: net(text) })),
          ),
        ],
      ),
    );
    const spec = specOf(BANS, { kind: 'bans', sets: [] });
    expect(clickAll(state, spec, selectBansTarget)).toBe(15);
    expect(clickAll(reduced(state, key(BANS, 'bottom', SIZE)), spec, selectBansTarget)).toBe(15);
  });

  it('of conntrack, with its chart above', () => {
    const sources = many.map((text) => source(text, { SYN_RECV: 3 }));
    const state = told(attacked(), report(sources));
    expect(clickAll(state, CONNTRACK, selectConntrackTarget)).toBeGreaterThan(4);
    const down = told(state, ...press(CONNTRACK, 'page-down', 'page-down'));
    expect(clickAll(down, CONNTRACK, selectConntrackTarget)).toBeGreaterThan(4);
  });

  it('of traffic, below its interfaces', () => {
    const talkers = many.map((text, at) => source(text, { UDP: 1 }, { bytes: 9999 - at }));
    const state = told(blank(), ...trafficSamples(10), report([], { talkers, total: 60 }));
    expect(clickAll(state, TRAFFIC, selectTrafficTarget)).toBeGreaterThan(4);
  });
});
