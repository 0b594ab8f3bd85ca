// The headless commands on a namespace: what they print, their exit statuses, and that nothing ever waits for input.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { registerActCommands } from '../../../src/cli/acts.ts';
import { EXIT, type ExitStatus } from '../../../src/cli/io.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { onEnd, snapshot } from './kit.ts';

type Ran = Readonly<{ status: ExitStatus | undefined; out: string; err: string }>;

kernelSuite('the acts on the command line', ['nft', 'conntrack', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });

  async function shell(): Promise<(line: string, stdin?: string, terminal?: boolean) => Promise<Ran>> {
    const folder = mkdtempSync(join(tmpdir(), 'oc-cli-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const host = await createNetnsHost({ name: testNet().server.name });
    onEnd(() => host.close());
    writeFileSync(join(folder, '.opsconsole.yml'), SESSION);
    return async (line, stdin = '', terminal = false) => {
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
      const program = new Command('opsconsole').exitOverride().configureOutput({
        writeOut: (text) => void streams.stdout.write(text),
        writeErr: (text) => void streams.stderr.write(text),
      });
      let status: ExitStatus | undefined;
      registerActCommands(program, {
        io: {
          ...streams,
          stdin: Readable.from([stdin]),
          env: { XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') },
          cwd: folder,
          terminal,
        },
        host: () => Promise.resolve(host),
        exit: (now) => {
          status = now;
        },
      });
      await program.parseAsync(line.split(' '), { from: 'user' });
      return { status, out: text(streams.stdout), err: text(streams.stderr) };
    };
  }

  test('ban, bans, journal, unban and undo, as a script sees them', async () => {
    const run = await shell();
    const before = await snapshot(testNet());
    const dry = await run('ban 203.0.113.77 --for 1h --reason scan --dry-run');
    expect([dry.status, await snapshot(testNet())]).toEqual([EXIT.done, before]);
    expect(dry.out).toContain(
      'nft add element inet opsconsole ban4 { 203.0.113.77 timeout 3600s comment "scan" }',
    );

    const banned = await run('ban 203.0.113.77 2001:db8:9::1 --for 1h --reason scan');
    expect(banned).toMatchObject({ status: EXIT.done, err: '' });
    expect(banned.out).toMatch(/banned 2 addresses \(203\.0\.113\.77, 2001:db8:9::1\) for 1h · dropped by/);

    const listed = JSON.parse((await run('bans --json')).out);
    const addresses = listed.flatMap((set: { members: { address: string }[] }) =>
      set.members.map((m) => m.address),
    );
    expect(addresses).toEqual(['203.0.113.77', '2001:db8:9::1']);
    expect((await run('bans')).out).toMatch(/203\.0\.113\.77 +inet opsconsole ban4 +(1h|59m) +0 +yes +scan/);

    expect((await run('unban 203.0.113.77')).status).toBe(EXIT.done);
    expect((await run('unban 203.0.113.77')).status).toBe(EXIT.refused);
    expect((await run('undo')).status).toBe(EXIT.done);
    const journal = JSON.parse((await run('journal --json')).out);
    expect(journal.map((row: { action: string; state: string }) => `${row.action} ${row.state}`)).toEqual([
      'undo done',
      'unban undone',
      'ban done',
    ]);
    const one = await run(`journal ${journal[2].id}`);
    expect(one.out).toMatch(/why {5}scan/);
    expect(one.out).toContain('add element inet opsconsole ban4 { 203.0.113.77 timeout 3600s');
    expect((await run(`undo ${journal[2].id}`)).status).toBe(EXIT.done);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('JSON is one object whatever happens', async () => {
    const run = await shell();
    for (const [line, status, word] of [
      ['ban 203.0.113.78 --for 1h --json --dry-run', EXIT.done, 'planned'],
      ['ban 127.0.0.1 --for 1h --json', EXIT.refused, 'refused'],
      ['ban 203.0.113.0/15 --for 1h --json', EXIT.refused, 'refused'],
      ['ban 198.18.0.0/15 --for 1h --json', EXIT.unconfirmed, 'unconfirmed'],
      ['unban 198.18.0.1 --json', EXIT.refused, 'refused'],
      ['cut 203.0.113.78 --json', EXIT.done, 'done'],
      ['undo nope --json', EXIT.failed, 'failed'],
    ] as const) {
      const ran = await run(line);
      expect([line, ran.status, JSON.parse(ran.out).status]).toEqual([line, status, word]);
      expect(ran.out.trim().split('\n')).toHaveLength(1);
    }
  });

  test('bad arguments are usage errors that name the place and change nothing', async () => {
    const run = await shell();
    const before = await snapshot(testNet());
    for (const [line, words] of [
      ['ban 010.1.1.1 --for 1h', /leading zeros/],
      ['ban 1.2.3.4;flush --for 1h', /is not an IP address/],
      ['ban localhost --for 1h', /is not an IP address/],
      ['ban 203.0.113.9 --for 2147484s', /longest timeout/],
      ['ban 203.0.113.9 --for 0s', /at least 1s/],
      ['tighten siege extra words', /one preset, or one timeout/],
      ['tighten seige', /did you mean siege/],
    ] as const) {
      const ran = await run(line);
      expect([line, ran.status]).toEqual([line, EXIT.usage]);
      expect(ran.err).toMatch(words);
    }
    const list = '\ufeff203.0.113.1\r\n# a comment\r\n\r\nnot an address\r\n203.0.113.2 # why\r\n::1::\n';
    const ran = await run('ban - --for 1h', list);
    expect(ran.status).toBe(EXIT.usage);
    expect(ran.err).toMatch(/line 4: "not an address"[\s\S]*line 6: "::1::"/);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('a list from standard input wants a yes when it is long; guards have none', async () => {
    const run = await shell();
    const list = Array.from({ length: 300 }, (_, i) => `198.18.${i >> 8}.${i & 255}\n`).join('');
    const asked = await run('ban - --for 1h', list);
    expect([asked.status, asked.err]).toEqual([
      EXIT.unconfirmed,
      expect.stringMatching(/needs a yes: .*--yes/),
    ]);
    const banned = await run('ban - --for 1h --yes', list);
    expect(banned.status).toBe(EXIT.done);
    expect((await run('ban - --for 1h --yes', `${list}192.0.2.1\n`)).status).toBe(EXIT.refused);
    expect((await run('ban 203.0.113.66 --for 1h --yes')).err).toMatch(/allowed by the session file/);
    expect((await run('undo')).status).toBe(EXIT.done);
  });

  test('host bits are shown widened and want a yes', async () => {
    const run = await shell();
    const asked = await run('ban 198.18.5.9/24 --for 1h');
    expect(asked.status).toBe(EXIT.unconfirmed);
    expect(asked.out).toMatch(/198\.18\.5\.9\/24 is taken as 198\.18\.5\.0\/24/);
    const onTerminal = await run('ban 198.18.5.9/24 --for 1h', 'n\n', true);
    expect([onTerminal.status, onTerminal.err]).toEqual([
      EXIT.unconfirmed,
      expect.stringMatching(/not confirmed/),
    ]);
    expect((await run('ban 198.18.5.9/24 --for 1h', 'y\n', true)).status).toBe(EXIT.done);
    expect((await run('undo')).status).toBe(EXIT.done);
  });

  test('an unreferenced set is done but not proved', async () => {
    const run = await shell();
    const net = testNet();
    await net.exec(net.server, ['nft', '-f', '-'], {
      input: 'table inet lone { set s { type ipv4_addr; flags timeout; }\n}\n',
    });
    const ran = await run('ban 203.0.113.79 --for 1h --into s');
    expect([ran.status, ran.err]).toEqual([EXIT.unproved, expect.stringMatching(/no rule uses this set/)]);
    expect((await run('ban 203.0.113.79 --for 1h --into nosuch')).err).toMatch(/no set "nosuch"/);
    const says = 'no rule uses this set: nobody in it is stopped';
    const todo = 'add a rule in a chain of table inet lone: ip saddr @s drop';
    expect((await run('bans')).out).toContain(`harm  inet lone s  ${says} (${todo})`);
    const [lone] = JSON.parse((await run('bans --json --set s')).out);
    expect(lone).toMatchObject({ enforced: false, findings: [{ level: 'harm', says, todo }, {}] });
    const doctor = (await run('doctor')).out;
    expect(doctor).toMatch(/yes {2}nft +(\d+ sets, 1 of them|1 set, which) does not hold \(see/);
    expect(doctor).toContain(`banned and yet not stopped\n inet lone s: ${says} (${todo})\n`);
    expect((await run('undo')).status).toBe(EXIT.done);
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'lone']);
  });

  test('tighten shows its table, and doctor what works', async () => {
    const run = await shell();
    expect((await run('tighten')).out).toMatch(/tcp_timeout_established +432000 +432000 +86400 +7440/);
    const doctor = await run('doctor');
    expect(doctor.status).toBe(EXIT.done);
    expect(doctor.out).toMatch(/yes {2}ban +with nft/);
    expect(doctor.out).toMatch(/Cmnd_Alias OPSCONSOLE = \/\S+\/nft, /);
    expect(JSON.parse((await run('doctor --json')).out)).toMatchObject({ privileged: true });
  });
});

const SESSION = `version: 1
name: cli
allow: [203.0.113.66]
windows:
  - name: watch
    layout: tiled
    panes:
      - host
`;

function text(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}
