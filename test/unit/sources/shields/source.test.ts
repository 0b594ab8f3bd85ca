// The source of the shields on real files in a folder of its own: what is up or down, how often it looks, and what it costs.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShieldsPlace } from '../../../../src/core/shields.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { shieldsSource } from '../../../../src/sources/shields/source.ts';
import { upNow } from '../../../fakes/shields.ts';

let folder = '';
let place: ShieldsPlace = { dir: '', run: '' };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-shields-source-'));
  place = { dir: join(folder, 'shields'), run: join(folder, 'run') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function raise(leftSeconds: number): void {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const state = { ...upNow(Date.now()).state, bootId, raisedUptime: uptime, wall: 'none' };
  mkdirSync(join(place.dir, state.id), { recursive: true });
  writeFileSync(join(place.dir, 'current'), `${state.id}\n`);
  writeFileSync(join(place.dir, state.id, 'state.json'), JSON.stringify(state));
  writeFileSync(join(place.dir, state.id, 'deadline'), `trial ${Math.floor(uptime + leftSeconds)}\n`);
}

async function read(source: ReturnType<typeof shieldsSource>) {
  const host = await createLocalHost();
  const result = await source.read(host, new AbortController().signal);
  if (!result.ok) throw new Error(result.problem.summary);
  return result.value;
}

describe('the source of the shields', () => {
  it('looks every two seconds while they are down, and every second while they are up', async () => {
    const source = shieldsSource(place);
    expect((await read(source)).now.kind).toBe('down');
    expect(source.everyMs).toBe(2000);
    raise(100);
    const { now, at } = await read(source);
    expect(now).toMatchObject({ kind: 'up', phase: 'trial', state: { by: { sudoUser: 'alice' } } });
    expect(now.kind === 'up' ? Math.round(now.leftSeconds / 5) : 0).toBe(20);
    expect(Math.abs(Date.now() - at)).toBeLessThan(5000);
    expect(source.everyMs).toBe(1000);
    rmSync(join(place.dir, 'current'));
    expect((await read(source)).now.kind).toBe('down');
    expect(source.everyMs).toBe(2000);
  });

  it('tells what it cannot understand instead of failing', async () => {
    const source = shieldsSource(place);
    mkdirSync(place.dir, { recursive: true });
    writeFileSync(join(place.dir, 'current'), 'not\x1b[2J an id');
    expect((await read(source)).now.kind).toBe('unknown');
  });
});
