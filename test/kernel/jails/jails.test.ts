// The jails as a source, on a real fail2ban server: what it tells, a log that grows and matches nothing, the test of a
// filter, a server that hangs or is gone.

import { appendFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JailRow, JailsSample } from '../../../src/core/jails.ts';
import type { Result } from '../../../src/core/result.ts';
import type { Host } from '../../../src/host/host.ts';
import { testFilter } from '../../../src/sources/jails/filter-test.ts';
import { createJailsSources } from '../../../src/sources/jails/source.ts';
import { NFT_ACTION, useFail2ban } from '../harness/fail2ban.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const WAIT = { timeout: 20_000, interval: 200 };
const LOGS = { sshd: '0.log', blind: '1.log', moved: '2.log', 'odd name: 1': '3.log' } as const;

const stamp = (): string => {
  const [, month = '', day = '', time = ''] = /^\w+ (\w+) (\d+) \d+ ([\d:]+)/.exec(String(new Date())) ?? [];
  return `${month} ${day.padStart(2)} ${time}`;
};
const failed = (address: string): string =>
  `${stamp()} web1 sshd[812]: Failed password for root from ${address} port 4711 ssh2\n`;

kernelSuite(
  'jails of fail2ban',
  ['fail2ban-client', 'fail2ban-server', 'fail2ban-regex', 'nsenter', 'nft'],
  () => {
    const net = useTestNet({ clients: 0 });
    const server = useFail2ban(net, {
      jails: Object.keys(LOGS).map((name) => ({
        name,
        values: ['maxretry = 2'],
        ...(name === 'sshd' ? { action: NFT_ACTION } : {}),
      })),
    });
    const stops: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop();
    });

    /** Its configuration is where the server sees it. */
    const hostThere = (): Host => {
      const { host, folder } = server();
      const there = (path: string): string => path.replace(/^\/etc\/fail2ban/, join(folder, 'etc'));
      return {
        ...host,
        read: (path, max) => host.read(there(path), max),
        glob: (pattern) => host.glob(there(pattern)),
      };
    };

    const watch = () => {
      const host = hostThere();
      const sources = createJailsSources({ everyMs: 5000 });
      const stop = new AbortController();
      const following = sources.logs.run(host, stop.signal, () => undefined);
      stops.push(async () => {
        stop.abort();
        await following;
      });
      const read = (): Promise<Result<JailsSample>> => sources.jails.read(host, stop.signal);
      const jail = async (name: keyof typeof LOGS): Promise<JailRow | undefined> => {
        const sample = await read();
        return sample.ok ? sample.value.jails.find((row) => row.name === name) : undefined;
      };
      return { host, read, jail, caughtUp: () => sources.caughtUp() };
    };
    const append = (name: keyof typeof LOGS, text: string): void =>
      appendFileSync(join(server().folder, LOGS[name]), text);

    test('are told in full: limits, action, file, counts, and what happened', async () => {
      const { jail } = watch();
      await jail('sshd');
      append('sshd', failed('192.0.2.7').repeat(2));
      await vi.waitUntil(async () => (await jail('sshd'))?.lastBan !== undefined, WAIT);
      const row = await jail('sshd');
      expect(row).toMatchObject({
        ...{ bannedNow: 1, bannedTotal: 1, failedTotal: 2, banSeconds: 600, findSeconds: 600, maxRetry: 2 },
        actions: ['nftables-allports'],
        reads: { kind: 'files', files: [join(server().folder, '0.log')] },
        logs: [{ state: 'read', lines: { hour: { count: 2 } } }],
        matches: { hour: { count: 2 } },
        lastBan: { kind: 'ban', what: '192.0.2.7', net: { text: '192.0.2.7' } },
        health: { kind: 'well' },
      });
      expect(row?.events.map(({ kind }) => kind)).toEqual(['ban', 'found', 'found']);
    });

    test('with blanks and colons in their names answer like others', async () => {
      expect(await watch().jail('odd name: 1')).toMatchObject({ maxRetry: 2, actions: [], bannedNow: 0 });
    });

    test('whose log grows while nothing matches are blind, with the reason; the test of the filter shows what it missed', async () => {
      const { jail, host } = watch();
      append(
        'blind',
        Array.from({ length: 30 }, (_, at) => `${stamp()} web1 app[1]: login failed, try ${at}\n`).join(''),
      );
      await vi.waitUntil(async () => (await jail('blind'))?.health.kind === 'blind', WAIT);
      const row = await jail('blind');
      expect(row?.health.says).toMatch(/^the log grows and nothing matches: .*30 lines/);
      expect(row?.health.todo).toMatch(/carry no address/);
      const tested = row === undefined ? undefined : await testFilter(host, row, { version: '1.0.2' });
      expect(tested).toMatchObject({
        ok: true,
        value: { filter: 'sshd', lines: 30, matched: 0, missedCount: 30 },
      });
      expect(tested?.ok === true && tested.value.missed.at(-1)).toMatch(/login failed, try 29$/);
    });

    test('whose log was renamed say so, and which file is written now', async () => {
      const { jail } = watch();
      await jail('moved');
      const path = join(server().folder, LOGS.moved);
      renameSync(path, join(server().folder, 'moved.log.1'));
      await vi.waitUntil(async () => (await jail('moved'))?.health.kind === 'broken', WAIT);
      expect((await jail('moved'))?.health.says).toMatch(/2\.log is gone: renamed or rotated away/);
    });

    describe('a server', () => {
      test('that hangs is told in words after a bounded time, and goes on', async () => {
        const { read } = watch();
        expect((await read()).ok).toBe(true);
        server().hang();
        try {
          expect(await read()).toMatchObject({
            ok: false,
            problem: { code: 'timed-out', summary: 'the fail2ban server does not answer' },
          });
        } finally {
          server().wake();
        }
        expect((await read()).ok).toBe(true);
      });

      test('that is stopped is told in words', async () => {
        const { read } = watch();
        await server().stop();
        expect(await read()).toMatchObject({
          ok: false,
          problem: { code: 'not-found', summary: 'the fail2ban server does not run' },
        });
      });
    });
  },
);
