import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { createTopSources, type TopReport } from '../../../../src/sources/logs/aggregate.ts';
import { readLine } from '../../../../src/sources/logs/reading.ts';

const CAPTURES = join(import.meta.dirname, '../../../captures/logs');
const tail = ' - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"';

function count(text: string, chunk = text.length, top = 1e6): TopReport {
  const bytes = Buffer.from(text);
  const sources = createTopSources();
  // The chunk is reused, as a reader's buffer is: nothing of it may be kept.
  const buffer = Buffer.alloc(Math.max(1, chunk));
  for (let at = 0; at < bytes.length; at += chunk) {
    const size = bytes.copy(buffer, 0, at, at + chunk);
    sources.push(buffer.subarray(0, size));
  }
  sources.end();
  return sources.report(top);
}

const plain = (report: TopReport): Record<string, number> =>
  Object.fromEntries(report.sources.map(({ net, count: lines }) => [net.text, lines]));

/** The same by the straight way. */
function slowly(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const address = readLine(sanitise(line), 0).chosen?.text;
    if (address !== undefined) counts[address] = (counts[address] ?? 0) + 1;
  }
  return counts;
}

describe('createTopSources', () => {
  test('counts by the first field, most first, equals by address', () => {
    const text = ['203.0.113.9', '203.0.113.7', '2001:db8::7', '203.0.113.9', '203.0.113.8']
      .map((a) => `${a}${tail}\n`)
      .join('');
    const report = count(text, undefined, 3);
    expect(report).toMatchObject({ lines: 5, without: 0, distinct: 4 });
    expect(report.sources.map(({ net, count: lines }) => `${net.text} ${lines}`)).toEqual([
      '203.0.113.9 2',
      '203.0.113.7 1',
      '203.0.113.8 1',
    ]);
  });

  test('spellings of one address are one', () => {
    const text = ['2001:DB8::7', '2001:db8:0::7', '::ffff:203.0.113.7', '203.0.113.7']
      .map((a) => `${a}${tail}\n`)
      .join('');
    expect(plain(count(text))).toEqual({ '2001:db8::7': 2, '203.0.113.7': 2 });
  });

  test('a name, a version, nothing: lines without an address', () => {
    const text = [
      `host.example.org${tail}`,
      `010.1.1.1${tail}`,
      '',
      '   203.0.113.7 indented',
      'x'.repeat(100_000),
    ].join('\n');
    expect(count(text)).toMatchObject({ lines: 5, without: 5, distinct: 0 });
  });

  test('every capture, in chunks of any size, as by reading each line', () => {
    for (const folder of readdirSync(CAPTURES)) {
      for (const name of readdirSync(join(CAPTURES, folder)).filter((one) => one.endsWith('.log'))) {
        const text = readFileSync(join(CAPTURES, folder, name), 'utf8');
        const lines = text.replace(/\n$/, '').split('\n').length;
        for (const chunk of [1, 7, 64, 4096, text.length]) {
          const report = count(text, chunk);
          expect(plain(report), name).toEqual(slowly(text));
          const counted = report.sources.reduce((sum, source) => sum + source.count, 0);
          expect(counted + report.without).toBe(lines);
          expect(report.lines).toBe(lines);
        }
      }
    }
  });

  test('a last line without newline counts, and two logs do not run together', () => {
    const sources = createTopSources();
    sources.push(Buffer.from(`203.0.113.7${tail}`));
    sources.end();
    sources.push(Buffer.from(`203.0.113.7${tail}\n`));
    sources.end();
    expect(plain(sources.report(9))).toEqual({ '203.0.113.7': 2 });
  });

  test('100,000 distinct addresses keep their counts while the table grows', () => {
    const lines: string[] = [];
    for (let index = 0; index < 100_000; index++) {
      const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      for (let again = 0; again <= index % 3; again++) lines.push(`${address}${tail}`);
    }
    const report = count(`${lines.join('\n')}\n`, 65_536);
    expect(report.distinct).toBe(100_000);
    for (const { net, count: times } of report.sources)
      expect(times).toBe((Number(net.value & 0xffffffn) % 3) + 1);
  });

  test('random bytes: every line is counted or without', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 50 }), (text, chunk) => {
        const sources = createTopSources();
        for (let at = 0; at < text.length; at += chunk) sources.push(text.subarray(at, at + chunk));
        sources.end();
        const report = sources.report(1e6);
        const newlines = text.filter((byte) => byte === 10).length;
        expect(report.lines).toBe(newlines + (text.length > 0 && text.at(-1) !== 10 ? 1 : 0));
        expect(report.sources.reduce((sum, source) => sum + source.count, report.without)).toBe(report.lines);
      }),
    );
  });
});
