import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safe, sanitise } from '../../../../src/core/sanitise.ts';
import { widthOf } from '../../../../src/core/width.ts';
import { span, widthOfLine } from '../../../../src/views/parts/lines.ts';
import { shortPaths, withShortPaths } from '../../../../src/views/parts/short-path.ts';

describe('a path where there is little room', () => {
  it('loses its folders before its file, the first ones first', () => {
    const path = safe('/var/log/nginx/access.log');
    expect(shortPaths(path, 25)).toBe('/var/log/nginx/access.log');
    expect(shortPaths(path, 24)).toBe('…/log/nginx/access.log');
    expect(shortPaths(path, 18)).toBe('…/nginx/access.log');
    expect(shortPaths(path, 12)).toBe('…/access.log');
    expect(shortPaths(path, 5)).toBe('access.log');
    expect(shortPaths(safe('logs/edge/access.log'), 18)).toBe('…/edge/access.log');
  });

  it('leaves the words beside it as they are', () => {
    expect(shortPaths(safe('tail -F /srv/app/current/log/error.log'), 24)).toBe('tail -F …/log/error.log');
    expect(shortPaths(safe('ls -la /usr/share/doc /etc/nginx'), 22)).toBe('ls -la …/doc …/nginx');
    expect(shortPaths(safe('ls /usr/share/doc'), 4)).toBe('ls …/doc');
    expect(shortPaths(safe('/usr/bin/less /etc/hosts'), 4)).toBe('less …/hosts');
    expect(shortPaths(safe('no path at all'), 4)).toBe('no path at all');
    expect(shortPaths(safe('/ // /a a/ x'), 1)).toBe('/ // /a a/ x');
  });

  it('of a line goes until the line has room', () => {
    const line = [span(safe('log'), 'title'), span(safe('  ')), span(safe('/var/log/nginx/access.log'))];
    const short = withShortPaths(line, 24);
    expect(short.map(({ text }) => text).join('')).toBe('log  …/nginx/access.log');
    expect(short[0]).toEqual(line[0]);
  });

  it('never becomes wider, and always ends', () => {
    const texts = fc.string({ unit: fc.constantFrom('/', 'a', 'bc', ' ', '…', '漢') });
    fc.assert(
      fc.property(texts, fc.integer({ min: -5, max: 40 }), (text, columns) => {
        const shown = sanitise(text);
        const short = shortPaths(shown, columns);
        expect(widthOf(short)).toBeLessThanOrEqual(widthOf(shown));
        expect(widthOfLine(withShortPaths([span(shown)], columns))).toBe(widthOf(short));
      }),
    );
  });
});
