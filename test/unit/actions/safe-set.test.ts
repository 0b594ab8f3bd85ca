// The safe set from captured kernel files: sessions over IPv4, IPv6, v4-mapped, on unusual ports, behind sudo and tmux.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { computeSafeSet, createSafeMemory } from '../../../src/actions/safe/safe-set.ts';
import { readListeners } from '../../../src/actions/shields/listening.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { createFakeHost, type FakeHost } from '../../fakes/fake-host.ts';

const capture = (name: string): string =>
  readFileSync(`test/captures/safe-set/openssh-9.2-linux-6.18/${name}.txt`, 'utf8');

const TITLES: Readonly<Record<number, string>> = {
  12300: 'sshd: /usr/sbin/sshd -D -f sshd_config [listener] 1 of 10-100 startups',
  12344: 'sshd: root@pts/0',
  12346: 'sshd: root@notty',
  12477: 'sshd: [accepted]',
  12498: 'sshd: [net]',
};

/** `ss -tneH` prints the same rows without the processes. */
const PEERS = capture('ss-established').replace(/users:\S+/g, '');

function captured(): FakeHost {
  const host = createFakeHost()
    .file('/proc/net/tcp', capture('tcp'))
    .file('/proc/net/tcp6', capture('tcp6'))
    .file('/proc/net/fib_trie', capture('fib_trie'))
    .file('/proc/net/if_inet6', capture('if_inet6'))
    .file('/proc/net/route', capture('route'))
    .file('/proc/net/ipv6_route', capture('ipv6_route'))
    .file('/etc/resolv.conf', 'nameserver 10.255.255.53\nnameserver fe80::1%eth0\n')
    .file('/proc/self/stat', '700 (node) S 600 700')
    .file('/proc/self/environ', 'HOME=/root\0')
    .file('/proc/600/stat', '600 (bash) S 1 600')
    .file('/proc/1/stat', '1 (systemd) S 0 1')
    .on('ss -tlnpeH', { stdout: capture('ss-listening') })
    .on('ss -tnpeH state established ( sport = :2222 or sport = :2200 )', {
      stdout: capture('ss-established'),
    });
  for (const [pid, title] of Object.entries(TITLES)) host.file(`/proc/${pid}/cmdline`, `${title}\0`);
  return host;
}

const whyOf = async (host: FakeHost, text: string): Promise<string | undefined> => {
  const { entries } = await computeSafeSet(host, { allow: [] });
  return entries.find(({ net }) => net.text === text)?.why;
};

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

test('peers of logged-in sessions on unusual ports are safe, over IPv4 and IPv6', async () => {
  const host = captured();
  expect(await whyOf(host, '198.51.100.7')).toBe('ssh session of root@notty');
  expect(await whyOf(host, '2001:db8::7')).toBe('ssh session of root@pts/0');
  host.assertUsed();
});

test('a client that is still guessing passwords is not safe, but is as long as nothing is known of it', async () => {
  const guessing = captured();
  const only = capture('ss-established').split('\n')[0] ?? '';
  guessing.file(
    '/proc/net/tcp',
    capture('tcp')
      .split('\n')
      .filter((line) => !/:9BCB/.test(line))
      .join('\n'),
  );
  guessing.on('ss -tnpeH state established', { stdout: only });
  expect(await whyOf(guessing, '198.51.100.7')).toBeUndefined();
  const blind = captured().on('ss -tnpeH state established', { exitCode: 1, stderr: 'nope' });
  expect(await whyOf(blind, '198.51.100.7')).toBe('a live ssh session');
});

test('an IPv4 peer of an IPv6 socket is found as IPv4', async () => {
  const mapped = capture('tcp6').replace(
    'B80D0120000000000000000007000000:B52F 01',
    '0000000000000000FFFF0000090200C0:B52F 01',
  );
  const host = captured().file('/proc/net/tcp6', mapped);
  expect(await whyOf(host, '192.0.2.9')).toBe('ssh session of root@pts/0');
});

test('our own session is named as ours when sshd is among our parents', async () => {
  const host = captured()
    .file('/proc/600/stat', '600 (bash) S 12346 600')
    .file('/proc/12346/stat', '12346 (sshd) S 1 1');
  expect(await whyOf(host, '198.51.100.7')).toBe('your ssh session');
});

test('behind sudo and su the connection is found in the environment of a parent shell', async () => {
  const host = captured()
    .file('/proc/self/stat', '700 (node (x) y) S 650 700')
    .file('/proc/650/stat', '650 (sudo) S 600 650')
    .file('/proc/650/environ', problem('not-permitted', 'no'))
    .file('/proc/600/environ', 'A=b\0SSH_CONNECTION=2001:db8:5::9 50000 2001:db8::1 2222\0');
  const set = await computeSafeSet(host, { allow: [] });
  expect(set.operatorFound).toBe(true);
  expect(set.entries.find((entry) => entry.net.text === '2001:db8:5::9')?.why).toMatch(/your ssh session/);
});

test('in a tmux that was re-attached from a new address both the remembered and the live peer are safe', async () => {
  const host = captured().file(
    '/proc/600/environ',
    'TMUX=x\0SSH_CONNECTION=203.0.113.99 50000 203.0.113.5 2222\0',
  );
  const set = await computeSafeSet(host, { allow: [] });
  const texts = set.entries.map((entry) => entry.net.text);
  expect(texts).toEqual(expect.arrayContaining(['203.0.113.99', '198.51.100.7', '2001:db8::7']));
});

test('own addresses, broadcast, gateways, name servers and special networks are safe', async () => {
  const host = captured();
  const { entries } = await computeSafeSet(host, { allow: [] });
  const why = new Map(entries.map((entry) => [entry.net.text, String(entry.why)]));
  expect(why.get('192.0.2.2')).toBe('an address of this machine');
  expect(why.get('192.0.2.255')).toBe('a broadcast address of this network');
  expect(why.get('192.0.2.1')).toBe('the default gateway');
  expect(why.get('fd00::1')).toBe('the default gateway');
  expect(why.get('fd00::2')).toBe('an address of this machine');
  expect(why.get('10.255.255.53')).toBe('a name server of this machine');
  for (const always of [
    '127.0.0.0/8',
    '169.254.0.0/16',
    '224.0.0.0/4',
    '255.255.255.255',
    '::1',
    'fe80::/10',
    'ff00::/8',
  ])
    expect(why.has(always), always).toBe(true);
});

test('a name that answers with everybody makes few of them safe, and says so', async () => {
  const many = Array.from({ length: 200 }, (_, index) => `198.51.100.${index}`);
  const resolve = () => Promise.resolve(ok(many));
  const { entries, gaps } = await computeSafeSet(
    captured(),
    { allow: ['x\u001b[2J.example'], resolve },
    createSafeMemory(),
  );
  expect(entries.filter(({ net }) => many.includes(net.text))).toHaveLength(16);
  expect(gaps).toEqual([expect.stringMatching(/^184 more addresses of x\\x1b\[2J\.example: only 16/)]);
  expect(entries.map(({ why }) => why).join()).not.toContain('\u001b');
});

test('allowed names are resolved, keep protecting while the name server is down, and are gaps when never resolved', async () => {
  const host = captured();
  const memory = createSafeMemory();
  let up = true;
  const resolve = (name: string) =>
    Promise.resolve(
      up && name === 'office.example' ? ok(['198.51.100.200']) : fail(problem('not-found', 'no')),
    );
  const allow = ['10.0.0.0/8', 'office.example', 'gone.example'];
  const first = await computeSafeSet(host, { allow, resolve }, memory);
  expect(first.entries.find((entry) => entry.net.text === '198.51.100.200')?.why).toContain('office.example');
  expect(first.entries.find((entry) => entry.net.text === '10.0.0.0/8')?.why).toBe(
    'allowed by the session file',
  );
  expect(first.gaps).toEqual(['the allowed host gone.example does not resolve']);
  up = false;
  host.advance(120_000);
  const later = await computeSafeSet(host, { allow, resolve }, memory);
  expect(later.entries.map((entry) => entry.net.text)).toContain('198.51.100.200');
});

test('what cannot be read is a gap in words, and the rest is still there', async () => {
  const host = createFakeHost().file('/proc/self/stat', '7 (node) S 0 7');
  const set = await computeSafeSet(host, { allow: ['192.0.2.77'] });
  expect(set.operatorFound).toBe(false);
  expect(set.gaps.join('\n')).toMatch(/ssh sessions: .*tcp cannot be read/);
  expect(set.gaps.join('\n')).toMatch(/own IPv4 addresses/);
  expect(set.entries.map((entry) => entry.net.text)).toContain('192.0.2.77');
});

test('the check right before an act asks the kernel once, and twice only if a stranger on the ssh port is meant', async () => {
  const host = captured().on('ss -tneH', { stdout: PEERS });
  const memory = createSafeMemory();
  await computeSafeSet(host, { allow: [] }, memory);
  const before = host.ran.length;
  await computeSafeSet(host, { allow: [] }, memory, [net('203.0.113.77')]);
  const quick = 'ss -tneH state established ( sport = :2222 or sport = :2200 )';
  expect(host.ran.slice(before)).toEqual([quick]);
  // The guessing client shares its address with a session here, so both are looked at again.
  await computeSafeSet(host, { allow: [] }, memory, [net('198.51.100.7')]);
  expect(host.ran.slice(before + 1)).toEqual([quick, expect.stringMatching(/^ss -tnpeH state established/)]);
});

test.each([
  ['with ss', (host: FakeHost) => host.on('ss -tneH', { stdout: PEERS })],
  ['from the tables when ss fails', (host: FakeHost) => host.on('ss -tneH', { exitCode: 1 })],
])(
  'a session that began after the plan was made is seen by the check before the act, %s',
  async (_, prepare) => {
    const host = captured().file('/proc/net/tcp', capture('tcp').split('\n').slice(0, 2).join('\n'));
    const memory = createSafeMemory();
    const early = await computeSafeSet(host, { allow: [] }, memory);
    expect(early.entries.map((entry) => entry.net.text)).not.toContain('198.51.100.7');
    prepare(host.file('/proc/net/tcp', capture('tcp')));
    const late = await computeSafeSet(host, { allow: [] }, memory, [net('198.51.100.0/24')]);
    expect(late.entries.map((entry) => entry.net.text)).toContain('198.51.100.7');
  },
);

test('without process names the ports come from sshd_config, and that is said', async () => {
  const host = captured()
    .on('ss -tlnpeH', { stdout: 'LISTEN 0 128 0.0.0.0:2222 0.0.0.0:* ino:21487 sk:17\n' })
    .on('ss -tnpeH state established ( sport = :2222 )', { stdout: '' })
    .file('/etc/ssh/sshd_config', '# Port 22\nPort 2222\n')
    .file('/etc/ssh/sshd_config.d/x.conf', 'ListenAddress [::]:2244\n');
  const set = await computeSafeSet(host, { allow: [] });
  expect(set.entries.find((entry) => entry.net.text === '198.51.100.7')?.why).toBe('a live ssh session');
  expect(set.gaps.join()).toMatch(/could not be seen: taken from its configuration \(2222\)/);
});

/** A machine with so many sockets that the tables are not read whole: listeners first, the session far behind. */
function crowded(host: FakeHost): FakeHost {
  const tables = new Map<string, Buffer>(
    ['tcp', 'tcp6'].map((name) => {
      const rows = capture(name).split('\n');
      const head = rows.filter((line, index) => index === 0 || / 0A \d/.test(line));
      const others = rows.filter((line, index) => index > 0 && line !== '' && !/ 0A \d/.test(line));
      const waiting = (others[0] ?? '').replace(/ 01 /, ' 06 ');
      const text = [...head, ...Array<string>(60_000).fill(waiting), ...others, ''].join('\n');
      return [`/proc/net/${name}`, Buffer.from(text, 'latin1')] as const;
    }),
  );
  return {
    ...host,
    read: (path, maxBytes = 1_048_576) =>
      (tables.get(path)?.length ?? 0) > maxBytes
        ? Promise.resolve(fail(problem('too-large', `${path} is too large`)))
        : host.read(path),
    async readChunks(path, onChunk, signal) {
      const bytes = tables.get(path);
      if (bytes === undefined) return host.readChunks(path, onChunk, signal);
      for (let at = 0; at < bytes.length; at += 65_536) {
        if (signal?.aborted === true) return fail(problem('cancelled', 'cancelled'));
        onChunk(bytes.subarray(at, at + 65_536));
      }
      return ok(undefined);
    },
  };
}

test('with 60,000 sockets the sessions are asked of the kernel, and without ss found in the whole tables', async () => {
  const asked = crowded(captured().on(/^ss -tneH /, { stdout: PEERS }));
  expect(await whyOf(asked, '198.51.100.7')).toBe('ssh session of root@notty');
  expect(await whyOf(asked, '2001:db8::7')).toBe('ssh session of root@pts/0');
  const without = crowded(captured().on(/^ss -tneH /, { problem: problem('missing-tool', 'no ss') }));
  expect(await whyOf(without, '198.51.100.7')).toBe('ssh session of root@notty');
  expect(await whyOf(without, '2001:db8::7')).toBe('ssh session of root@pts/0');
});

test('with 60,000 sockets it is still known who listens', async () => {
  const host = crowded(captured());
  const ports = (await readListeners(host)).map(({ port, family }) => `${port}/${family}`);
  expect(ports).toEqual(['2222/4', '2200/6']);
});
