// A far host that lies in the log stream: what it makes us keep, and what it makes us write, is bounded.

import { expect, it } from 'vitest';
import { ok } from '../../../../src/core/result.ts';
import type { Channel } from '../../../../src/host/ssh/channel.ts';
import { FarFrames } from '../../../../src/host/ssh/follow-frames.ts';
import { FarTalk } from '../../../../src/host/ssh/follow-talk.ts';

async function stage() {
  const written: string[] = [];
  const names: (readonly string[])[] = [];
  let say: (bytes: Buffer) => void = () => undefined;
  const ended = Promise.withResolvers<'closed'>();
  const channel: Channel = {
    write: (text) => void written.push(text),
    onData: (listener) => {
      say = listener;
    },
    onErrors: () => undefined,
    ended: ended.promise,
    close: () => ended.resolve('closed'),
    finish: () => undefined,
  };
  const opened = Promise.withResolvers<void>();
  const nothing = (): void => undefined;
  const talk = new FarTalk(
    {
      open: async () => {
        setImmediate(opened.resolve);
        return ok(channel);
      },
      whenUp: async () => undefined,
    },
    { onLine: nothing, onNames: (all) => names.push(all), onLook: nothing, onLost: nothing, onBack: nothing },
  );
  talk.watch({ generation: 1, paths: [], patterns: [] });
  await opened.promise;
  const token = /^T='([0-9a-f]+)'/m.exec(written.join(''))?.[1] ?? '';
  return { talk, written, names, say: (text: string) => say(Buffer.from(text.replaceAll('TOKEN', token))) };
}

it('one that says hello again and again is not answered each time', async () => {
  const { talk, written, say } = await stage();
  say('\nTOKEN h .\nTOKEN w 1 .\n'.repeat(10_000));
  expect(written.length).toBeLessThan(10);
  talk.watch(undefined);
});

it('of a list of names without end no more is kept than anybody can follow', async () => {
  const { talk, names, say } = await stage();
  say('\nTOKEN h .\nTOKEN N .\n');
  const line = `TOKEN * g 0 ${'x'.repeat(10_000)} .\n`;
  for (let times = 0; times < 60; times++) say(line.repeat(10));
  say('TOKEN M .\n');
  expect(names.map((all) => all.join('').length <= 2_097_152)).toEqual([true]);
  talk.watch(undefined);
});

it('short lines of noise are passed over, wherever they are cut', () => {
  const text = Buffer.from('\n\n\ntok a .\n\ntokx\n tok b .\ntok\ntok c .\nto\n\ntok d .\n');
  for (let size = 1; size <= text.length; size++) {
    const frames = new FarFrames('tok', 100);
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...frames.push(text.subarray(at, at + size)));
    expect(found.map((frame) => (frame.kind === 'answer' ? frame.text : frame.kind))).toEqual([
      'a',
      'c',
      'd',
    ]);
  }
});
