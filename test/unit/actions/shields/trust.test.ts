// What others can change is never run and never written to: every way in which a place may not be ours, with the real sh.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { armWatcher } from '../../../../src/actions/shields/arm-watcher.ts';
import { runRevert } from '../../../../src/actions/shields/engine.ts';
import { prepareFiles } from '../../../../src/actions/shields/prepare.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

const ID = '1a2b3c4d';
const OUTCOME = `opsconsole-shields-outcome 1\\nid ${ID}\\nby operator\\nat 1\\nend ${ID}\\n`;
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});
let host: Host;
beforeAll(async () => {
  host = await createLocalHost({ sudo: 'never' });
});

function world() {
  const root = mkdtempSync(join(tmpdir(), 'oc-trust-'));
  roots.push(root);
  const place = { dir: join(root, 'state of'), run: join(root, 'run') };
  const folder = join(place.dir, ID);
  const script = join(folder, 'revert.sh');
  const ran = join(root, 'ran');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  mkdirSync(place.run);
  writeFileSync(script, `echo "$*" >>'${ran}'\nprintf '${OUTCOME}'\n`, { mode: 0o700 });
  return { place, folder, script, ran };
}

function linkInstead(path: string): void {
  renameSync(path, `${path}.real`);
  symlinkSync(`${path}.real`, path);
}

const WAYS: readonly (readonly [string, (path: string) => void])[] = [
  ['that its group may write', (path) => chmodSync(path, 0o770)],
  ['that all may write', (path) => chmodSync(path, 0o707)],
  ['that is a link', linkInstead],
  ...(process.getuid?.() === 0
    ? ([['that somebody else owns', (path: string) => chownSync(path, 12345, 0)]] as const)
    : []),
];

describe.each(WAYS)('a path %s', (_, spoil) => {
  it.each(['base', 'folder', 'script'] as const)('%s: its script is not run', async (which) => {
    const { place, folder, script, ran } = world();
    const path = { base: place.dir, folder, script }[which];
    spoil(path);
    const refusal = {
      ok: false,
      problem: {
        code: 'refused',
        summary: expect.stringContaining(`${path} is not safe`),
        hint: expect.stringContaining(`chown root ${path}; chmod go-w ${path}`),
      },
    };
    expect(await runRevert(host, { place, id: ID }, 'operator')).toMatchObject(refusal);
    expect(await armWatcher(host, { place, id: ID })).toMatchObject(refusal);
    expect(existsSync(ran)).toBe(false);
  });

  it.each(['dir', 'run'] as const)('as %s: nothing is written', async (which) => {
    const { place, folder } = world();
    rmSync(folder, { recursive: true });
    spoil(place[which]);
    const files = { deadline: { text: 'raising 1', mode: '0644' } };
    expect(await prepareFiles(host, { id: ID, place, files })).toMatchObject({
      problem: { code: 'refused', summary: expect.stringContaining(`${place[which]} is not safe`) },
    });
    expect([readdirSync(place.dir), readdirSync(place.run)]).toEqual([[], []]);
  });
});

it('what is ours is run', async () => {
  const { place } = world();
  expect(await runRevert(host, { place, id: ID }, 'operator')).toMatchObject({
    ok: true,
    value: { id: ID, complete: true },
  });
});
