// Search in copy mode: live, both ways, round the end, by the word under the cursor.

import { describe, expect, it } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { CopyMode } from '../../../../src/store/copy/copy-mode.ts';
import { hitLines, hitsIn, livePattern, promptedCopy } from '../../../../src/store/copy/search.ts';
import { BOX, modeOf, pressed } from './rig.ts';

const TEXT = ['GET /a from 192.0.2.1', 'get /b 日本 get', 'nothing', '192.0.2.1 GET /c'];
const type = (mode: CopyMode, text: string, back = false) =>
  promptedCopy(mode, { text, accepted: false, back }, BOX);
const accept = (mode: CopyMode, text: string, back = false) =>
  promptedCopy(mode, { text, accepted: true, back }, BOX);
const at = ({ cursor }: CopyMode) => [cursor.line, cursor.column];

describe('a search in copy mode', () => {
  it('follows the typing from where it began, and goes back when it is given up', () => {
    const from = pressed(modeOf(TEXT), ['right']);
    const typed = type(type(from, '1'), '192');
    expect(at(typed)).toEqual([0, 12]);
    expect(livePattern(typed)?.text).toBe('192');
    expect(type(typed, '')).toEqual(from);
    expect(at(type(typed, '日本'))).toEqual([1, 7]);
  });

  it('minds capitals only when it has some', () => {
    const mode = accept(modeOf(TEXT), 'get');
    expect(at(mode)).toEqual([1, 0]);
    expect(at(pressed(mode, ['search-next']))).toEqual([1, 10]);
    expect(at(accept(modeOf(TEXT), 'GET'))).toEqual([3, 10]);
  });

  it('goes on at the other end and says so; n and N turn with the direction', () => {
    const mode = accept(modeOf(TEXT, 3), '192', false);
    expect(at(mode)).toEqual([0, 12]);
    expect(mode.notice).toContain('from the top');
    const back = accept(modeOf(TEXT, 2), 'get', true);
    expect(at(back)).toEqual([1, 10]);
    expect(at(pressed(back, ['search-next']))).toEqual([1, 0]);
    expect(at(pressed(back, ['search-previous']))).toEqual([3, 10]);
    expect(at(pressed(back, ['3', 'search-next']))).toEqual([3, 10]);
    expect(at(accept(back, '', false))).toEqual([3, 10]);
  });

  it('says what it cannot find or read', () => {
    expect(accept(modeOf(TEXT), 'zebra').notice).toBe('nothing matches zebra');
    expect(accept(modeOf(TEXT), '(').notice).toContain('(:');
    expect(pressed(modeOf(TEXT), ['search-next']).notice).toContain('nothing was searched');
    expect(pressed(modeOf(['   ']), ['search-word']).notice).toContain('no word');
  });

  it('takes a whole address as the word under the cursor', () => {
    const word = pressed(modeOf(TEXT), ['line-end', 'search-word']);
    expect(word.search?.pattern.text).toBe('192\\.0\\.2\\.1');
    expect(at(word)).toEqual([3, 0]);
    expect(at(pressed(word, ['search-word-back']))).toEqual([0, 12]);
  });

  it('finds cells behind wide characters, and counts lines', () => {
    const { search } = accept(modeOf(TEXT), 'get');
    const pattern = search?.pattern;
    const mode = modeOf(TEXT);
    expect(pattern && hitsIn(sanitise('get /b 日本 get'), pattern)).toEqual([
      { from: 0, to: 3 },
      { from: 10, to: 13 },
    ]);
    expect(pattern && hitLines(mode, pattern)).toBe(3);
  });
});
