// Who lets us run privileged commands without a password: sudo or doas, for everything or for one tool alone.

import { expect, it } from 'vitest';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { workingGrant } from '../../../src/host/local.ts';

/** `allows`: the calls that are answered, by their words. */
async function grantWith(
  tools: readonly string[],
  allows: readonly string[],
): Promise<Readonly<{ words: string | undefined; asked: readonly string[] }>> {
  const asked: string[] = [];
  const which = {
    find: (tool: string) => Promise.resolve(tools.find((path) => path.endsWith(`/${tool}`))),
    forget: () => undefined,
  };
  const run = ({ argv }: Readonly<{ argv: readonly string[] }>) => {
    asked.push(argv.join(' '));
    const done = ok({ stdout: '', stderr: '', exitCode: 0, durationMs: 1 });
    return Promise.resolve(allows.includes(argv.join(' ')) ? done : fail(problem('not-permitted', 'no')));
  };
  const words = await workingGrant(which, { run, stream: () => Promise.reject(new Error('not asked')) });
  return { words: words?.join(' '), asked };
}

it('is sudo for everything, or for pfctl alone', async () => {
  const tools = ['/usr/local/bin/sudo', '/sbin/pfctl'];
  expect((await grantWith(tools, ['/usr/local/bin/sudo -n true'])).words).toBe('/usr/local/bin/sudo -n');
  const { words, asked } = await grantWith(tools, ['/usr/local/bin/sudo -n -l /sbin/pfctl']);
  expect(words).toBe('/usr/local/bin/sudo -n');
  expect(asked).toEqual(['/usr/local/bin/sudo -n true', '/usr/local/bin/sudo -n -l /sbin/pfctl']);
});

it('is doas, where sudo is not or says no', async () => {
  const one = await grantWith(['/usr/bin/doas', '/sbin/pfctl'], ['/usr/bin/doas -n /sbin/pfctl -s memory']);
  expect(one.words).toBe('/usr/bin/doas -n');
  const both = await grantWith(
    ['/usr/local/bin/sudo', '/usr/bin/doas', '/sbin/pfctl'],
    ['/usr/bin/doas -n true'],
  );
  expect(both.words).toBe('/usr/bin/doas -n');
});

it('is nobody', async () => {
  const tools = ['/usr/bin/sudo', '/usr/bin/doas', '/sbin/pfctl'];
  expect((await grantWith(tools, [])).words).toBeUndefined();
  expect(await grantWith(['/sbin/pfctl'], [])).toEqual({ words: undefined, asked: [] });
});
