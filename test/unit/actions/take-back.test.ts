// Unban, tighten, cut and undo on a strict fake host: the exact commands, and none besides.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import type { ActDraft, ActPreview, ActReport } from '../../../src/core/act.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { createFakeHost, type FakeHost, wordsOf } from '../../fakes/fake-host.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

const SETS = `Name: f2b-http
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 timeout 600 bucketsize 12 initval 0x1
Size in memory: 300
References: 1
Number of entries: 1

Name: ranges
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 comment bucketsize 12 initval 0x2
Size in memory: 300
References: 1
Number of entries: 2
`;
const RULES = `*filter
:INPUT ACCEPT [0:0]
-A INPUT -m set --match-set f2b-http src -j DROP
-A INPUT -m set --match-set ranges src -j DROP
COMMIT
`;
const F2B = `create f2b-http hash:ip family inet hashsize 1024 maxelem 65536 timeout 600
add f2b-http 203.0.113.9 timeout 500
`;
const RANGES = `create ranges hash:net family inet hashsize 1024 maxelem 65536 timeout 0 comment
add ranges 203.0.113.0/24 timeout 7200 comment "scan"
add ranges 203.0.113.9 timeout 0 comment "by hand"
`;

function machine(): FakeHost {
  const host = createFakeHost()
    .file('/proc/self/stat', '700 (node) S 0 700')
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/sys/net/netfilter/nf_conntrack_count', '5\n')
    .file('/proc/net/nf_conntrack', '')
    .on('ss -tlnpeH')
    .on('ss -tneH')
    .on('ipset list -t', { stdout: SETS })
    .on('ip6tables-save')
    .on('iptables-save', { stdout: RULES })
    .on(/^ip6?tables-legacy-save$/)
    .on('ipset save f2b-http', { stdout: F2B })
    .on('ipset save ranges', { stdout: RANGES })
    .on('ipset test', ({ argv }) => ({
      exitCode: argv[3]?.startsWith('203.0.113.') === true ? 0 : 1,
      stderr: argv[3]?.startsWith('203.0.113.') === true ? 'is in set' : 'is NOT in set',
    }));
  for (const tool of ['ipset', 'iptables', 'conntrack']) host.tool(tool, true);
  return host;
}

function deskOn(host: FakeHost): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'oc-back-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const desk = createDesk({
    host,
    journal: join(folder, 'j.db'),
    operator: { user: 'root', console: 'c1' },
    allow: [],
    readOnly: false,
    backends: [ipsetBackend],
  });
  cleanups.push(() => desk.close());
  return desk;
}

function ready(preview: ActPreview): Extract<ActPreview, { kind: 'ready' }> {
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  return preview;
}

async function act(desk: Desk, draft: ActDraft): Promise<ActReport> {
  const { token, typed } = ready(await desk.preview(draft));
  return desk.perform(token, typed === undefined ? {} : { typed });
}

const changes = (host: FakeHost): readonly string[] =>
  host.commands
    .map(wordsOf)
    .filter((words) => /^(ipset restore|sysctl|conntrack|nft -f|iptables -)/.test(words));

describe('unban', () => {
  test('deletes from every set that holds the address by name, and nothing wider', async () => {
    const host = machine().on('ipset restore');
    const desk = deskOn(host);
    const draft = { action: 'unban', nets: [net('203.0.113.9')] } as const;
    const { plan } = ready(await desk.preview(draft));
    expect(plan.notes.join('\n')).toMatch(
      /stays banned: 203\.0\.113\.9 is inside 203\.0\.113\.0\/24 in set ranges, 2h left/,
    );
    expect(plan.notes.join('\n')).toMatch(/f2b-http belongs to fail2ban: its own list still has the address/);
    await act(desk, draft);
    expect(changes(host)).toEqual([
      'ipset restore -exist < del f2b-http 203.0.113.9\n',
      'ipset restore -exist < del ranges 203.0.113.9\n',
    ]);
  });

  test('of one set leaves the others alone; what is not there is refused with what is', async () => {
    const host = machine().on('ipset restore');
    const desk = deskOn(host);
    await act(desk, { action: 'unban', nets: [net('203.0.113.9')], set: 'ipset:ranges' as SetKey });
    expect(changes(host)).toEqual(['ipset restore -exist < del ranges 203.0.113.9\n']);
    expect(await desk.preview({ action: 'unban', nets: [net('203.0.113.50')] })).toMatchObject({
      kind: 'refused',
      reasons: [
        '203.0.113.50 is inside 203.0.113.0/24 in set ranges, 2h left',
        'unban that range by its name to free it',
      ],
    });
    expect(await desk.preview({ action: 'unban', nets: [net('198.51.100.1')] })).toMatchObject({
      kind: 'refused',
      reasons: ['no set holds 198.51.100.1'],
    });
  });

  test('undo puts back the time that would be left by now, and the comment', async () => {
    const host = machine().on('ipset restore');
    const desk = deskOn(host);
    await act(desk, { action: 'unban', nets: [net('203.0.113.9')] });
    // Both sets are empty of it now; a minute and a half passes.
    host.on('ipset test', { exitCode: 1, stderr: 'is NOT in set' });
    host.advance(90_000);
    const before = changes(host).length;
    await act(desk, { action: 'undo' });
    expect(changes(host).slice(before)).toEqual([
      'ipset restore -exist < add f2b-http 203.0.113.9 timeout 410\n',
      'ipset restore -exist < add ranges 203.0.113.9 timeout 0 comment "by hand"\n',
    ]);
  });

  test('undo leaves away what would have ended by now', async () => {
    const host = machine().on('ipset restore');
    const desk = deskOn(host);
    await act(desk, { action: 'unban', nets: [net('203.0.113.9')], set: 'ipset:f2b-http' as SetKey });
    host.on('ipset test', { exitCode: 1, stderr: 'is NOT in set' });
    host.advance(501_000);
    expect(await desk.preview({ action: 'undo' })).toMatchObject({
      kind: 'refused',
      reasons: ['those bans would have ended by now: nothing is left to put back'],
    });
  });
});

describe('tighten', () => {
  const FOLDER = '/proc/sys/net/netfilter/nf_conntrack_';
  const values = (host: FakeHost, changed: Readonly<Record<string, number>>): FakeHost => {
    for (const [name, seconds] of Object.entries(changed)) host.file(`${FOLDER}${name}`, `${seconds}\n`);
    return host;
  };

  test('writes exactly the values that differ, and undo writes the old ones', async () => {
    const host = values(machine(), { tcp_timeout_syn_recv: 60, udp_timeout: 15, tcp_timeout_time_wait: 5 });
    host.on('sysctl -w');
    const desk = deskOn(host);
    await act(desk, { action: 'tighten', change: { preset: 'siege' } });
    expect(changes(host)).toEqual(['sysctl -w net.netfilter.nf_conntrack_tcp_timeout_syn_recv=20']);
    values(host, { tcp_timeout_syn_recv: 20 });
    await act(desk, { action: 'undo' });
    expect(changes(host).slice(1)).toEqual(['sysctl -w net.netfilter.nf_conntrack_tcp_timeout_syn_recv=60']);
  });

  test('a value that does not stick is not proved', async () => {
    const host = values(machine(), { udp_timeout: 30 }).on('sysctl -w');
    const report = await act(deskOn(host), {
      action: 'tighten',
      change: { name: 'udp_timeout', seconds: 20 },
    });
    expect(report.outcome).toMatchObject({
      proof: { kind: 'unproved', missing: ['udp_timeout is 30 s, not 20 s'] },
    });
  });

  test('the third of three writes fails: the first two, and it, are written back', async () => {
    const host = values(machine(), { tcp_timeout_syn_recv: 60, tcp_timeout_syn_sent: 120, udp_timeout: 30 });
    host
      .on('sysctl -w')
      .on('sysctl -w net.netfilter.nf_conntrack_udp_timeout=15', { exitCode: 255, stderr: 'no' });
    const report = await act(deskOn(host), { action: 'tighten', change: { preset: 'siege' } });
    expect(report.outcome).toMatchObject({ kind: 'failed', stepIndex: 2, undone: true });
    expect(changes(host).slice(3)).toEqual([
      'sysctl -w net.netfilter.nf_conntrack_udp_timeout=30',
      'sysctl -w net.netfilter.nf_conntrack_tcp_timeout_syn_sent=120',
      'sysctl -w net.netfilter.nf_conntrack_tcp_timeout_syn_recv=60',
    ]);
  });
});

test('cut names the family and both directions, and nothing of the other family', async () => {
  const host = machine().on('conntrack -D', { exitCode: 1, stderr: '0 flow entries have been deleted.' });
  const report = await act(deskOn(host), { action: 'cut', nets: [net('2001:db8::9')] });
  expect(changes(host)).toEqual([
    'conntrack -D -f ipv6 -s 2001:db8::9',
    'conntrack -D -f ipv6 -d 2001:db8::9',
  ]);
  expect([report.summary, report.canUndo]).toEqual(['cut 0 flows of 2001:db8::9, none left', false]);
});
