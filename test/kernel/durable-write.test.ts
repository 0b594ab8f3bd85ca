// A save that cannot be done: disk full, read-only, no right, a file of somebody else. One clear sentence, the old file
// as it was, nothing left beside it. Real file systems, in a mount namespace of the test's own.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kernelSuite } from './harness/require.ts';

const ENTRY = join(import.meta.dirname, 'fixtures/write-durably.ts');
const OLD = 'version: 1 # old\n';

type Done = Readonly<{ ok: boolean; value?: string; problem?: Readonly<{ summary: string; hint?: string }> }>;

kernelSuite('a save that cannot be done', ['sh', 'mount', 'setpriv'], () => {
  let folder = '';
  const path = (): string => join(folder, 'place', 'a.yml');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'durable-fs-'));
    mkdirSync(join(folder, 'place'));
    writeFileSync(path(), OLD);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** `before`: a shell line in a mount namespace of its own; `$1` is the folder of the file. */
  function write(before: string, text = 'new\n', expected = OLD) {
    const script = `${before}\n"$3" "$4" "$2" "$5" "$6"; printf '\\0'; ls -A "$1"; printf '\\0'; cat "$2"`;
    const argv = ['-rm', 'sh', '-ec', script, 'sh', join(folder, 'place'), path()];
    const ran = spawnSync('unshare', [...argv, process.execPath, ENTRY, expected, text], {
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    const [done = '', names = '', now = ''] = ran.stdout.split('\0');
    return { done: JSON.parse(done) as Done, names: names.trim().split('\n'), now };
  }
  const sentence = ({ problem }: Done): string => problem?.summary ?? '';

  it('the disk is full', () => {
    const small = `mount -t tmpfs -o size=16k none "$1"; printf '%s\\n' '${OLD.trim()}' > "$2"`;
    const { done, names, now } = write(small, `# ${'x'.repeat(60_000)}\n`);
    expect(sentence(done)).toBe(`${path()} cannot be written: the disk is full (ENOSPC)`);
    expect({ names, now }).toEqual({ names: ['a.yml'], now: OLD });
  });

  it('the file system is read-only', () => {
    const { done, names, now } = write('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"');
    expect(sentence(done)).toBe(`${path()} cannot be written: the file system is read-only (EROFS)`);
    expect({ names, now }).toEqual({ names: ['a.yml'], now: OLD });
  });

  it('the file is a mount of its own, as in a container', () => {
    const { done, names, now } = write('mount --bind "$2" "$2"');
    expect(sentence(done)).toMatch(/a\.yml cannot be written: .*a mount of its own/);
    expect({ names, now }).toEqual({ names: ['a.yml'], now: OLD });
  });

  /** Root without the rights that stand above those of files. */
  function writeWithout(rights: string): Done {
    const argv = ['--bounding-set', rights, process.execPath, ENTRY, path(), OLD, 'new\n'];
    const ran = spawnSync('setpriv', argv, { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    return JSON.parse(ran.stdout) as Done;
  }

  it('the folder may not be written to', () => {
    chmodSync(join(folder, 'place'), 0o555);
    expect(sentence(writeWithout('-dac_override'))).toBe(`${path()} may not be written`);
    expect(readFileSync(path(), 'utf8')).toBe(OLD);
    expect(readdirSync(join(folder, 'place'))).toEqual(['a.yml']);
  });

  it('the file belongs to somebody else, and would not any more', () => {
    chownSync(path(), 12_345, 12_345);
    expect(sentence(writeWithout('-chown'))).toContain('belongs to somebody else');
    expect(readFileSync(path(), 'utf8')).toBe(OLD);
    expect(readdirSync(join(folder, 'place'))).toEqual(['a.yml']);
  });

  it('with the rights of root it stays the file of its owner', () => {
    chownSync(path(), 12_345, 12_345);
    expect(writeWithout('-dac_override')).toEqual({ ok: true, value: 'written' });
    expect(readFileSync(path(), 'utf8')).toBe('new\n');
  });
});
