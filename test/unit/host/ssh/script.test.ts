// The texts for the far sh, run by the shells that are here: words stay words, half a text does nothing.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { command } from '../../../../src/core/plan.ts';
import {
  globBody,
  parseDisk,
  parseStat,
  quotePattern,
  statBody,
} from '../../../../src/host/ssh/file-scripts.ts';
import { fenceBody, HELLO_BODY, parseHello, skewOf } from '../../../../src/host/ssh/hello.ts';
import { commandBody, jobText, killBody } from '../../../../src/host/ssh/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'oc-script-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a session of its own, as sshd starts it: what ends orphans of its process group must not find those of the test run. */
const run = (shell: readonly string[], input: string) => {
  return spawnSync('setsid', ['-w', ...shell], {
    input,
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    timeout: 15_000,
  });
};
const has = (shell: readonly string[]): boolean => run(shell, 'exit 7\n').status === 7;
const SHELLS = [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh'], ['mksh'], ['ksh']].filter(has);

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  it('gives a program its words and its input as they are', () => {
    const word = fc
      .array(fc.oneof(fc.nat({ max: 254 }), fc.constantFrom(38, 9, 91, 35, 95, 0x1f600)), { maxLength: 20 })
      .map((codes) => String.fromCodePoint(...codes.map((code) => code + (code < 255 ? 1 : 0))));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), word, (words, stdin) => {
        const script = 'for a; do printf "<%s>" "$a"; done; cat';
        const body = commandBody(command(['sh', '-c', script, 'sh', ...words], { stdin }), [
          'sh',
          '-c',
          script,
          'sh',
          ...words,
        ]);
        const { stdout, stderr } = run(shell, jobText(body, 'mark'));
        expect(stdout.toString()).toBe(`${words.map((one) => `<${one}>`).join('')}${stdin}mark 0\n`);
        expect(stderr.toString()).toBe('mark 0\n');
      }),
      { numRuns: 20 },
    );
  });

  it('tells the exit code, also of a program that is not there', () => {
    const code = (body: string) =>
      /mark (\d+)\n$/.exec(run(shell, jobText(body, 'mark')).stdout.toString())?.[1];
    expect(['true', 'sh -c "exit 3"', '/no/such/program', 'sh -c "kill -TERM \\$\\$"'].map(code)).toEqual([
      '0',
      '3',
      '127',
      '143',
    ]);
  });

  it('runs a command in a folder, with variables', () => {
    const wish = command(['env'], { cwd: '/', env: { A: "it's", B: '$A' } });
    const { stdout } = run(shell, jobText(commandBody(wish, ['/usr/bin/env']), 'mark'));
    expect(stdout.toString().split('\n').sort()).toEqual(expect.arrayContaining(["A=it's", 'B=$A']));
  });

  it('does nothing when the end of the text is missing', () => {
    const text = jobText(`echo ran\ncat <<'end'\nwords\nend`, 'mark');
    const last = text.lastIndexOf('}');
    for (let length = 0; length < last; length += 5)
      expect(run(shell, text.slice(0, length)).stdout.toString()).toBe('');
  });

  it('finds by pattern, and takes nothing in it for code', () => {
    for (const name of ['a.log', "b'c.log", '$(touch x).log', 'new\nline.log', '[x].txt', '-n.txt'])
      writeFileSync(join(folder, name), '');
    const found = (pattern: string) =>
      run(shell, `${globBody(pattern)}\n`)
        .stdout.toString()
        .split('\0')
        .slice(0, -1)
        .sort();
    expect(found('*.log')).toEqual(['$(touch x).log', 'a.log', "b'c.log", 'new\nline.log'].sort());
    expect(found('$(*')).toEqual(['$(touch x).log']);
    expect(found('[!a-b]*.log')).toEqual(['$(touch x).log', 'new\nline.log']);
    expect(found('[x].*')).toEqual([]);
    expect(found('[[]x].*')).toEqual(['[x].txt']);
    expect(found('nothing*')).toEqual([]);
    expect(found('`touch y`')).toEqual([]);
    expect(found('*')).not.toContain('y');
  });

  it('introduces itself', () => {
    const hello = parseHello(run(shell, `${HELLO_BODY}\n`).stdout.toString());
    expect(hello).toMatchObject({ uid: process.getuid?.(), system: expect.stringMatching(/^\w+$/) });
  });

  it('ends what is below a shell, and only that', () => {
    // The child of the child is there before anybody looks.
    const began = join(folder, 'began');
    const body = [
      `sh -c 'sleep 77 & : >${began}; wait' &`,
      `while [ ! -e ${began} ]; do :; done`,
      `{ ${killBody(1, 'KILL', []).replace('s=1 ', () => 's=$$ ')}`,
      '}',
      'wait',
      `rm ${began}; echo over`,
    ].join('\n');
    expect(run(shell, `${body}\n`).stdout.toString()).toBe('over\n');
  });
});

it('every pattern is one word, or several, but never code', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (pattern) => {
      fc.pre(!/[\0\p{Cs}]/u.test(pattern));
      const script = `touch() { echo CODE; }; set -f; set -- ${quotePattern(pattern)}\necho "$#"`;
      expect(run(['dash'], `${script}\n`).stdout.toString()).toBe('1\n');
    }),
    { numRuns: 60 },
  );
});

it('reads what stat and df say, and nothing else', () => {
  expect(parseStat('4096 131 1763761440 41ed\n')).toEqual({
    size: 4096,
    inode: 131,
    mtime: 1763761440000,
    kind: 'directory',
  });
  expect(parseStat('5 12 1763761440.25 81a4\n')).toMatchObject({ kind: 'file', mtime: 1763761440000 });
  expect(parseStat('0 12 1763761440 21b6\n')).toMatchObject({ kind: 'other' });
  const head = 'Filesystem     1024-blocks    Used Available Capacity Mounted on\n';
  expect(parseDisk(`${head}/dev/vda1         41152736 9124048  30303024      24% /var/a b\n`)).toEqual({
    size: 41152736 * 1024,
    available: 30303024 * 1024,
  });
  expect(parseDisk(`${head}proc 0 0 0 - /proc\n`)).toEqual({ size: 0, available: 0 });
  expect(statBody('-x', 'Linux')).toBe("stat -L -c '%s %i %Y %f' ./-x </dev/null");
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseStat(text);
      parseDisk(text);
      parseHello(text);
    }),
  );
});

it('takes a difference of clocks only for what the round trip cannot explain', () => {
  expect(skewOf(100, 100_000, 100_050)).toBe(0);
  expect(skewOf(100, 99_100, 101_500)).toBe(0);
  expect(skewOf(100, 40_000, 40_100)).toBe(60_450);
  expect(skewOf(100, 160_000, 160_100)).toBe(-59_550);
});

it('fences off old shells by number and name', () => {
  expect(fenceBody([])).toBe(':');
  const name = 'oc0123';
  const shell = run(['sh'], `sh -s ${name} <<'E'\n${fenceBody([{ pid: 1, name }])}\necho alive\nE\n`);
  expect(shell.stdout.toString()).toBe('alive\n');
  const own = fenceBody([{ pid: 4, name }]).replaceAll(/\b4\b/g, '$$$$');
  expect(run(['sh', '-s', name], `${own}\necho alive\n`).signal).toBe('SIGKILL');
});
