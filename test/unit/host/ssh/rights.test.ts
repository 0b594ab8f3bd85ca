// A root shell behind sudo's question, the password on the terminal, the folder of the sockets.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { admit } from '../../../../src/host/ssh/admit.ts';
import type { Channel } from '../../../../src/host/ssh/channel.ts';
import { createTaker } from '../../../../src/host/ssh/password.ts';
import { makeRunDir } from '../../../../src/host/ssh/run-dir.ts';

const folder = mkdtempSync(join(tmpdir(), 'oc-rights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function stage() {
  const written: string[] = [];
  let [data, errors] = [(_: Buffer) => {}, (_: Buffer) => {}];
  let isClosed = false;
  const inner: Channel = {
    write: (text) => written.push(text),
    onData: (listener) => {
      data = listener;
    },
    onErrors: (listener) => {
      errors = listener;
    },
    ended: new Promise(() => undefined),
    close: () => {
      isClosed = true;
    },
    finish: () => written.push('END'),
  };
  const told: string[] = [];
  const outer = admit(inner, { prompt: 'ocprompt', ready: 'ocready', secret: 'hush' }, (how) =>
    told.push(how),
  );
  const seen: string[] = [];
  outer.onData((chunk) => seen.push(chunk.toString()));
  outer.onErrors((chunk) => seen.push(`! ${chunk.toString()}`));
  return {
    outer,
    written,
    told,
    seen,
    isClosed: () => isClosed,
    say: (text: string) => data(Buffer.from(text)),
    complain: (text: string) => errors(Buffer.from(text)),
  };
}

it('gives the password to the question and to nothing else; jobs wait until the shell is there', () => {
  const { outer, written, told, seen, say, complain } = stage();
  outer.write('job');
  outer.finish();
  say('noise\n');
  expect(written).toEqual([]);
  complain('lecture\nocpro');
  complain('mpt');
  expect(written).toEqual(['hush\n']);
  say('ocrea');
  say('dy\nanswer');
  complain('words');
  expect({ written, told, seen }).toEqual({
    written: ['hush\n', 'job', 'END'],
    told: ['open'],
    seen: ['answer', '! words'],
  });
});

it('a shell that asks for nothing never gets the password', () => {
  const { outer, written, told, say } = stage();
  outer.write('job');
  say('ocready\n');
  expect({ written, told }).toEqual({ written: ['job'], told: ['open'] });
});

it('a second question means that it was wrong: no job is taken for a password', () => {
  const { outer, written, told, complain, isClosed } = stage();
  outer.write('job');
  complain('ocpromptSorry, try again.\nocprompt');
  expect({ written, told, closed: isClosed() }).toEqual({
    written: ['hush\n'],
    told: ['wrong'],
    closed: true,
  });
});

it('takes a password as a terminal does', () => {
  const take = (...texts: readonly string[]) => {
    const taker = createTaker();
    return texts.map((text) => taker.push(text)).at(-1);
  };
  expect(take('se', 'x\x7fcret', '\r')).toEqual({ text: 'secret' });
  expect(take('wrong\x15right \u00fc\n')).toEqual({ text: 'right \u00fc' });
  expect(take('se\x03')).toBe('cancelled');
  expect(take('\x04')).toBe('cancelled');
  expect(take('a\x04b\r')).toEqual({ text: 'ab' });
  expect(take('\x1b[A')).toBeUndefined();
  fc.assert(fc.property(fc.array(fc.string()), (texts) => void take('', ...texts)));
});

it('makes a folder that is ours alone, and not in one that others may write to', async () => {
  const [own, open, long] = ['own', 'open', `${'x'.repeat(60)}/y`].map((name) => join(folder, name));
  for (const path of [own, open, long]) mkdirSync(path ?? '', { recursive: true, mode: 0o700 });
  chmodSync(open ?? '', 0o755);
  const made = async (path: string | undefined) => {
    const dir = await makeRunDir({ XDG_RUNTIME_DIR: path });
    if (!dir.ok) throw new Error(dir.problem.summary);
    expect(statSync(dir.value.path).mode & 0o777).toBe(0o700);
    await dir.value.remove();
    return dir.value.path;
  };
  expect(await made(own)).toMatch(/\/own\/opsconsole-\w{6}$/);
  for (const path of [open, long, join(folder, 'missing'), 'relative', undefined])
    expect(await made(path)).toMatch(new RegExp(`^${tmpdir()}/opsconsole-`));
});
