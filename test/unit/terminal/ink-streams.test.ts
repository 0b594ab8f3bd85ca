// What we rely on in Ink: whole frames, one per commit, none held back; and no listener of its own that ends the process.

import { render, Text } from 'ink';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { createFrameStream } from '../../../src/terminal/ink-streams.ts';

function start() {
  const frames: string[] = [];
  const stream = createFrameStream((frame) => frames.push(frame), { columns: 10, rows: 3 });
  const instance = render(createElement(Text, {}, 'one'), {
    ...{ stdout: stream.stdout, stdin: stream.stdin, debug: true, interactive: true },
    ...{ patchConsole: false, exitOnCtrlC: false, isScreenReaderEnabled: false },
  });
  return { frames, stream, instance };
}

describe('frames of Ink', () => {
  it('come whole and at once, one per commit', () => {
    const { frames, instance } = start();
    expect(frames).toEqual(['one']);
    instance.rerender(createElement(Text, {}, 'two\nlines'));
    expect(frames).toEqual(['one', 'two\nlines']);
    instance.unmount();
  });

  it('follow a resize', () => {
    const { frames, stream, instance } = start();
    instance.rerender(createElement(Text, { wrap: 'truncate' }, 'a long line'));
    stream.resize(5, 3);
    expect(frames.at(-1)).toBe('a lo…');
    instance.unmount();
  });

  it('hold no escape sequence but colours, and no empty frame', async () => {
    const { frames, instance } = start();
    instance.rerender(createElement(Text, {}, '\x1b[31mred\x1b[39m'));
    await instance.waitUntilRenderFlush();
    instance.unmount();
    await instance.waitUntilExit();
    expect(frames.filter((frame) => frame === '')).toEqual([]);
    expect(frames.join('').replace(/\x1b\[[\d;]*m/g, '')).not.toContain('\x1b');
  });
});
