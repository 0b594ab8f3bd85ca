// Files, deadline and watcher of a raise: the printed sh is run by the real one in a temp dir; answers of a host are scripted.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { armWatcher, printArm } from '../../../../src/actions/shields/arm-watcher.ts';
import { writeDeadline } from '../../../../src/actions/shields/deadline-file.ts';
import { prepareFiles, printPrepare } from '../../../../src/actions/shields/prepare.ts';
import { problem } from '../../../../src/core/problem.ts';
import type { ShieldsPlace } from '../../../../src/core/shields.ts';
import { parseDeadline } from '../../../../src/firewall/shields/state.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const ID = '1a2b3c4d';
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});
function tempPlace(): Readonly<{ dir: string; run: string }> {
  const root = mkdtempSync(join(tmpdir(), 'oc-prepare-'));
  roots.push(root);
  return { dir: join(root, 'state of', 'shields'), run: join(root, "it's run") };
}
let host: Host;
beforeAll(async () => {
  host = await createLocalHost({ sudo: 'never' });
});

/** Runs the printed sh with programs of ours before those of the system. */
function runWith(programs: Readonly<Record<string, string>>, place: ShieldsPlace, asked = place): number {
  const bin = join(place.dir, '..', 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const files = { deadline: { text: 'raising 1\n', mode: '0644' } };
  const input = printPrepare({ id: ID, place, files }, asked);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, CURRENT: join(place.dir, 'current') };
  return spawnSync('sh', ['-s'], { input, env }).status ?? -1;
}

describe('two raises at once', () => {
  it('the other shields end just when the lock was refused: refused, and no lock without its files', () => {
    const place = tempPlace();
    const ln = 'echo 0a0b0c0d >"$CURRENT"; exit 1';
    const rm = '/bin/rm "$@"; case $* in -rf*) /bin/rm -f "$CURRENT" ;; esac';
    expect(runWith({ ln, rm }, place)).toBe(11);
    expect(readdirSync(place.dir)).toEqual([]);
  });

  it('one of them in the other place: this one gives way', () => {
    const asked = tempPlace();
    const place = { dir: asked.run, run: asked.run };
    mkdirSync(asked.dir, { recursive: true });
    const other = join(asked.dir, 'current');
    const ln = `echo 0a0b0c0d >"${other}"; exec /bin/ln "$@"`;
    expect(runWith({ ln }, place, asked)).toBe(11);
    expect(readdirSync(place.dir)).toEqual([]);
    expect(readFileSync(other, 'utf8')).toBe('0a0b0c0d\n');
  });
});

describe('files', () => {
  it('are written byte for byte, with their modes, whatever is in them', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\0\ud800-\udfff]/g, '')),
      fc.constantFrom(
        'END_OF_FILE',
        'END_OF_FILE_',
        '$(touch CANARY)',
        '`touch CANARY`',
        'EOF',
        '\\',
        '"',
        "'",
      ),
    );
    const text = fc.array(line).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(text, text, async (first, second) => {
        const place = tempPlace();
        const files = {
          'state.json': { text: first, mode: '0644' },
          'revert.sh': { text: second, mode: '0700' },
        };
        expect(await prepareFiles(host, { id: ID, place, files })).toEqual({ ok: true, value: { place } });
        const here = join(place.dir, ID);
        for (const [name, wish] of Object.entries(files)) {
          const wanted = wish.text.endsWith('\n') ? wish.text : `${wish.text}\n`;
          expect(readFileSync(join(here, name), 'utf8')).toBe(wanted);
          expect(statSync(join(here, name)).mode & 0o777).toBe(Number.parseInt(wish.mode, 8));
        }
        expect(readdirSync(here).sort()).toEqual(['revert.sh', 'state.json']);
        expect(statSync(here).mode & 0o777).toBe(0o755);
        expect(readFileSync(join(place.dir, 'current'), 'utf8')).toBe(`${ID}\n`);
      }),
      { numRuns: 25 },
    );
  });

  it('are made by one raise only; the second is told who was first and leaves nothing', async () => {
    const place = tempPlace();
    const ids = ['00000001', '00000002', '00000003', '00000004'];
    const raises = ids.map((id) =>
      prepareFiles(host, { id, place, files: { deadline: { text: 'x', mode: '0644' } } }),
    );
    const answers = await Promise.all(raises);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const first = readFileSync(join(place.dir, 'current'), 'utf8').trim();
    expect(ids).toContain(first);
    for (const answer of answers) {
      if (!answer.ok) expect(answer.problem).toMatchObject({ code: 'refused', detail: first });
    }
    expect(readdirSync(place.dir).sort()).toEqual([first, 'current'].sort());
  });

  it('go to the run directory when the state directory cannot be made', async () => {
    const place = tempPlace();
    mkdirSync(join(place.dir, '..'), { recursive: true });
    writeFileSync(place.dir, 'a file in its place');
    const written = await prepareFiles(host, {
      id: ID,
      place,
      files: (at) => ({ where: { text: at.dir, mode: '0644' } }),
    });
    expect(written).toEqual({ ok: true, value: { place: { dir: place.run, run: place.run } } });
    expect(readFileSync(join(place.run, ID, 'where'), 'utf8')).toBe(`${place.run}\n`);
    expect(readFileSync(join(place.run, 'current'), 'utf8')).toBe(`${ID}\n`);
  });

  it('that can be written nowhere are a problem that says so', async () => {
    const fake = createFakeHost().on(
      'sh -s',
      { exitCode: 12, stderr: 'sh: cannot create: \x1b[2JNo space' },
      2,
    );
    const place = tempPlace();
    expect(await prepareFiles(fake, { id: ID, place, files: {} })).toMatchObject({
      problem: { code: 'no-space', detail: expect.stringContaining('\\x1b[2JNo space') },
    });
    expect(fake.ran).toHaveLength(2);
    expect(fake.commands.every(({ privileged }) => privileged === true)).toBe(true);
    const broken = createFakeHost().on('sh -s', { problem: problem('timed-out', 'x') });
    expect(await prepareFiles(broken, { id: ID, place, files: {} })).toMatchObject({
      problem: { code: 'timed-out' },
    });
    expect(broken.ran).toHaveLength(1);
  });

  it.each([
    ['id', { id: '../../etc' }],
    ['place', { place: { dir: 'relative', run: '/run/x' } }],
    ['name', { files: { '../x': { text: '', mode: '0644' } } }],
    ['mode', { files: { x: { text: '', mode: '644; id' } } }],
    ['text', { files: { x: { text: 'a\0b', mode: '0644' } } }],
  ])('with a wrong %s run nothing', async (_, wrong) => {
    const fake = createFakeHost();
    const wish = { id: ID, place: tempPlace(), files: {}, ...wrong };
    expect(await prepareFiles(fake, wish)).toMatchObject({ problem: { code: 'bug' } });
    expect(fake.ran).toEqual([]);
  });
});

describe('the deadline', () => {
  it('is replaced whole, and refused once they come down', async () => {
    const place = tempPlace();
    await prepareFiles(host, { id: ID, place, files: { deadline: { text: 'raising 10', mode: '0644' } } });
    const file = join(place.dir, ID, 'deadline');
    for (const deadline of [
      { phase: 'trial', uptime: 123.45 },
      { phase: 'held', uptime: 7 },
    ] as const) {
      expect(await writeDeadline(host, { place, id: ID }, deadline)).toEqual({ ok: true, value: undefined });
      expect(parseDeadline(readFileSync(file, 'utf8'))).toEqual(deadline);
    }
    expect(readdirSync(join(place.dir, ID))).toEqual(['deadline']);
    mkdirSync(join(place.run, `${ID}.lock`, 'g1'), { recursive: true });
    const late = await writeDeadline(host, { place, id: ID }, { phase: 'held', uptime: 99 });
    expect(late).toMatchObject({ problem: { code: 'refused' } });
    expect(readFileSync(file, 'utf8')).toBe('held 7\n');
  });

  it('of shields that are not there is a problem', async () => {
    const place = tempPlace();
    const written = await writeDeadline(host, { place, id: ID }, { phase: 'held', uptime: 99 });
    expect(written).toMatchObject({ problem: { code: 'no-space' } });
    expect(existsSync(place.dir)).toBe(false);
  });
});

describe('the watcher', () => {
  it('that never lives is a problem', async () => {
    const fake = createFakeHost().on('sh -s', { exitCode: 13, stderr: 'setsid: \x07fork failed' });
    expect(await armWatcher(fake, { place: tempPlace(), id: ID })).toMatchObject({
      problem: { code: 'timed-out', detail: 'setsid: \\x07fork failed' },
    });
    expect(fake.commands[0]).toMatchObject({ argv: ['sh', '-s'], privileged: true });
  });

  it.each(['systemd', 'detached'] as const)('%s', async (kind) => {
    const fake = createFakeHost().on('sh -s', { stdout: `${kind}\n` });
    expect(await armWatcher(fake, { place: tempPlace(), id: ID })).toEqual({ ok: true, value: kind });
  });

  it('is a service where systemd runs, and a process of its own where systemd says no', () => {
    const root = join(tempPlace().run, '..');
    const place = { dir: join(root, 'dir'), run: join(root, 'run') };
    const here = join(place.dir, ID);
    mkdirSync(here, { recursive: true });
    mkdirSync(place.run);
    const pidFile = join(place.run, `${ID}.watcher`);
    writeFileSync(join(here, 'revert.sh'), `echo $$ >"${pidFile}"; exec sleep 20\n`);
    const fakes = mkdtempSync(join(place.run, 'bin-'));
    const systemdRun = join(fakes, 'systemd-run');
    const arm = (): string =>
      execFileSync('sh', ['-s'], {
        input: printArm(place, ID).replace('/run/systemd/system', fakes).replace(' && same_world', ''),
        env: { PATH: `${fakes}:${process.env.PATH}` },
        encoding: 'utf8',
      }).trim();
    const kill = (): boolean => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    // Its last three words are the program that it would start. An old one does not know --collect.
    const start = `printf '%s\\n' "$@" >'${fakes}/words'\nwhile [ $# -gt 3 ]; do shift; done\n"$@" >/dev/null 2>&1 &\n`;
    for (const age of ['', 'case "$*" in *--collect*) exit 1 ;; esac\n']) {
      writeFileSync(systemdRun, `#!/bin/sh\n${age}${start}`);
      chmodSync(systemdRun, 0o755);
      // The file of a dead watcher whose number a living process has.
      writeFileSync(pidFile, `${process.pid}\n`);
      expect(arm()).toBe('systemd');
      const words = readFileSync(join(fakes, 'words'), 'utf8').trimEnd().split('\n');
      expect(words).toContain(`--unit=opsconsole-shields-${ID}`);
      expect(words.slice(-3)).toEqual(['/bin/sh', join(here, 'revert.sh'), 'wait']);
      expect(words.includes('--property=Restart=on-failure')).toBe(age === '');
      expect(Number(readFileSync(pidFile, 'utf8'))).not.toBe(process.pid);
      kill();
    }
    rmSync(pidFile);
    writeFileSync(systemdRun, '#!/bin/sh\nexit 1\n');
    expect(arm()).toBe('detached');
    kill();
  });
});
