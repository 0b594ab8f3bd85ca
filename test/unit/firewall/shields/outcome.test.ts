// The outcome of a revert: what the script writes is read whole, what was cut off or tampered with is not believed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { parseOutcome } from '../../../../src/firewall/shields/outcome.ts';

const WHOLE = [
  'opsconsole-shields-outcome 1',
  'id 1a2b3c4d',
  'by failed-raise',
  'at 1800000000',
  'dropped 12 0 3 4',
  'item restored\tsysctl net.ipv4.tcp_synack_retries\t2 → 5',
  'item already\tnft table inet opsconsole_shields\t',
  'item failed\tcommand monit\tended with 1\tand more',
  'end 1a2b3c4d',
  '',
].join('\n');

describe('an outcome', () => {
  it('is read whole', () => {
    expect(parseOutcome(WHOLE)).toEqual({
      id: '1a2b3c4d',
      by: 'failed-raise',
      at: 1_800_000_000_000,
      dropped: { syn: 12, connections: 0, ports: 3, banned: 4 },
      complete: true,
      items: [
        { result: 'restored', what: 'sysctl net.ipv4.tcp_synack_retries', detail: '2 → 5' },
        { result: 'already', what: 'nft table inet opsconsole_shields' },
        { result: 'failed', what: 'command monit', detail: 'ended with 1 and more' },
      ],
    });
  });

  it('that was cut off anywhere is never complete', () => {
    for (let length = 0; length < WHOLE.length; length++) {
      const read = parseOutcome(WHOLE.slice(0, length));
      expect(read?.complete ?? false, String(length)).toBe(false);
    }
    const cut = parseOutcome(WHOLE.slice(0, WHOLE.indexOf('item failed') + 20));
    expect(cut).toMatchObject({ complete: false, dropped: { syn: 12 } });
    expect(cut?.items).toHaveLength(2);
  });

  it.each([
    ['another version', WHOLE.replace('outcome 1', 'outcome 2')],
    ['another who', WHOLE.replace('by failed-raise', 'by somebody')],
    ['no id', WHOLE.replace('id 1a2b3c4d', 'id ../../x')],
    ['another end', WHOLE.replace('end 1a2b3c4d', 'end 1a2b3c4e')],
    ['more after the end', `${WHOLE}item restored\tx\t\n`],
    ['a result that is none', WHOLE.replace('item already', 'item perhaps')],
    ['an item about nothing', `${WHOLE.slice(0, WHOLE.indexOf('end 1'))}item restored\n`],
    ['counters that are none', WHOLE.replace('dropped 12', 'dropped -1')],
    ['counters twice', WHOLE.replace('item already', 'dropped 1 2 3 4\nitem already')],
    ['something else', 'current\n'],
  ])('%s: not an outcome of ours', (_, text) => expect(parseOutcome(text)).toBeUndefined());

  it('never throws and never lets anything through that is not sanitised', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...WHOLE.split('\n')));
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(line).map((lines) => lines.join('\n')),
      fc
        .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
        .map(
          ([what, detail]) =>
            `${WHOLE.slice(0, WHOLE.indexOf('end 1'))}item drift\t${what}\t${detail}\nend 1a2b3c4d\n`,
        ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const { what, detail } of parseOutcome(text)?.items ?? []) {
          expect(sanitise(what)).toBe(what);
          expect(sanitise(detail ?? '')).toBe(detail ?? '');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('with endless words is cut to a line', () => {
    const long = WHOLE.replace('2 → 5', 'x'.repeat(100_000));
    expect(parseOutcome(long)?.items[0]?.detail?.length).toBe(300);
  });
});
