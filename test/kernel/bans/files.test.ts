// Bans in files: saved, put back, imported, exported, on real sets of nft and ipset.

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail } from '../../../src/core/result.ts';
import { snapshot } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell } from '../hazards/shell.ts';

const FOREIGN = `table inet filter {
  set banned4 { type ipv4_addr; flags interval,timeout; }
  set friends { type ipv4_addr; elements = { 198.51.100.200 }; }
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr @friends accept
    ip saddr @banned4 drop
  }
}
`;

kernelSuite('bans in files', ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });
  const nft = (input: string) => testNet().exec(testNet().server, ['nft', '-f', '-'], { input });

  /** As a reboot leaves it: the operator's rules and empty sets. */
  async function boot(): Promise<void> {
    await nft('flush ruleset\n');
    await testNet().exec(testNet().server, ['ipset', 'destroy'], { anyExit: true });
    await nft(FOREIGN);
  }
  beforeEach(boot);

  test('save, reboot, restore: the same bans with the same ends; again changes nothing', async () => {
    const { run, file } = await openShell(testNet());
    const words = ['--for', '1h', '--reason', 'scan "x"'];
    await run(['ban', '203.0.113.9', '2001:db8:9::1', '203.0.113.64/26', ...words, '--no-cut']);
    await run(['ban', '203.0.113.10', '--for', 'forever', '--no-cut']);
    await run(['ban', '198.51.100.0/28', ...words, '--into', 'banned4', '--no-cut']);
    const saved = await run(['bans', 'save']);
    expect(saved).toMatchObject({ status: EXIT.done });
    expect(saved.out).toBe(`saved 5 bans of 4 sets in ${file}\n`);
    expect(saved.err).toContain('not saved: nft:inet filter friends: no rule drops what is in it');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^203\.0\.113\.10 never$/m);
    expect(text).toMatch(/^198\.51\.100\.0\/28 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/m);

    await boot();
    const before = await snapshot(testNet());
    const dry = await run(['bans', 'restore', '--dry-run']);
    expect(dry.status).toBe(EXIT.done);
    expect(dry.out).toMatch(/^restore 5 saved bans\n/);
    expect(dry.out).toContain('nft:inet opsconsole ban4: puts back 2 (');
    expect(await snapshot(testNet())).toBe(before);

    const back = await run(['bans', 'restore']);
    expect(back).toMatchObject({ status: EXIT.done, err: '' });
    expect(back.out).toMatch(/5 bans put back for the time that they had left \(opsconsole undo /);
    await run(['bans', 'save', '--file', 'again.txt']);
    expectSameEnds(readFileSync(join(file, '../../again.txt'), 'utf8'), text);

    const there = await snapshot(testNet());
    const again = await run(['bans', 'restore']);
    expect(again).toMatchObject({ status: EXIT.done });
    expect(again.out).toMatch(/^nothing to restore\n/);
    expect(await snapshot(testNet())).toBe(there);
    expect((await run(['undo'])).status).toBe(EXIT.done);
    expect(await snapshot(testNet())).toBe(before);
  });

  /** Address → end in ms, NaN = never. */
  function ends(text: string): ReadonlyMap<string, number> {
    const rows = text.split('\n').filter((line) => /^[0-9a-f]+[.:]/.test(line));
    return new Map(rows.map((line) => [line.split(' ')[0] ?? '', Date.parse(line.split(' ')[1] ?? '')]));
  }
  function expectSameEnds(now: string, before: string): void {
    expect([...ends(now).keys()].sort()).toEqual([...ends(before).keys()].sort());
    for (const [address, end] of ends(before)) {
      const other = ends(now).get(address) ?? 0;
      // Whole seconds of tools and file, rounded down each time.
      if (!Number.isNaN(end)) expect(Math.abs(end - other), address).toBeLessThanOrEqual(5000);
      else expect(other, address).toBeNaN();
    }
  }

  test('two restores at once put back everything once', async () => {
    const { run } = await openShell(testNet());
    await run(['ban', '203.0.113.9', '203.0.113.10', '--for', '1h', '--no-cut']);
    await run(['bans', 'save']);
    await boot();
    const both = await Promise.all([run(['bans', 'restore']), run(['bans', 'restore'])]);
    // On a slow machine the second gives up waiting for the first.
    const wrong = both.filter(({ status, err }) => status !== EXIT.done && !err.includes('another console'));
    expect(wrong).toEqual([]);
    expect(both.map(({ status }) => status)).toContain(EXIT.done);
    const listed = await run(['bans', 'export']);
    expect(listed.out).toBe('203.0.113.9\n203.0.113.10\n');
  });

  test('what has ended stays away, what is gone or safe is named, and nothing lasts longer', async () => {
    const { run, file } = await openShell(testNet());
    mkdirSync(join(file, '..'), { recursive: true });
    const at = (ms: number): string => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
    const lines = [
      'opsconsole-bans 1',
      `saved ${at(-60_000)}`,
      'set 4 ipset:gone',
      '203.0.113.1 never',
      'set 4 nft:inet filter banned4',
      `203.0.113.2 ${at(-1000)}`,
      `203.0.113.3 ${at(90_000)} kept "words" \x1b[31m`,
      `127.0.0.1 never`,
      '203.0.113.4 unknown',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const ran = await run(['bans', 'restore']);
    expect(ran.status).toBe(EXIT.unproved);
    expect(ran.out).toContain('left out: 127.0.0.1 is safe: ');
    expect(ran.out).toContain('1 saved bans of nft:inet filter banned4 have ended meanwhile');
    expect(ran.err).toContain('not restored: 1 bans of ipset:gone: the set is gone');
    expect(ran.err).toContain('whose end was not known');
    const [set] = JSON.parse((await run(['bans', '--json', '--set', 'banned4'])).out);
    expect(set.members).toHaveLength(1);
    expect(set.members[0].address).toBe('203.0.113.3');
    expect(set.members[0].seconds).toBeLessThanOrEqual(90);
  });

  describe('a file that is not as it should be', () => {
    test('changes nothing, and says the place', async () => {
      const { run, folder } = await openShell(testNet());
      const before = await snapshot(testNet());
      const head = `opsconsole-bans 1\nsaved 2026-11-21T20:00:00Z\nset 4 nft:inet filter banned4\n203.0.113.3 never\n`;
      for (const [text, words] of [
        [`${head}203.0.113.4;x never\n`, /bad\.txt:5:1: "203\.0\.113\.4;x" is not an IP address/],
        ['opsconsole-bans 7\n', /bad\.txt:1:1: version 7 was written by a newer opsconsole/],
        ['203.0.113.3\n', /`opsconsole bans import`/],
      ] as const) {
        writeFileSync(join(folder, 'bad.txt'), text);
        const ran = await run(['bans', 'restore', '--file', 'bad.txt']);
        expect(ran.status).toBe(EXIT.usage);
        expect(ran.err).toMatch(words);
      }
      expect((await run(['bans', 'restore', '--file', 'none.txt'])).status).toBe(EXIT.failed);
      expect((await run(['bans', 'restore'])).status).toBe(EXIT.done);
      expect(await snapshot(testNet())).toBe(before);
    });

    test('is never the end of a good one: what cannot be read stays in it, an empty one keeps it aside', async () => {
      let broken = false;
      const { run, file } = await openShell(testNet(), (host) => ({
        ...host,
        run: async (command, signal) =>
          broken && command.argv[0] === 'nft'
            ? fail(problem('timed-out', 'nft did not answer'))
            : host.run(command, signal),
      }));
      await run(['ban', '203.0.113.9', '--for', '1h', '--no-cut']);
      await run(['bans', 'save']);
      const good = readFileSync(file, 'utf8');
      broken = true;
      const blind = await run(['bans', 'save']);
      expect(blind.status).toBe(EXIT.failed);
      expect(blind.err).toContain('nft did not answer');
      expectSameEnds(readFileSync(file, 'utf8'), good);
      broken = false;
      await boot();
      const empty = await run(['bans', 'save']);
      expect(empty.status).toBe(EXIT.done);
      expect(empty.err).toContain(`is kept in ${file}.previous`);
      expectSameEnds(readFileSync(`${file}.previous`, 'utf8'), good);
      expect(ends(readFileSync(file, 'utf8')).size).toBe(0);
    });

    test('cannot be written where there is no place', async () => {
      const { run, file } = await openShell(testNet());
      writeFileSync(dirname(file), 'a file where a folder should be');
      const ran = await run(['bans', 'save']);
      expect(ran.status).toBe(EXIT.failed);
      expect(ran.err).not.toBe('');
      const none = await run(['bans', 'save', '--file', 'no/such/folder/bans.txt']);
      expect(none).toMatchObject({ status: EXIT.failed });
      expect(none.err).toMatch(/does not exist/);
    });
  });

  describe('import', () => {
    const LIST = [
      '\ufeff# münchen.example',
      '203.0.113.20',
      '203.0.113.20 ; again',
      '203.0.113.32/27',
      '203.0.113.40',
      '198.51.100.7-198.51.100.9',
      '2001:db8:5::/48',
      '10.1.2.3',
      '127.0.0.1',
      '',
    ].join('\r\n');

    test('shows what it would change, changes it as one act, and undo takes it back', async () => {
      const { run, folder } = await openShell(testNet());
      writeFileSync(join(folder, 'list.txt'), LIST);
      await run(['ban', '203.0.113.20', '--for', '10m', '--no-cut']);
      await run(['ban', '198.51.100.7', '--for', '2d', '--no-cut']);
      const before = await snapshot(testNet());
      const words = ['bans', 'import', 'list.txt', '--for', '1d', '--reason', 'feed'];
      const dry = await run([...words, '--dry-run']);
      expect(dry.status).toBe(EXIT.done);
      for (const line of [
        'list.txt: 7 networks in 9 lines, 1 ranges expanded, 2 repeated or inside another',
        'left out: 127.0.0.1 is safe: ',
        'ban4: there already, gets more time: 1 (203.0.113.20)',
        'ban4: there already for as long: 1 (198.51.100.7)',
        'net4: new: 2 (198.51.100.8/31, 203.0.113.32/27)',
        'look twice: private, reserved or documentation networks are in the list: ',
      ])
        expect(dry.out).toContain(line);
      expect(await snapshot(testNet())).toBe(before);

      const done = await run(words);
      expect(done).toMatchObject({ status: EXIT.done, err: '' });
      expect(done.out).toMatch(/5 bans imported for 1d \(opsconsole undo /);
      const rows = (await run(['bans', 'export'])).out.trim().split('\n');
      expect(rows).toEqual([
        '10.1.2.3',
        '198.51.100.7',
        '198.51.100.8/31',
        '203.0.113.20',
        '203.0.113.32/27',
        '2001:db8:5::/48',
      ]);
      expect((await run(['bans', 'import', 'list.txt', '--for', '1h'])).out).toContain('nothing new');
      expect((await run(['undo'])).status).toBe(EXIT.done);
      expect((await run(['bans', 'export'])).out).toBe('198.51.100.7\n203.0.113.20\n');
    });

    test('into a set of the host, from standard input; a wide network wants a yes, a bad line stops all', async () => {
      const { run } = await openShell(testNet());
      const to = ['bans', 'import', '-', '--to', 'banned4', '--for', '1h'];
      expect(await run(to, '203.0.113.20\n203.0.113.21\n')).toMatchObject({ status: EXIT.done });
      const wide = await run(to, '44.0.0.0/8\n');
      expect(wide.status).toBe(EXIT.unconfirmed);
      expect(wide.out).toContain('wider than /16');
      expect(await run([...to, '--yes'], '44.0.0.0/8\n')).toMatchObject({ status: EXIT.done });
      const bad = await run(to, '203.0.113.99\nnonsense\n');
      expect(bad.status).toBe(EXIT.usage);
      expect(bad.err).toContain('standard input:2:1: "nonsense"');
      expect(await run(to, '2001:db8::1\n')).toMatchObject({ status: EXIT.refused });
      expect((await run(['bans', 'export', '--set', 'banned4'])).out).toBe(
        '44.0.0.0/8\n203.0.113.20\n203.0.113.21\n',
      );
      expect((await run(to, '# nothing\n')).status).toBe(EXIT.done);
      const json = JSON.parse((await run(['bans', 'export', '--json'])).out);
      expect(json[0]).toMatchObject({ address: '44.0.0.0/8', in: [{ set: 'nft:inet filter banned4' }] });
    });

    test('20,000 lines go in at once and come out at once', async () => {
      const { run, folder } = await openShell(testNet());
      const lines = Array.from(
        { length: 20_000 },
        (_, i) => `${40 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`,
      );
      writeFileSync(join(folder, 'big.txt'), `${lines.join('\n')}\n`);
      const before = await snapshot(testNet());
      const ran = await run(['bans', 'import', 'big.txt', '--for', '1h', '--reason', 'big']);
      expect(ran).toMatchObject({ status: EXIT.done, err: '' });
      expect(ran.out).toContain('20,000 bans imported for 1h');
      expect((await run(['undo'])).status).toBe(EXIT.done);
      expect(await snapshot(testNet())).toBe(before);
    });
  });
});
