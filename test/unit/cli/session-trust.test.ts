// Which session file is opened without being named: only one that nobody else could have written.

import { chmodSync, chownSync, lchownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNotUnasked } from '../../../src/cli/session-trust.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opsconsole-trust-'));
  path = join(folder, '.opsconsole.yml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SOMEBODY = 54_321;
const written = (mode: number): void => {
  writeFileSync(path, 'version: 1');
  chmodSync(path, mode);
};

describe('a session file that nobody named', () => {
  it('is opened when it is our own, and when there is none nothing is said', async () => {
    expect(await whyNotUnasked(path, {})).toBeUndefined();
    written(0o644);
    expect(await whyNotUnasked(path, {})).toBeUndefined();
    written(0o664);
    expect(await whyNotUnasked(path, {}), 'our own group').toBeUndefined();
  });

  it('is not opened when everybody may write it', async () => {
    written(0o646);
    expect(await whyNotUnasked(path, {})).toContain('others may write it');
  });

  const asRoot = it.runIf(process.geteuid?.() === 0);

  asRoot('is not opened when it is somebody else\u2019s, but for who became root through sudo', async () => {
    written(0o600);
    chownSync(path, SOMEBODY, SOMEBODY);
    expect(await whyNotUnasked(path, {})).toContain(`belongs to somebody else (uid ${SOMEBODY})`);
    expect(await whyNotUnasked(path, { SUDO_UID: String(SOMEBODY) })).toBeUndefined();
    expect(await whyNotUnasked(path, { SUDO_UID: 'root' })).toContain('somebody else');
  });

  asRoot('is not opened when a group of others may write it', async () => {
    written(0o664);
    chownSync(path, 0, SOMEBODY);
    expect(await whyNotUnasked(path, {})).toContain('others may write it');
    expect(await whyNotUnasked(path, { SUDO_GID: String(SOMEBODY) })).toBeUndefined();
  });

  asRoot('is not opened through a link that somebody else has put there', async () => {
    const target = join(folder, 'own.yml');
    writeFileSync(target, 'version: 1', { mode: 0o600 });
    symlinkSync(target, path);
    expect(await whyNotUnasked(path, {})).toBeUndefined();
    lchownSync(path, SOMEBODY, SOMEBODY);
    expect(await whyNotUnasked(path, {})).toContain('somebody else');
  });
});
