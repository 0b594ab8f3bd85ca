import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../../../src/core/pane.ts';
import { lineHas } from '../../../../src/store/follow/match.ts';
import { nextStop, placesIn } from '../../../../src/store/follow/places.ts';
import { selectFollowTarget } from '../../../../src/store/follow/target.ts';
import { cursorLine, paneShown } from '../../../../src/store/logs/log-pane.ts';
import { lineAt } from '../../../../src/store/logs/shown.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import {
  BANS,
  batchOf,
  fileOf,
  JOURNAL,
  LOG,
  lineOf,
  logPane,
  membersOf,
  net,
  reduced,
  SIZE,
  sampleOf,
  setOf,
  stateOf,
  textBatch,
} from '../rig.ts';

const IT = net('192.0.2.140');
const set = setOf('f2b-http');

const specOf = (state: ConsoleState, id: PaneId) => {
  const spec = state.session.windows.flatMap((window) => window.panes).find((pane) => pane.id === id);
  if (spec === undefined) throw new Error('no pane');
  return spec;
};
const numbers = (state: ConsoleState, id: PaneId, followed = IT) =>
  placesIn(state, specOf(state, id), followed).places.map(({ index }) => index);

const full = reduced(
  stateOf(),
  textBatch(['192.0.2.140 a', '192.0.2.14 b', 'c 192.0.2.140', '198.51.100.1 for 192.0.2.140', 'none']),
  sampleOf([set], [membersOf(set, [{ net: net('192.0.2.7') }, { net: net('192.0.2.0/24') }, { net: IT }])]),
);

describe('places of the followed address', () => {
  it('are lines that name it, and rows of it or of a network that holds it', () => {
    expect(numbers(full, LOG)).toEqual([0, 2, 3]);
    expect(numbers(full, BANS)).toEqual([1, 2]);
    expect(numbers(full, JOURNAL)).toEqual([]);
  });

  it('of a network are all in it', () => {
    expect(numbers(full, LOG, net('192.0.2.0/25'))).toEqual([1]);
    expect(numbers(full, BANS, net('192.0.2.0/25'))).toEqual([0, 1]);
  });

  it('are only those that the filters of a log show', () => {
    const filtered = reduced(full, {
      ...{ kind: 'pane/prompted', pane: LOG, purpose: 'filter-out', text: '^c', accepted: true },
    });
    expect(numbers(filtered, LOG)).toEqual([0, 2]);
  });

  it('are as many as a look at every line finds', () => {
    const address = fc.constantFrom('192.0.2.140', '192.0.2.14', '198.51.100.9', '2001:db8::1', 'nobody');
    fc.assert(
      fc.property(fc.array(fc.array(address, { maxLength: 3 }), { maxLength: 700 }), (lines) => {
        const state = reduced(stateOf(), textBatch(lines.map((words) => words.join(' '))));
        const shown = paneShown(logPane(state));
        const wanted = Array.from({ length: shown.length }, (_, index) => index).filter((index) => {
          const line = lineAt(shown, index)?.line;
          return line !== undefined && lineHas(line, IT);
        });
        expect(numbers(state, LOG)).toEqual(wanted);
        expect(wanted).toHaveLength(lines.filter((words) => words.includes('192.0.2.140')).length);
      }),
      { numRuns: 40 },
    );
  });
});

/** Where the cursor goes from pane to pane, as the key does it. */
function walk(state: ConsoleState, step: 1 | -1): Readonly<{ state: ConsoleState; words: string }> {
  const from = state.session.windows[0]?.panes.find(({ id }) => id === state.layout.views[0]?.recent[0]);
  const stop = nextStop(state, IT, { from, step });
  if (stop === undefined) return { state, words: 'nowhere' };
  const { pane, place, number, total, wrapped } = stop;
  const went = { kind: 'pane/went', pane: pane.id, net: IT, ...place, ...SIZE } as const;
  const next = reduced(state, { kind: 'layout/pane-focused', pane: pane.id }, went);
  return { state: next, words: `${pane.body.kind} ${number}/${total}${wrapped ? ' round' : ''}` };
}

function walked(start: ConsoleState, step: 1 | -1, times: number): readonly string[] {
  let state = start;
  return Array.from({ length: times }, () => {
    const next = walk(state, step);
    state = next.state;
    return next.words;
  });
}

describe('the way from place to place', () => {
  it('goes through the log, on to the next pane, and round', () => {
    const words = ['bans 1/2', 'bans 2/2', 'log 1/3 round', 'log 2/3', 'log 3/3', 'bans 1/2'];
    expect(walked(full, 1, 6)).toEqual(words);
  });

  it('goes back the same way', () => {
    expect(walked(full, -1, 5)).toEqual(['log 3/3', 'log 2/3', 'log 1/3', 'bans 2/2 round', 'bans 1/2']);
  });

  it('freezes the log, and the address that it came for is under the cursor', () => {
    const there = walk(full, -1).state;
    const pane = logPane(there);
    expect(pane.frozen).toBeDefined();
    expect(cursorLine(pane)?.text).toBe('198.51.100.1 for 192.0.2.140');
    expect(selectFollowTarget(there, specOf(there, LOG))?.text).toBe(IT.text);
  });

  it('ends nowhere when it stands nowhere', () => {
    expect(walked(stateOf(), 1, 1)).toEqual(['nowhere']);
    const alone = reduced(stateOf(), textBatch(['192.0.2.140 x']));
    expect(walked(alone, 1, 2)).toEqual(['log 1/1 round', 'log 1/1 round']);
  });

  it('meets every place once in a round, whatever there is', () => {
    const followed = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(followed, fc.boolean(), fc.constantFrom(1 as const, -1 as const), (lines, banned, step) => {
        const texts = lines.map((is) => (is ? '192.0.2.140' : '198.51.100.1'));
        const members = membersOf(set, banned ? [{ net: IT }] : []);
        const state = reduced(stateOf(), textBatch(texts), sampleOf([set], [members]));
        const total = lines.filter(Boolean).length + (banned ? 1 : 0);
        const met = walked(state, step, total).map((words) => words.replace(' round', ''));
        expect(new Set(met).size).toBe(total);
      }),
    );
  });
});

it('finds places in the columns of a log side by side, and goes to the right one', () => {
  const files = ['a', 'b'].map((name) => fileOf(name));
  const lines = [0, 1, 0, 1].map((file, at) => lineOf(at, at === 3 ? '192.0.2.140 here' : 'else', { file }));
  const base = stateOf({ ...logPane(stateOf()).spec, merge: 'side-by-side' });
  const state = reduced(base, batchOf(lines, { files }));
  const { places } = placesIn(state, specOf(state, LOG), IT);
  expect(places).toEqual([{ lane: 1, index: 1 }]);
  const there = walk(state, 1).state;
  expect(logPane(there).lane).toBe(1);
  expect(cursorLine(logPane(there))?.text).toBe('192.0.2.140 here');
});
