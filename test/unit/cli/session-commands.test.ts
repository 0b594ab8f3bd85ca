// The session file from the command line: validate, init, print-layout. They read; only init writes, and only a new file.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExitStatus, Io } from '../../../src/cli/io.ts';
import { registerSessionCommands } from '../../../src/cli/session-commands.ts';
import { openSession } from '../../../src/cli/session-file.ts';
import { createLocalHost } from '../../../src/host/local.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opsconsole-session-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function ioIn(cwd: string, env: Io['env'] = {}): Readonly<{ io: Io; out: () => string; err: () => string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io: Io = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: { HOME: cwd, ...env },
    cwd,
    terminal: false,
  };
  const text = (stream: PassThrough) => () => String(stream.read() ?? '');
  return { io, out: text(stdout), err: text(stderr) };
}

async function run(
  ...argv: readonly string[]
): Promise<Readonly<{ status: ExitStatus | undefined; out: string; err: string }>> {
  const { io, out, err } = ioIn(folder);
  let status: ExitStatus | undefined;
  const program = new Command();
  registerSessionCommands(program, {
    io,
    host: () => createLocalHost({ sudo: 'never' }),
    exit: (given) => {
      status = given;
    },
  });
  await program.parseAsync([...argv], { from: 'user' });
  return { status, out: out(), err: err() };
}

const GOOD =
  'version: 1\nwindows:\n  - name: a\n    layout: main-vertical\n    panes: [host, bans, traffic]\n';

describe('validate', () => {
  it('says that a good file is good', async () => {
    const path = join(folder, 'good.yml');
    writeFileSync(path, GOOD);
    expect(await run('validate', path)).toEqual({
      status: 0,
      out: `${path}: good (1 windows, 3 panes)\n`,
      err: '',
    });
  });

  it('says every problem with its place, and ends with status 2', async () => {
    const path = join(folder, 'bad.yml');
    writeFileSync(path, 'version: 1\nthme: x\nwindows: [{name: a, panes: [hst]}]\n');
    const { status, err } = await run('validate', path);
    expect(status).toBe(2);
    expect(err).toContain(`${path}:2:1: unknown key "thme"; did you mean theme?`);
    expect(err).toContain(`${path}:3:29: windows[1].panes[1] "hst" is not known; did you mean host?`);
    expect(err).toContain('2 problems');
  });

  it('says which keys cannot be bound, and where they are written', async () => {
    const path = join(folder, 'keys.yml');
    writeFileSync(path, `${GOOD}prefix: Q-x\nkeys:\n  log:\n    folow: f\n    search: n\n`);
    const { status, err } = await run('validate', path);
    expect(status).toBe(2);
    expect(err).toMatch(/keys\.yml:6:9: prefix: "Q-x" is no key/);
    expect(err).toMatch(/keys\.yml:9:\d+: .*did you mean follow\?/);
    expect(err).toMatch(/keys\.yml:10:\d+: .*n is taken by/);
  });

  it('says in one sentence that there is no such file, or that it is a folder', async () => {
    expect((await run('validate', join(folder, 'none.yml'))).status).toBe(2);
    expect(await run('validate', folder)).toMatchObject({
      status: 2,
      err: expect.stringContaining('is not a file'),
    });
  });
});

describe('init', () => {
  it('writes a file that validates, and never over an existing one', async () => {
    const path = join(folder, 'new.yml');
    expect((await run('init', path)).status).toBe(0);
    const written = readFileSync(path, 'utf8');
    expect(written).toMatch(/^# opsconsole session/);
    expect((await run('validate', path)).status).toBe(0);
    writeFileSync(path, 'mine');
    expect(await run('init', path)).toMatchObject({
      status: 2,
      err: expect.stringContaining('exists already'),
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('prints to standard output with "-"', async () => {
    expect(await run('init', '-')).toMatchObject({ status: 0, out: expect.stringContaining('version: 1') });
  });

  it('says why a file cannot be written', async () => {
    const { status, err } = await run('init', join(folder, 'no/such/folder.yml'));
    expect(status).toBe(2);
    expect(err).toMatch(/^cannot write .*ENOENT/);
  });
});

describe('print-layout', () => {
  it('draws the arrangement at the size asked for', async () => {
    const path = join(folder, 'good.yml');
    writeFileSync(path, GOOD);
    const { status, out } = await run('print-layout', path, '120x40', '--ascii');
    const drawn = out.split('\n').slice(1, 41);
    expect(status).toBe(0);
    expect(drawn).toHaveLength(40);
    expect(new Set(drawn.slice(1, -1).map((line) => line.length))).toEqual(new Set([120]));
    for (const pane of ['host', 'bans', 'traffic']) expect(out).toContain(pane);
  });

  it('refuses what is no size', async () => {
    expect(await run('print-layout', join(folder, 'good.yml'), '80')).toMatchObject({
      status: 2,
      err: '"80" is not a size such as 80x24\n',
    });
  });
});

describe('which session opens', () => {
  const here = async () => {
    const host = await createLocalHost({ sudo: 'never' });
    return { host, files: host };
  };
  const open = async (argument: string | undefined, env: Io['env'] = {}) =>
    openSession(await here(), argument, ioIn(folder, env).io);

  it('is detected when there is no file, ./.opsconsole.yml when there is one', async () => {
    expect(await open(undefined)).toMatchObject({ ok: true, value: { origin: { kind: 'detected' } } });
    writeFileSync(join(folder, '.opsconsole.yml'), GOOD);
    expect(await open(undefined)).toMatchObject({
      ok: true,
      value: { origin: { kind: 'file', path: join(folder, '.opsconsole.yml') } },
    });
  });

  it('is not ./.opsconsole.yml when others may write that, unless it is named', async () => {
    const path = join(folder, '.opsconsole.yml');
    writeFileSync(path, GOOD);
    chmodSync(path, 0o646);
    const { io, err } = ioIn(folder);
    expect(await openSession(await here(), undefined, io)).toMatchObject({
      ok: true,
      value: { origin: { kind: 'detected' } },
    });
    expect(err()).toBe(
      `opsconsole: ${path} is not opened unasked: others may write it; name it to open it\n`,
    );
    expect(await open('./.opsconsole.yml')).toMatchObject({ ok: true, value: { origin: { path } } });
  });

  it('is found by name in the configuration folder', async () => {
    mkdirSync(join(folder, 'xdg/opsconsole'), { recursive: true });
    writeFileSync(join(folder, 'xdg/opsconsole/edge.yml'), GOOD);
    expect(await open('edge', { XDG_CONFIG_HOME: join(folder, 'xdg') })).toMatchObject({
      ok: true,
      value: { name: 'edge' },
    });
    expect(await open('other', { XDG_CONFIG_HOME: join(folder, 'xdg') })).toMatchObject({
      ok: false,
      problem: { code: 'not-found' },
    });
  });

  it('is refused with places when it is broken, instead of falling back to another', async () => {
    writeFileSync(join(folder, '.opsconsole.yml'), 'version: 9\n');
    expect(await open(undefined)).toMatchObject({
      ok: false,
      problem: { summary: expect.stringMatching(/\.opsconsole\.yml:1:/) },
    });
  });
});
