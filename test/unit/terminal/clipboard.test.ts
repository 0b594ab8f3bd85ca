// OSC 52 as it goes out: to a terminal, through tmux, through GNU screen; never more than they take.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLIPBOARD_MAX,
  clipboardSequence,
  clipboardWay,
  ENCODED_MAX,
} from '../../../src/terminal/clipboard.ts';

const ENCODED = Buffer.from('héllo\nworld').toString('base64');

describe('the way to the clipboard', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, 'terminal'],
    [{ TERM: 'tmux-256color' }, 'tmux'],
    [{ TERM: 'xterm', TMUX: '/tmp/tmux-0/default,1,0' }, 'tmux'],
    [{ TERM: 'screen-256color', TMUX: '/tmp/tmux-0/default,1,0' }, 'tmux'],
    [{ TERM: 'screen-256color' }, 'screen'],
    [{ TERM: 'xterm', STY: '123.pts-0' }, 'screen'],
    [{ TERM: 'linux' }, 'none'],
    [{ TERM: 'dumb' }, 'none'],
    [{}, 'none'],
    [{ TERM: 'screen', OPSCONSOLE_CLIPBOARD: 'tmux' }, 'tmux'],
    [{ TERM: 'xterm', OPSCONSOLE_CLIPBOARD: 'none' }, 'none'],
    [{ TERM: 'xterm', OPSCONSOLE_CLIPBOARD: 'sideways' }, 'terminal'],
  ])('of %j is %s', (env, way) => {
    expect(clipboardWay(env)).toBe(way);
  });
});

describe('the sequence', () => {
  it('sets clipboard and primary selection of a terminal', () => {
    expect(clipboardSequence('héllo\nworld', 'terminal')).toBe(`\x1b]52;cp;${ENCODED}\x07`);
  });

  it('is for tmux itself and, with every escape doubled, for the terminal behind it', () => {
    const plain = `\x1b]52;cp;${ENCODED}\x07`;
    expect(clipboardSequence('héllo\nworld', 'tmux')).toBe(
      `${plain}\x1bPtmux;${plain.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`,
    );
  });

  it('goes through screen in short strings that make up the whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const sent = clipboardSequence(text, 'screen') ?? '';
        const strings = [...sent.matchAll(/\x1bP([\s\S]*?)\x1b\\/g)].map(([, inner = '']) => inner);
        expect(strings.every((inner) => inner.length <= 76)).toBe(true);
        expect(strings.join('')).toBe(clipboardSequence(text, 'terminal'));
      }),
    );
  });

  it('holds nothing but base64, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(clipboardSequence(text, 'terminal')).toMatch(/^\x1b\]52;cp;[A-Za-z0-9+/=]*\x07$/);
      }),
    );
  });

  it('is not there for a text that is too long, or without a way', () => {
    expect(clipboardSequence('x'.repeat(CLIPBOARD_MAX), 'terminal')?.length).toBeGreaterThan(CLIPBOARD_MAX);
    expect(clipboardSequence('x'.repeat(CLIPBOARD_MAX + 1), 'terminal')).toBeUndefined();
    expect(clipboardSequence('é'.repeat(CLIPBOARD_MAX), 'tmux')).toBeUndefined();
    expect(clipboardSequence('x', 'none')).toBeUndefined();
    expect((CLIPBOARD_MAX / 3) * 4).toBeLessThanOrEqual(ENCODED_MAX);
  });
});
