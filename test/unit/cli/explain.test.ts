import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runExplain } from '../../../src/cli/explain.ts';
import { runTop } from '../../../src/cli/top.ts';

type Captured = Readonly<{ stdout: Writable; stderr: Writable; text: () => string; errors: () => string }>;

function capture(): Captured {
  const out: string[] = [];
  const err: string[] = [];
  const into = (list: string[]): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        list.push(String(chunk));
        done();
      },
    });
  return { stdout: into(out), stderr: into(err), text: () => out.join(''), errors: () => err.join('') };
}

const ACCESS =
  '203.0.113.7 - - [20/Nov/2026:12:00:00 +0000] "GET /?8.8.8.8 HTTP/1.1" 200 5 "-" "x 192.0.2.1 8.8.8.9"\n';
const SSHD = 'Nov 20 12:00:00 h sshd[1]: Invalid user  from 8.8.8.8 port 1 from 2001:db8::7 port 5\n';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oc-explain-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('explain', () => {
  test('JSON: one object for each line, the last without a newline too', async () => {
    const io = capture();
    const stdin = Readable.from([Buffer.from(`${ACCESS}\n${SSHD}`), Buffer.from('nothing known')]);
    expect(await runExplain({ log: '-', json: true }, { ...io, stdin, cwd: folder })).toBe(0);
    const objects = io
      .text()
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(objects).toEqual([
      {
        line: 1,
        format: 'combined',
        kind: 'request',
        address: '203.0.113.7',
        others: ['8.8.8.8', '192.0.2.1', '8.8.8.9'],
      },
      { line: 2, format: 'unknown', kind: 'empty', address: null, others: [] },
      { line: 3, format: 'sshd', kind: 'invalid-user', address: '2001:db8::7', others: ['8.8.8.8'] },
      { line: 4, format: 'unknown', kind: 'text', address: null, others: [] },
    ]);
  });

  test('a table for people, from a file named relative to the working directory', async () => {
    await writeFile(join(folder, 'a.log'), `${ACCESS}${SSHD}`);
    const io = capture();
    expect(
      await runExplain({ log: 'a.log', json: false }, { ...io, stdin: Readable.from([]), cwd: folder }),
    ).toBe(0);
    expect(io.text()).toBe(
      'line  format    kind          address      field   others\n' +
        '   1  combined  request       203.0.113.7  client  8.8.8.8 192.0.2.1 8.8.8.9\n' +
        '   2  sshd      invalid-user  2001:db8::7  peer    8.8.8.8\n',
    );
  });

  test('a forwarded-for list in front gives no address, and says so', async () => {
    const line = '8.8.8.8, 203.0.113.7 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n';
    const [table, json, top] = [capture(), capture(), capture()];
    const given = () => ({ stdin: Readable.from([Buffer.from(line)]), cwd: folder });
    await runExplain({ log: '-', json: false }, { ...table, ...given() });
    expect(table.text()).toContain('combined  request  –        forwarded  8.8.8.8 203.0.113.7\n');
    await runExplain({ log: '-', json: true }, { ...json, ...given() });
    expect(JSON.parse(json.text())).toMatchObject({ address: null, forwarded: true });
    await runTop({ logs: ['-'], top: 5, json: true }, { ...top, ...given() });
    expect(JSON.parse(top.text())).toEqual({ lines: 1, without: 1, distinct: 0, sources: [] });
  });

  test('escape sequences in a log reach no terminal', async () => {
    const io = capture();
    const stdin = Readable.from([Buffer.from('\x1b]0;x\x07 203.0.113.7 \x1b[2J\n')]);
    await runExplain({ log: '-', json: false }, { ...io, stdin, cwd: folder });
    expect(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(io.text())).toBe(false);
  });

  test.each([
    ['missing.log', /missing\.log: no such file/],
    ['.', /\. is a directory/],
  ])('%s cannot be read: one sentence and a status', async (log, words) => {
    const io = capture();
    expect(await runExplain({ log, json: true }, { ...io, stdin: Readable.from([]), cwd: folder })).toBe(1);
    expect(io.errors()).toMatch(words);
    expect(io.errors().trimEnd().split('\n')).toHaveLength(1);
    expect(io.text()).toBe('');
  });

  test('a reader that goes away ends it quietly, without reading the rest', async () => {
    let asked = 0;
    const block = Buffer.from(ACCESS.repeat(2000));
    const stdin = Readable.from(
      (function* () {
        for (; asked < 1000; asked++) yield block;
      })(),
    );
    let writes = 0;
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        done(writes > 1 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    const io = capture();
    expect(
      await runExplain({ log: '-', json: true }, { stdin, stdout, stderr: io.stderr, cwd: folder }),
    ).toBe(0);
    expect(asked).toBeLessThan(50);
    expect(io.errors()).toBe('');
  });

  test('a slow reader is waited for', async () => {
    const pending: (() => void)[] = [];
    let held = 0;
    let most = 0;
    const stdout = new Writable({
      highWaterMark: 1000,
      write(chunk: Buffer, _encoding, done) {
        held += chunk.length;
        most = Math.max(most, held);
        pending.push(() => {
          held -= chunk.length;
          done();
        });
        setImmediate(() => pending.shift()?.());
      },
    });
    const stdin = Readable.from(Array.from({ length: 50 }, () => Buffer.from(ACCESS.repeat(100))));
    expect(
      await runExplain({ log: '-', json: true }, { stdin, stdout, stderr: capture().stderr, cwd: folder }),
    ).toBe(0);
    expect(most).toBeLessThan(50_000);
  });
});

describe('top', () => {
  const log = `${ACCESS.repeat(3)}${SSHD}no address\n`;

  test('counts over several logs, and says what had none', async () => {
    await writeFile(join(folder, 'a.log'), log);
    const io = capture();
    const stdin = Readable.from([Buffer.from(SSHD.repeat(4))]);
    expect(await runTop({ logs: ['a.log', '-'], top: 5, json: true }, { ...io, stdin, cwd: folder })).toBe(0);
    expect(JSON.parse(io.text())).toEqual({
      lines: 9,
      without: 1,
      distinct: 2,
      sources: [
        { address: '2001:db8::7', count: 5 },
        { address: '203.0.113.7', count: 3 },
      ],
    });
  });

  test('a table', async () => {
    const io = capture();
    const stdin = Readable.from([Buffer.from(log)]);
    expect(await runTop({ logs: ['-'], top: 1, json: false }, { ...io, stdin, cwd: folder })).toBe(0);
    expect(io.text()).toBe(
      'lines   share  address\n    3   60.0%  203.0.113.7\n5 lines, 2 addresses, 1 lines without one\n',
    );
  });

  test('one of two logs is missing: the other is counted, the status says it', async () => {
    const io = capture();
    const stdin = Readable.from([Buffer.from(log)]);
    expect(await runTop({ logs: ['nope', '-'], top: 1, json: true }, { ...io, stdin, cwd: folder })).toBe(1);
    expect(io.errors()).toMatch(/nope: no such file/);
    expect(JSON.parse(io.text())).toMatchObject({ lines: 5 });
  });

  test.each([0, -1, 1.5, Number.NaN])('-n %s is refused', async (top) => {
    const io = capture();
    expect(
      await runTop({ logs: ['-'], top, json: false }, { ...io, stdin: Readable.from([]), cwd: folder }),
    ).toBe(2);
  });
});
