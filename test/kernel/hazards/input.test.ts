// Every bad spelling of an address, a network or a duration through the command line of every act, on a real firewall:
// each ends with one sentence and its exit status, nothing is changed, and no terminal obeys what is printed.

import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { HOSTILE, obeyed } from '../../unit/hazards/obeyed.ts';
import { snapshot } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell, PROGRAM, requireBuilt, runInside, type Shell } from './shell.ts';

/** None of these is an address; some of them are one to nft, ipset or the C library. */
const NO_ADDRESS: readonly string[] = [
  ...[
    '1.2.3.4; flush ruleset',
    '1.2.3.4 }',
    '1.2.3.4\nflush ruleset',
    '{ 1.2.3.4 }; flush ruleset',
    '1.2.3.4,5.6.7.8',
  ],
  ...['$(id)', '`id`', '1.2.3.4$(id)', '', ' ', '1.2.3.4|id', "1.2.3.4' or 1=1"],
  ...['x'.repeat(10_000), '1.2.3.4'.repeat(2000), '1'.repeat(10_000), ':'.repeat(10_000)],
  ...[
    '010.1.1.1',
    '1.2.3',
    '127.1',
    '16909060',
    '0x01020304',
    '0x1.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4.',
  ],
  ...['１.２.３.４', '1.2.3.٤', '1。2。3。4', '1.2.3.256', '1.2.3.-4', '+1.2.3.4', '1.2.3.4e0'],
  ...[
    'fe80::1%eth0',
    '[::1]:22',
    '[2001:db8::1]',
    '1.2.3.4:443',
    '2001:db8::1::2',
    '::ffff:1.2.3',
    '::ffff:010.1.1.1',
  ],
  ...[
    '1.2.3.4/',
    '1.2.3.4/33',
    '1.2.3.4/024',
    '1.2.3.4/-1',
    '1.2.3.4/24/8',
    '2001:db8::/129',
    '1.2.3.4/255.255.255.0',
  ],
  ...[
    'localhost',
    'example.org',
    'ip6-localhost',
    'self',
    'any',
    '@ban4',
    '*',
    '1.2.3.4-1.2.3.9',
    '!1.2.3.4',
  ],
];

/** What must be refused by a guard, whatever is said. */
const NEVER: readonly (readonly [string, RegExp])[] = [
  ['0.0.0.0/0', /everybody/],
  ['::/0', /everybody/],
  ['::ffff:0:0/96', /everybody/],
  ['0.0.0.0/1', /covers/],
  ['128.0.0.0/1', /covers/],
  ['::/1', /covers/],
  ['8000::/1', /covers/],
  ['127.0.0.1', /loopback|this machine/],
  ['::ffff:127.0.0.1', /loopback|this machine/],
  ['127.255.255.254', /loopback|this machine/],
  ['::1', /loopback|this machine/],
  ['0.0.0.0', /unspecified/],
  ['::', /unspecified/],
  ['255.255.255.255', /broadcast/],
  ['224.0.0.1', /multicast/],
  ['239.255.255.250', /multicast/],
  ['ff02::1', /multicast/],
  ['169.254.169.254', /link-local/],
  ['fe80::1', /link-local/],
  ['192.0.2.1', /this machine/],
  ['::ffff:192.0.2.1', /this machine/],
  ['192.0.2.0/24', /covers 192\.0\.2\.1: an address of this machine/],
  ['2001:db8::1', /this machine/],
  ['2001:DB8:0::1', /this machine/],
  ['2001:db8::/64', /covers 2001:db8::1/],
  ['198.51.100.5', /this machine/],
  ['198.51.100.255', /broadcast/],
  ['198.51.100.1', /default gateway/],
  ['2001:db8:5::1', /default gateway/],
];

kernelSuite('bad input on the command line', ['nft', 'conntrack', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });

  async function withOwnNetwork(): Promise<Shell> {
    const net = testNet();
    const links = [
      'link add oc0 type veth peer name oc1',
      'addr add 198.51.100.5/24 brd 198.51.100.255 dev oc0',
      'addr add 2001:db8:5::5/64 dev oc0 nodad',
      'link set oc0 up',
      'link set oc1 up',
      'route add default via 198.51.100.1',
      'route add ::/0 via 2001:db8:5::1 dev oc0',
    ];
    await net.exec(net.server, ['ip', '-batch', '-'], { input: `${links.join('\n')}\n`, anyExit: true });
    return openShell(net);
  }

  test('no spelling that is not one strict address is ever tried', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    for (const word of NO_ADDRESS)
      for (const act of [['ban', '--for', '1h'], ['unban'], ['cut']]) {
        const ran = await run([...act, '--yes', '--', word]);
        const what = `${act[0]} ${JSON.stringify(word.slice(0, 60))}`;
        expect([what, ran.status, ran.out]).toEqual([what, EXIT.usage, '']);
        expect(ran.err, what).toMatch(/is not an IP address|no valid prefix length/);
        expect(ran.err.length, what).toBeLessThan(300);
      }
    expect(await snapshot(testNet())).toBe(before);
  });

  test('a list with one bad line is refused whole, with the line', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    for (const bad of ['1.2.3.4; flush ruleset', '010.1.1.1', '\u001b[2J', '１.２.３.４'] as const) {
      const ran = await run(['ban', '-', '--for', '1h', '--yes'], `203.0.113.1\n${bad}\n203.0.113.2\n`);
      expect([bad, ran.status]).toEqual([bad, EXIT.usage]);
      expect(ran.err).toMatch(/^line 2: /);
      expect(await obeyed(ran.err)).toEqual([]);
    }
    expect((await run(['ban', '-', '--for', '1h'], '')).err).toMatch(/no address was given/);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('everybody, ourselves, our network and the special ranges are refused by ban and cut, --yes or not', async () => {
    const { run } = await withOwnNetwork();
    const before = await snapshot(testNet());
    for (const [word, why] of NEVER)
      for (const act of [['ban', '--for', '1h'], ['cut']]) {
        const ran = await run([...act, '--yes', word]);
        expect([act[0], word, ran.status]).toEqual([act[0], word, EXIT.refused]);
        expect(ran.err, word).toMatch(why);
      }
    const halves = await run(['ban', '0.0.0.0/1', '128.0.0.0/1', '--for', '1h', '--yes']);
    expect(halves.status).toBe(EXIT.refused);
    const eighths = Array.from({ length: 256 }, (_, i) => `${i}.0.0.0/8`);
    expect((await run(['ban', ...eighths, '--for', '1h', '--yes'])).status).toBe(EXIT.refused);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('spellings of one address are one element', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    const ran = await run([
      ...['ban', '203.0.113.77', '::ffff:203.0.113.77', '::ffff:cb00:714d', '--for', '1h', '--json'],
      ...['2001:db8:9::1', '2001:DB8:9:0:0:0:0:1', '2001:db8:0009::0001'],
    ]);
    expect(ran.status).toBe(EXIT.done);
    expect(JSON.parse(ran.out).plan.notes.join()).toMatch(/4 of 6 are repeated/);
    const after = await snapshot(testNet());
    expect(after.match(/203\.0\.113\.77/g)).toHaveLength(1);
    expect(after.match(/2001:db8:9::1/g)).toHaveLength(1);
    expect((await run(['undo'])).status).toBe(EXIT.done);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('a wide prefix and host bits want a yes that names them, in both families', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    for (const [word, wish] of [
      ['198.18.0.0/15', /is disruptive/],
      ['3fff:8000::/20', /is disruptive/],
      ['198.18.7.9/24', /198\.18\.7\.9\/24 is taken as 198\.18\.7\.0\/24/],
      ['2001:db8:7::9/64', /2001:db8:7::9\/64 is taken as 2001:db8:7::\/64/],
    ] as const) {
      const ran = await run(['ban', word, '--for', '1h']);
      expect([word, ran.status]).toEqual([word, EXIT.unconfirmed]);
      expect(ran.err).toMatch(wish);
    }
    expect(await snapshot(testNet())).toBe(before);
  });

  test('freeing many wants a yes as well, and there is no word that frees all', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    const many = Array.from({ length: 12 }, (_, i) => `198.18.9.${i + 1}`);
    expect((await run(['ban', ...many, '--for', '1h', '--yes'])).status).toBe(EXIT.done);
    const asked = await run(['unban', ...many]);
    expect([asked.status, asked.err]).toEqual([EXIT.unconfirmed, expect.stringMatching(/needs a yes/)]);
    // --all says on which hosts, never whom.
    await expect(run(['unban', '--all', '--yes'])).rejects.toThrow(/missing required argument 'address'/);
    for (const words of ['0.0.0.0/0', '198.18.9.0/24', '::/0'])
      expect((await run(['unban', words, '--yes'])).status, words).toBe(EXIT.refused);
    expect((await snapshot(testNet())).match(/198\.18\.9\./g)).toHaveLength(12);
    expect((await run(['unban', ...many, '--yes'])).status).toBe(EXIT.done);
    for (const _ of ['unban', 'ban']) expect((await run(['undo'])).status).toBe(EXIT.done);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('a time that no set can hold is a usage error', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    for (const text of [
      ...[
        '0',
        '0s',
        '0h0m',
        '-1h',
        '-1',
        '1e99',
        '1e99s',
        '1.5h',
        '0.5s',
        '100ms',
        '2147484s',
        '25d',
        '9999999w',
      ],
      ...[
        '',
        ' ',
        'Infinity',
        'NaN',
        '1h; flush ruleset',
        '１h',
        '1h\u001b[2J',
        '3600',
        `${'9'.repeat(5000)}s`,
      ],
    ]) {
      const ran = await run(['ban', '203.0.113.77', `--for=${text}`]);
      const what = JSON.stringify(text.slice(0, 40));
      expect([what, ran.status]).toEqual([what, EXIT.usage]);
      expect(await obeyed(ran.err), what).toEqual([]);
    }
    for (const [text, left] of [
      ['1s', 1],
      ['2147483s', 2_147_483],
      ['1w', 604_800],
      ['forever', null],
    ] as const) {
      const ran = await run(['ban', '203.0.113.77', '--for', text, '--json', '--dry-run']);
      expect([text, JSON.parse(ran.out).status]).toEqual([text, 'planned']);
      const wanted = left === null ? '{ 203.0.113.77 }' : `203.0.113.77 timeout ${left}s`;
      expect(JSON.stringify(JSON.parse(ran.out).plan.steps), text).toContain(wanted);
    }
    expect(await snapshot(testNet())).toBe(before);
  });

  test('hostile words reach a terminal as text only, wherever they stand', async () => {
    const { run } = await openShell(testNet());
    const before = await snapshot(testNet());
    const check = async (what: string, words: readonly string[]): Promise<void> => {
      const ran = await run(words);
      expect([what, words, await obeyed(ran.out + ran.err)]).toEqual([what, words, []]);
    };
    for (const [what, text] of HOSTILE)
      for (const words of [
        ['ban', '--for', '1h', '--', text],
        ['ban', '203.0.113.77', '--for', text],
        ['ban', '203.0.113.77', '--for', '1h', '--session', text],
        ['tighten', text],
        ['tighten', 'udp_timeout', text],
        ['journal', text],
        ['journal', '-n', text],
      ])
        await check(what, words);
    const all = HOSTILE.map(([, text]) => text).join(' ');
    for (const words of [
      ['ban', '203.0.113.77', '--for', '1h', '--into', all],
      ['ban', '203.0.113.77', '--for', '1h', '--dry-run', '--reason', all],
      ['ban', '203.0.113.77', '--for', '1h', '--dry-run', '--json', '--reason', all],
      ['unban', '203.0.113.77', '--from', all],
      ['tighten', all, '600'],
      ['undo', all],
      ['undo', all, '--json'],
      ['bans', '--set', all],
    ])
      await check('all of it', words);
    expect(await snapshot(testNet())).toBe(before);
  });

  test('the built program says the same, without a terminal and without waiting', async () => {
    requireBuilt();
    const net = testNet();
    const { folder } = await openShell(net);
    const env = { HOME: folder, XDG_STATE_HOME: `${folder}/state`, XDG_CONFIG_HOME: `${folder}/config` };
    const before = await snapshot(net);
    const ask = (...words: readonly string[]) => runInside(net, [PROGRAM, ...words], { env });
    const [shell, octal, own, wide, option, help] = await Promise.all([
      ask('ban', '1.2.3.4; flush ruleset', '--for', '1h', '--yes'),
      ask('ban', '010.1.1.1', '--for', '1h', '--yes'),
      ask('ban', '192.0.2.1', '--for', '1h', '--yes'),
      ask('ban', '198.18.0.0/15', '--for', '1h'),
      ask('ban', '--\u001b]0;owned\u0007', '203.0.113.77'),
      ask('no-such-command', '\u001b[2J'),
    ]);
    expect([shell.status, octal.status, own.status, wide.status, option.status]).toEqual([
      ...[EXIT.usage, EXIT.usage, EXIT.refused, EXIT.unconfirmed, EXIT.usage],
    ]);
    expect(help.status).not.toBe(0);
    for (const { out, err } of [shell, octal, own, wide, option, help])
      expect(await obeyed(out + err)).toEqual([]);
    expect(await snapshot(net)).toBe(before);
  });
});
