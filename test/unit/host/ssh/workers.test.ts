// Who gets a lane when there are few: acts first, and never behind listings that take minutes of a narrow line.

import { expect, it, vi } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { ok } from '../../../../src/core/result.ts';
import type { Channel } from '../../../../src/host/ssh/channel.ts';
import type { Slot } from '../../../../src/host/ssh/pool.ts';
import { Workers } from '../../../../src/host/ssh/workers.ts';

/** Far shells that say hello and nothing else. */
function stage() {
  let opened = 0;
  const open = async () => {
    const pid = ++opened;
    let say: (chunk: Buffer) => void = () => undefined;
    let complain: (chunk: Buffer) => void = () => undefined;
    const channel: Channel = {
      write(text) {
        for (const [, mark] of text.matchAll(/^echo "(oc\w+) \$oc"$/gm)) {
          say(Buffer.from(`${pid}\n0\nLinux\n1763761440\n${mark} 0\n`));
          complain(Buffer.from(`${mark} 0\n`));
        }
      },
      onData: (listener) => {
        say = listener;
      },
      onErrors: (listener) => {
        complain = listener;
      },
      ended: new Promise(() => undefined),
      close: () => undefined,
      finish: () => undefined,
    };
    return ok({ channel, name: `shell${pid}` });
  };
  const workers = new Workers({
    open,
    main: () => undefined,
    whyNot: () => problem('no-line', 'no line'),
  });
  const got: string[] = [];
  const slots = new Map<string, Slot>();
  const take = (name: string, urgent = false): void =>
    void workers.take(false, urgent).then((taken) => {
      got.push(name);
      if (taken.ok) slots.set(name, taken.value);
    });
  return { take, got, release: (name: string) => slots.get(name)?.release() };
}

it('one lane is left to acts, and an act comes before all that wait', async () => {
  const { take, got, release } = stage();
  for (const name of ['listing 1', 'listing 2', 'listing 3', 'listing 4']) take(name);
  await vi.waitFor(() => expect(got).toEqual(['listing 1', 'listing 2']));
  take('act 1', true);
  await vi.waitFor(() => expect(got.at(-1)).toBe('act 1'));
  // All lanes have work now.
  take('act 2', true);
  release('listing 2');
  await vi.waitFor(() => expect(got.slice(3)).toEqual(['act 2']));
  // What only looks takes no third lane, also when one is free.
  release('act 1');
  release('act 2');
  await vi.waitFor(() => expect(got.slice(4)).toEqual(['listing 3']));
});
