import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHost, widen } from '../../../../src/core/address.ts';
import { countTopSources } from '../../../../src/firewall/shields/top-sources.ts';

/** The same count in the plainest way. */
function slowly(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const host = parseHost(/ src=(\S+)/.exec(line)?.[1] ?? '');
    if (!host.ok) continue;
    const key = host.value.family === 4 ? host.value.text : widen(host.value, 64).text;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const TABLES = ['plain', 'acct', 'empty'].map((name) =>
  readFileSync(`test/captures/proc/linux-6.18/${name}-net-nf_conntrack.txt`, 'utf8'),
);
TABLES.push(readFileSync('test/captures/conntrack/1.4.7/plain-L-extended.txt', 'utf8'));

describe('the sources with the most flows', () => {
  it.each(TABLES)('are counted as a plain reading does', (table) => {
    const counter = countTopSources();
    counter.push(Buffer.from(table));
    const { sources, seen } = counter.end();
    const wanted = slowly(table);
    expect(new Map(sources.map(({ net, flows }) => [net.text, flows]))).toEqual(wanted);
    expect(seen).toBe([...wanted.values()].reduce((sum, flows) => sum + flows, 0));
  });

  it('do not depend on where the bytes are cut', () => {
    const table = TABLES[0] ?? '';
    const whole = slowly(table);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: table.length }), { maxLength: 8 }), (cuts) => {
        const counter = countTopSources();
        let from = 0;
        for (const to of [...cuts.sort((a, b) => a - b), table.length]) {
          counter.push(Buffer.from(table.slice(from, to)));
          from = to;
        }
        expect(counter.end().sources).toHaveLength(whole.size);
      }),
      { numRuns: 50 },
    );
  });

  it('survive a flood of forged ones in bounded memory', () => {
    const counter = countTopSources(1000);
    const line = (source: string): string => `ipv4     2 tcp      6 9 SYN_RECV src=${source} dst=192.0.2.1\n`;
    for (let index = 0; index < 20_000; index++) {
      counter.push(Buffer.from(line(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)));
      if (index % 10 === 0) counter.push(Buffer.from(line('203.0.113.9')));
    }
    const { sources, seen } = counter.end(100);
    expect(sources.map(({ net, flows }) => `${net.text} ${flows}`)).toEqual(['203.0.113.9 2000']);
    expect(seen).toBe(22_000);
  });

  it('are read without throwing, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        const counter = countTopSources();
        for (const chunk of chunks) counter.push(Buffer.concat([Buffer.from(' src='), chunk]));
        counter.end();
      }),
    );
  });
});
