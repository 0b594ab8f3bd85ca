// One look at the machine: on a tree of captured files with real programs, and with what may be missing.

import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../src/actions/watch/sample.ts';
import type { WatchSample } from '../../../../src/actions/watch/signals.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { createFiles } from '../../../../src/host/files.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

const CAPTURES = join(import.meta.dirname, '../../../captures/proc/linux-6.18');
const SETTINGS = DEFAULT_SHIELDS.watch;
let folder = '';
let local: Host;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oc-watch-'));
  local = await createLocalHost({ sudo: 'never' });
  const tree: Readonly<Record<string, string>> = {
    '/proc/uptime': readFileSync(join(CAPTURES, 'uptime.txt'), 'utf8'),
    '/proc/loadavg': '8.00 4.00 2.00 3/100 1\n',
    '/sys/devices/system/cpu/online': '0-1\n',
    '/proc/net/netstat': readFileSync(join(CAPTURES, 'flooded-net-netstat.txt'), 'utf8'),
    '/proc/net/snmp': readFileSync(join(CAPTURES, 'flooded-net-snmp.txt'), 'utf8'),
    '/proc/net/tcp': readFileSync(join(CAPTURES, 'flooded-net-tcp.txt'), 'utf8'),
    '/proc/sys/net/netfilter/nf_conntrack_count': '850\n',
    '/proc/sys/net/netfilter/nf_conntrack_max': '1000\n',
  };
  for (const [path, text] of Object.entries(tree)) writeFileSync(placed(path), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const placed = (path: string): string =>
  path.startsWith(folder) ? path : join(folder, path.replaceAll('/', '_'));

/** Reads the tree; starts the machine's own programs. */
function treeHost(more: Partial<Host> = {}): Host {
  return { ...local, ...createFiles(placed), ...more };
}

async function look(host: Host, settings = SETTINGS, all = true): Promise<WatchSample> {
  const sampled = await createSampler(host, settings)({ all });
  if (!sampled.ok) throw new Error(sampled.problem.summary);
  return sampled.value;
}

const noTool: Partial<Host> = {
  stream: () => Promise.resolve({ ok: false, problem: { code: 'missing-tool', summary: 'no ss' } }),
};

describe('a look', () => {
  it('reads every signal', async () => {
    const sample = await look(treeHost(noTool));
    expect(sample).toMatchObject({
      load: 4,
      conntrack: { count: 850, max: 1000 },
      synRecv: 7,
      opened: 0,
      log: 'absent',
    });
    expect(sample.listenDrops).toBeGreaterThan(0);
  });

  it('asks ss on this machine', async () => {
    expect((await look(local)).synRecv).toBeGreaterThanOrEqual(0);
  });

  it('starts no program while load is under its threshold', async () => {
    const noPrograms: Partial<Host> = {
      run: () => Promise.reject(new Error('a program was started')),
      stream: () => Promise.reject(new Error('a program was started')),
    };
    const sample = await look(treeHost(noPrograms), { ...SETTINGS, load: 5 }, false);
    expect(sample.synRecv).toBeUndefined();
    await expect(look(treeHost(noPrograms), { ...SETTINGS, load: 3 }, false)).rejects.toThrow('was started');
  });

  it('tells what is not there from what cannot be read', async () => {
    const denied = new Set(['/proc/net/snmp']);
    const gone = new Set(['/proc/sys/net/netfilter/nf_conntrack_count', '/sys/devices/system/cpu/online']);
    const files = createFiles(placed);
    const sample = await look(
      treeHost({
        ...noTool,
        read: (path, max) => {
          if (denied.has(path))
            return Promise.resolve({ ok: false, problem: { code: 'not-permitted', summary: 'no' } });
          return gone.has(path) ? files.read(join(folder, 'nothing'), max) : files.read(path, max);
        },
      }),
    );
    expect(sample).toMatchObject({ conntrack: 'absent', opened: undefined, load: undefined });
  });

  it('fails without a clock', async () => {
    const sampled = await createSampler(
      treeHost({ read: () => local.read(join(folder, 'none')) }),
      SETTINGS,
    )({
      all: true,
    });
    expect(sampled.ok).toBe(false);
  });
});

describe('a log', () => {
  it('is measured by its growth and its average line, not read', async () => {
    const file = join(folder, 'access.log');
    const settings = { ...SETTINGS, logRate: { file, lines: 10 } };
    const sampler = createSampler(treeHost(), settings);
    const log = async () => {
      const sampled = await sampler({ all: false });
      return sampled.ok ? sampled.value.log : 'failed';
    };
    expect(await log()).toBeUndefined();
    writeFileSync(file, '');
    expect(await log()).toBeUndefined();
    appendFileSync(file, `${'x'.repeat(99)}\n`.repeat(2000));
    const before = await log();
    expect(before).toMatchObject({ bytes: 200_000 });
    expect(typeof before === 'object' && before.lineBytes).toBeCloseTo(100, 0);
    appendFileSync(file, `${'x'.repeat(99)}\n`.repeat(30));
    expect(await log()).toMatchObject({ bytes: 203_000 });
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'new\n');
    const after = await log();
    expect(typeof after === 'object' && typeof before === 'object' && after.inode !== before.inode).toBe(
      true,
    );
  });
});

it('counts on Linux alone, and says so elsewhere', async () => {
  const sampled = await createSampler(treeHost({ system: 'freebsd' }), SETTINGS)({ all: true });
  expect(sampled).toMatchObject({ ok: false, problem: { summary: expect.stringContaining('FreeBSD') } });
});
