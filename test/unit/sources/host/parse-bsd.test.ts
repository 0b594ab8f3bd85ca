// The host source without /proc: what sysctl, swapinfo, vmstat and vm_stat say in their public form, and any text at all.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBsdHost } from '../../../../src/sources/host/parse-bsd.ts';
import { hostSource } from '../../../../src/sources/host/source.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const text = (system: string): string =>
  readFileSync(join(import.meta.dirname, '../../../captures/bsd', system, 'host.txt'), 'utf8');

describe('as the systems print it', () => {
  test('FreeBSD: each core, ZFS gives back what is more than its least', () => {
    const found = parseBsdHost('freebsd', text('freebsd-14.5'));
    expect(found).toEqual({
      load: [0.32, 0.16, 0.06],
      cpu: [
        { busy: 205, total: 31_101 },
        { busy: 314, total: 31_101 },
      ],
      cores: 2,
      memory: {
        total: 2_111_283_200,
        available: (182_182 + 5280) * 4096 + 734_003_200 - 67_108_864,
        swapTotal: 2_147_483_648,
        swapFree: 1_610_612_736,
      },
      uptimeSeconds: 246,
    });
  });

  test('OpenBSD: one number for all cores, six kinds of time', () => {
    expect(parseBsdHost('openbsd', text('openbsd-7.x'))).toEqual({
      load: [0.01, 0.04, 0.02],
      cpu: [{ busy: 4555, total: 981_211 }],
      cores: 4,
      memory: {
        total: 254_530 * 4096,
        available: (120_411 + 20_480) * 4096,
        swapTotal: 262_144 * 4096,
        swapFree: (262_144 - 65_536) * 4096,
      },
      uptimeSeconds: 43_200,
    });
  });

  test('macOS: no cpu times for a shell', () => {
    expect(parseBsdHost('darwin', text('macos-15'))).toEqual({
      load: [1.85, 1.91, 2.03],
      cores: 8,
      memory: {
        total: 17_179_869_184,
        available: (19_455 + 425_521 + 946) * 16_384,
        swapTotal: 2048 * 1_048_576,
        swapFree: 1535.75 * 1_048_576,
      },
      uptimeSeconds: 34_342,
    });
  });
});

test('each line that is missing leaves its number unknown, and no other', () => {
  for (const [system, folder] of [
    ['freebsd', 'freebsd-14.5'],
    ['openbsd', 'openbsd-7.x'],
    ['darwin', 'macos-15'],
  ] as const) {
    const lines = text(folder).split('\n');
    const whole = parseBsdHost(system, text(folder));
    for (const [index] of lines.entries()) {
      const found = parseBsdHost(system, lines.toSpliced(index, 1).join('\n'));
      const { memory: _, cpu: __, ...rest } = found;
      expect(whole).toMatchObject(rest);
      expect(found.memory?.total ?? whole.memory?.total).toBe(whole.memory?.total);
    }
  }
});

test('a clock that is behind its own boot tells no uptime', () => {
  const wrong = text('freebsd-14.5').replace('now: 1789900897', 'now: 1789900000');
  expect(parseBsdHost('freebsd', wrong).uptimeSeconds).toBeUndefined();
});

test('never throws, and invents nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('freebsd' as const, 'openbsd' as const, 'darwin' as const, 'other' as const),
      fc.string({ unit: 'binary' }),
      (system, any) => parseBsdHost(system, any).memory === undefined,
    ),
  );
});

describe('source', () => {
  const read = (host: ReturnType<typeof createFakeHost>, system: 'openbsd' | 'other') =>
    hostSource({ everyMs: 1000 }).read({ ...host, kind: 'ssh', system }, new AbortController().signal);

  test('one program start', async () => {
    const host = createFakeHost().on(/^sh -c /, { stdout: text('openbsd-7.x') });
    const sample = await read(host, 'openbsd');
    expect(sample).toMatchObject({ ok: true, value: { cores: 4, logDisk: { path: '/var/log' } } });
    expect(host.ran).toHaveLength(1);
  });

  test('nothing understood, and a system that nobody knows, are said', async () => {
    const host = createFakeHost().on(/^sh -c /, { stdout: 'sysctl: not here\n' });
    expect(await read(host, 'openbsd')).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    expect(await read(host, 'other')).toMatchObject({
      ok: false,
      problem: { summary: expect.stringContaining('neither Linux') },
    });
  });
});
