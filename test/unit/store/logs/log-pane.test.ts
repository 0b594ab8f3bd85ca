import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTENTS, type IntentId } from '../../../../src/core/intent.ts';
import {
  cursorIndex,
  cursorLine,
  lineBox,
  newSince,
  paneShown,
  topIndex,
} from '../../../../src/store/logs/log-pane.ts';
import { lineAt } from '../../../../src/store/logs/shown.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { selectLogTarget } from '../../../../src/store/select/target-log.ts';
import type { PromptPurpose } from '../../../../src/store/slice.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import {
  batchOf,
  fileOf,
  key,
  LOG,
  lineOf,
  logPane,
  logSpec,
  reduced,
  SIZE,
  stateOf,
  textBatch,
} from '../rig.ts';

const texts = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `line ${from + at}`);
const typed = (purpose: PromptPurpose, text: string, accepted = true): Msg => ({
  kind: 'pane/prompted',
  pane: LOG,
  purpose,
  text,
  accepted,
});
const cursorText = (state: ConsoleState) => cursorLine(logPane(state))?.text;
const notice = (state: ConsoleState) => logPane(state).notice;
const shownTexts = (state: ConsoleState) => {
  const shown = paneShown(logPane(state));
  return Array.from({ length: shown.length }, (_, index) => lineAt(shown, index)?.line.text);
};

describe('following and frozen', () => {
  const full = reduced(stateOf(), textBatch(texts(100)));

  it('follows the newest line until the cursor moves up', () => {
    expect(cursorText(reduced(full, textBatch(texts(5, 100), 100)))).toBe('line 104');
    expect(cursorText(reduced(full, key(LOG, 'line-down'), textBatch(texts(5, 100), 100)))).toBe('line 104');
  });

  it('stands still after a move up, and counts what is new', () => {
    const state = reduced(full, key(LOG, 'line-up'), textBatch(texts(214, 100), 100));
    expect(cursorText(state)).toBe('line 98');
    expect(newSince(logPane(state))).toBe(214);
  });

  it.each(['follow', 'bottom'] as const)('%s goes on following', (id) => {
    const state = reduced(full, key(LOG, 'line-up'), textBatch(texts(5, 100), 100), key(LOG, id));
    expect(cursorText(state)).toBe('line 104');
    expect(newSince(logPane(state))).toBe(0);
  });

  it('moves by pages so that no line is passed over', () => {
    let state = reduced(full, key(LOG, 'top'));
    const seen = ['line 0'];
    for (let page = 0; page < 9; page++) {
      state = reduced(state, key(LOG, 'page-down'));
      seen.push(cursorText(state) ?? '');
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, page) => `line ${page * 10}`));
    expect(cursorText(reduced(state, key(LOG, 'page-up')))).toBe('line 80');
  });

  it('finds top, middle and bottom of the screen', () => {
    const state = reduced(full, key(LOG, 'top'));
    expect(cursorText(reduced(state, key(LOG, 'screen-bottom')))).toBe('line 9');
    expect(cursorText(reduced(state, key(LOG, 'screen-middle')))).toBe('line 4');
    expect(cursorText(reduced(state, key(LOG, 'screen-bottom'), key(LOG, 'screen-top')))).toBe('line 0');
  });
});

describe('search', () => {
  const log = ['a one', 'b two', 'a three', 'b four', 'a five'];
  const state = reduced(stateOf(), textBatch(log));

  it('jumps to the newest hit while typing, and comes back when given up', () => {
    const typing = reduced(state, typed('search', 'thr', false));
    expect(cursorText(typing)).toBe('a three');
    expect(cursorText(reduced(typing, typed('search', 'two', false)))).toBe('b two');
    for (const end of [key(LOG, 'cancel'), typed('search', '', false)]) {
      const back = reduced(typing, end, textBatch(['new'], 5));
      expect(cursorText(back)).toBe('new');
    }
  });

  it('goes to the nearest hit, below before above, with lines around it', () => {
    const long = texts(100).map((text, at) => (at === 20 || at === 60 ? `hit ${text}` : text));
    const middle = reduced(
      stateOf(),
      textBatch(long),
      key(LOG, 'top'),
      ...Array.from({ length: 3 }, () => key(LOG, 'page-down')),
    );
    const found = reduced(middle, typed('search', 'hit'));
    expect(cursorText(found)).toBe('hit line 60');
    const shown = paneShown(logPane(found));
    expect(topIndex(logPane(found), shown, lineBox(logPane(found), SIZE))).toBe(55);
    const below = reduced(stateOf(), textBatch(long), key(LOG, 'line-up'), typed('search', 'hit'));
    expect(cursorText(below)).toBe('hit line 60');
  });

  it('walks with next and previous, and says when it goes round', () => {
    const found = reduced(state, key(LOG, 'top'), typed('search', 'B '), key(LOG, 'search-next'));
    expect(notice(found)).toMatch(/nothing was searched|no line matches/);
    const lower = reduced(state, key(LOG, 'top'), typed('search', 'b '));
    expect(cursorText(lower)).toBe('b two');
    const next = reduced(lower, key(LOG, 'search-next'));
    expect(cursorText(next)).toBe('b four');
    const round = reduced(next, key(LOG, 'search-next'));
    expect(cursorText(round)).toBe('b two');
    expect(notice(round)).toBe('search went on at the top');
    expect(cursorText(reduced(round, key(LOG, 'search-previous')))).toBe('b four');
  });

  it('keeps every line on screen: context is what a search is for', () => {
    expect(shownTexts(reduced(state, typed('search', 'two')))).toEqual(log);
  });

  it('says what is wrong with a pattern and keeps the last good one while typing', () => {
    const typing = reduced(state, typed('search', 'two', false), typed('search', 'two(', false));
    expect(cursorText(typing)).toBe('b two');
    expect(notice(typing)).toMatch(/unterminated group/);
    expect(notice(reduced(state, typed('search', '(a+)+')))).toMatch(/repeat inside a repeat/);
    expect(notice(reduced(state, typed('search', 'absent')))).toBe('no line matches absent');
  });
});

describe('filters', () => {
  const log = ['get root', 'get bot', 'post root', 'post bot', 'head'];
  const state = reduced(stateOf(), textBatch(log));

  it('in-filters widen, out-filters narrow, each and all can be switched', () => {
    const both = reduced(
      state,
      typed('filter-in', 'get'),
      typed('filter-in', 'post'),
      typed('filter-out', 'bot'),
    );
    expect(shownTexts(both)).toEqual(['get root', 'post root']);
    expect(shownTexts(reduced(both, key(LOG, 'filters-toggle')))).toEqual(log);
    const withoutPost = reduced(both, key(LOG, 'filters-toggle', { text: '2' }));
    expect(shownTexts(withoutPost)).toEqual(['get root']);
    const message = reduced(both, { kind: 'log/filter-toggled', pane: LOG, index: 2 });
    expect(shownTexts(message)).toEqual(log.slice(0, 4));
    expect(shownTexts(reduced(both, key(LOG, 'filter-clear')))).toEqual(log);
  });

  it('keeps the cursor on its line', () => {
    const at = reduced(state, key(LOG, 'top'), key(LOG, 'line-down'), key(LOG, 'line-down'));
    const filtered = reduced(at, typed('filter-in', 'root'));
    expect(cursorText(filtered)).toBe('post root');
    expect(cursorText(reduced(filtered, key(LOG, 'filters-toggle')))).toBe('post root');
  });

  it('shows lines around on request', () => {
    const filtered = reduced(state, typed('filter-in', 'head'), key(LOG, 'filter-context'));
    expect(shownTexts(filtered)).toEqual(log.slice(2));
  });

  it('refuses what is no pattern, says why, and changes nothing', () => {
    const refused = reduced(state, typed('filter-in', '['));
    expect(notice(refused)).toMatch(/^\[: /);
    expect(shownTexts(refused)).toEqual(log);
    expect(notice(reduced(refused, key(LOG, 'line-up')))).toBeUndefined();
  });

  it('of the session file that are no pattern are said', () => {
    const spec = logSpec({ filters: [{ pattern: 'a(', keep: 'in', on: true }] });
    expect(notice(stateOf(spec))).toMatch(/^filter a\( of the session file: unterminated group/);
  });

  it('of the session file are on from the start', () => {
    const spec = logSpec({ filters: [{ pattern: 'bot', keep: 'out', on: true }] });
    expect(shownTexts(reduced(stateOf(spec), textBatch(log)))).toEqual(['get root', 'post root', 'head']);
  });
});

describe('marks', () => {
  it('are set on lines, walked round, and cleared', () => {
    const state = reduced(
      stateOf(),
      textBatch(texts(20)),
      key(LOG, 'top'),
      key(LOG, 'line-mark'),
      key(LOG, 'bottom'),
      key(LOG, 'line-up'),
      key(LOG, 'line-mark'),
    );
    expect(cursorText(reduced(state, key(LOG, 'mark-next')))).toBe('line 0');
    expect(cursorText(reduced(state, key(LOG, 'mark-next'), key(LOG, 'mark-next')))).toBe('line 18');
    expect(cursorText(reduced(state, key(LOG, 'mark-previous')))).toBe('line 0');
    expect(notice(reduced(state, key(LOG, 'mark-clear'), key(LOG, 'mark-next')))).toMatch(/no marked line/);
  });
});

describe('the address that an act would take', () => {
  const line = '192.0.2.140 for 198.51.100.9 by 2001:db8::1';
  const state = reduced(stateOf(), textBatch(['203.0.113.1 other', line]));
  const target = (at: ConsoleState) => selectLogTarget(at, LOG);

  it('is the one that the format names, with its origin in words', () => {
    expect(target(state)).toMatchObject({
      nets: [{ text: '192.0.2.140' }],
      origin: 'access.log, combined, field client',
    });
  });

  it('goes round the addresses of the line with Tab, and back', () => {
    const next = reduced(state, key(LOG, 'address-next'));
    expect(target(next)).toMatchObject({
      nets: [{ text: '198.51.100.9' }],
      origin: 'access.log, combined, address 2 of 3, picked by hand',
    });
    const round = reduced(next, key(LOG, 'address-next'), key(LOG, 'address-next'));
    expect(target(round)?.nets[0]?.text).toBe('192.0.2.140');
    expect(target(reduced(state, key(LOG, 'address-previous')))?.nets[0]?.text).toBe('2001:db8::1');
  });

  it('is none of a list that a peer can make up; one picked by hand carries the doubt', () => {
    const list = { ...lineOf(0, '192.0.2.140, 198.51.100.9 - - x') };
    const { chosen: _, field: __, ...rest } = list.reading;
    const forwarded = { ...list, reading: { ...rest, forwarded: true as const } };
    const batch = { ...textBatch([]), lines: [forwarded], total: 1 };
    const at = reduced(stateOf(), batch);
    expect(target(at)).toEqual({
      nets: [],
      origin: 'forwarded, could be forged: access.log, combined; Tab picks an address',
    });
    expect(target(reduced(at, key(LOG, 'address-next'), key(LOG, 'address-next')))).toMatchObject({
      nets: [{ text: '198.51.100.9' }],
      origin: 'forwarded, could be forged: access.log, combined, address 2 of 2, picked by hand',
    });
  });

  it('stays the one that was picked while new lines arrive, and is forgotten on the next line', () => {
    const picked = reduced(state, key(LOG, 'address-next'), textBatch(['203.0.113.2 new'], 2));
    expect(target(picked)?.nets[0]?.text).toBe('198.51.100.9');
    expect(target(reduced(picked, key(LOG, 'line-up')))?.nets[0]?.text).toBe('203.0.113.1');
  });

  it('is none in a line that names none, until one is picked', () => {
    const { chosen: _, ...reading } = lineOf(0, line).reading;
    const unnamed = reduced(stateOf(), batchOf([lineOf(0, line, { reading })]));
    expect(target(unnamed)).toBeUndefined();
    expect(target(reduced(unnamed, key(LOG, 'address-next')))?.nets[0]?.text).toBe('192.0.2.140');
    expect(target(stateOf())).toBeUndefined();
  });
});

describe('whatever the keys', () => {
  const intent = fc.constantFrom<IntentId>(...INTENTS);
  const purpose = fc.constantFrom<PromptPurpose>('search', 'filter-in', 'filter-out', 'filter', 'timeout');
  const step: fc.Arbitrary<(seq: number) => Msg> = fc.oneof(
    intent.map((id) => () => key(LOG, id)),
    fc.tuple(purpose, fc.constantFrom('1', 'line', '2$', 'x', '(', ''), fc.boolean()).map(
      ([kind, text, accepted]) =>
        () =>
          typed(kind, text, accepted),
    ),
    fc.tuple(fc.nat(300), fc.nat(1)).map(([count, file]) => (seq: number) => {
      const lines = texts(count, seq).map((text, at) => lineOf(seq + at, text, { file }));
      return batchOf(lines, { total: seq + count, files: [fileOf('a'), fileOf('b')] });
    }),
  );

  it('the cursor is in range, nothing throws, and the total is exact', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom('time', 'side-by-side'),
        fc.boolean(),
        (steps, merge, wrap) => {
          let state = stateOf(logSpec({ history: 400, merge, wrap }));
          let total = 0;
          for (const make of steps) {
            const msg = make(total);
            if (msg.kind === 'log/appended') total = msg.total;
            state = reduced(state, msg);
            const pane = logPane(state);
            const shown = paneShown(pane);
            const at = cursorIndex(pane, shown);
            expect(at).toBeGreaterThanOrEqual(shown.length === 0 ? -1 : 0);
            expect(at).toBeLessThan(Math.max(shown.length, 1));
            expect(pane.feed.total).toBe(total);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
