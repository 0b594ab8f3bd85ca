import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolderNow } from '../../../src/cli/watch-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'oc-folder-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

test('every missing level is made, and a second time is no error', () => {
  const path = join(base, 'a', 'b', 'c');
  for (const _ of [1, 2]) makeFolderNow(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('where no folder can be made it fails at once', () => {
  expect(() => makeFolderNow('/proc/opsconsole-test/a/b', 0o755)).toThrow(/ENOENT|EACCES|EPERM/);
});
