import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendBatch, EMPTY_FEED } from '../../../../src/store/logs/feed.ts';
import { compilePattern } from '../../../../src/store/logs/pattern.ts';
import {
  countHits,
  type Filter,
  lineAt,
  locate,
  nextHit,
  shownOf,
} from '../../../../src/store/logs/shown.ts';
import { batchOf, lineOf } from '../rig.ts';

function filterOf(pattern: string, keep: 'in' | 'out', on = true): Filter {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw new Error(compiled.problem.summary);
  return { pattern: compiled.value, keep, on };
}

const words = fc
  .array(fc.constantFrom('get', 'post', 'root', 'bot'), { maxLength: 3 })
  .map((all) => all.join(' '));
const log = fc.array(fc.tuple(words, fc.nat(1)), { maxLength: 600 });
const filters = fc.array(
  fc
    .tuple(fc.constantFrom('get', 'post', 'bot', 'o.t'), fc.constantFrom('in', 'out'), fc.boolean())
    .map(([text, keep, on]) => filterOf(text, keep, on)),
  { maxLength: 4 },
);

function chunksOf(lines: readonly (readonly [string, number])[]) {
  const read = lines.map(([text, file], seq) => lineOf(seq, text, { file }));
  const options = { history: 100_000, byTime: false, held: undefined };
  return appendBatch(EMPTY_FEED, batchOf(read), options).chunks;
}

describe('filters', () => {
  it('show what matches any in-filter and no out-filter, with context, as a naive reading would', () => {
    fc.assert(
      fc.property(log, filters, fc.nat(3), fc.option(fc.nat(1)), (lines, chosen, context, file) => {
        const ours = lines.map((line, seq) => ({ text: line[0], file: line[1], seq }));
        const eligible = ours.filter((line) => file === null || line.file === file);
        const on = chosen.filter((filter) => filter.on);
        const ins = on.filter((filter) => filter.keep === 'in');
        const passes = eligible.map(
          ({ text }) =>
            (ins.length === 0 || ins.some((filter) => new RegExp(filter.pattern.text).test(text))) &&
            !on.some((filter) => filter.keep === 'out' && new RegExp(filter.pattern.text).test(text)),
        );
        const expected = eligible.filter((_, at) =>
          passes.slice(Math.max(0, at - context), at + context + 1).includes(true),
        );
        const wanted = { filters: chosen, context, ...(file === null ? {} : { file }) };
        const shown = shownOf(chunksOf(lines), wanted);
        const got = Array.from({ length: shown.length }, (_, index) => lineAt(shown, index)?.line.seq);
        expect(got).toEqual(expected.map((line) => line.seq));
      }),
    );
  });

  it('evaluate a chunk once: the same chunks give the same answer object', () => {
    const chunks = chunksOf([['get', 0]]);
    const wanted = { filters: [filterOf('get', 'in')], context: 0 };
    expect(shownOf(chunks, wanted)).toBe(shownOf(chunks, { ...wanted }));
  });
});

describe('a search', () => {
  it('counts and walks through every hit, both ways and round the end', () => {
    fc.assert(
      fc.property(log, filters, (lines, chosen) => {
        const { pattern } = filterOf('root', 'in');
        const shown = shownOf(chunksOf(lines), { filters: chosen, context: 0 });
        const texts = Array.from(
          { length: shown.length },
          (_, index) => lineAt(shown, index)?.line.text ?? '',
        );
        const hits = texts.flatMap((text, index) => (text.includes('root') ? [index] : []));
        expect(countHits(shown, pattern, shown.length - 1)).toEqual({
          total: hits.length,
          before: hits.length,
        });
        for (const step of [1, -1] as const) {
          const walked: number[] = [];
          let at = step > 0 ? -1 : shown.length;
          for (const _ of hits) {
            at = nextHit(shown, pattern, at, step)?.index ?? -1;
            walked.push(at);
          }
          expect(walked).toEqual(step > 0 ? hits : hits.toReversed());
        }
        if (hits.length === 0) expect(nextHit(shown, pattern, 0, 1)).toBeUndefined();
      }),
    );
  });

  it('finds a line again by its key', () => {
    fc.assert(
      fc.property(log, filters, (lines, chosen) => {
        const shown = shownOf(chunksOf(lines), { filters: chosen, context: 0 });
        for (let index = 0; index < shown.length; index += 7) {
          const found = lineAt(shown, index);
          expect(found && locate(shown, found.key)).toBe(index);
        }
      }),
      { numRuns: 30 },
    );
  });
});
