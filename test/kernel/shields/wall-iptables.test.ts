// The wall of ipsets and iptables on the real kernel, with both kinds of iptables, and taken away as its header says.

import { expect, test } from 'vitest';
import { iptablesWall } from '../../../src/firewall/shields/iptables.ts';
import { kernelSuite } from '../harness/require.ts';
import { doorCases, limitCases, shapeCases, timerCases } from './wall-cases.ts';
import { type Field, useField, type Variant, WEB } from './wall-kit.ts';

const VARIANTS: readonly Variant[] = [
  { name: 'iptables-legacy', writer: iptablesWall, suffix: '-legacy' },
  { name: 'iptables-nft', writer: iptablesWall, suffix: '-nft' },
];

for (const variant of VARIANTS) {
  const { name, suffix } = variant;
  const TOOLS = ['ipset', `iptables${suffix}`, `ip6tables${suffix}`];
  // It waits for most of its time, on a net of its own.
  kernelSuite(`the ${name} wall: timer`, TOOLS, () => timerCases(useField(variant), variant), 'beside');
  kernelSuite(
    `the ${name} wall`,
    TOOLS,
    () => {
      const field = useField(variant);
      besideCases(field, variant);
      limitCases(field);
      doorCases(field);
      shapeCases(field, variant);
    },
    'beside',
  );
}

function besideCases(field: () => Field, { suffix }: Variant): void {
  const exec = (...argv: [string, ...string[]]) =>
    field().net.exec(field().net.server, argv, { anyExit: true });

  /** Rules and chains of one tool, and all sets, without counters, times and tables that hold nothing. */
  const listing = async (): Promise<string> => {
    const saved = await Promise.all(['iptables', 'ip6tables'].map((tool) => exec(`${tool}${suffix}-save`)));
    const rules = saved.flatMap(({ stdout }) =>
      stdout
        .replaceAll(/^#.*\n/gm, '')
        .replaceAll(/\[\d+:\d+\]/g, '')
        .split(/(?<=COMMIT\n)/)
        .filter((table) => /^-A|^:[A-Z_]+ (?:DROP|-)/m.test(table)),
    );
    const sets = (await exec('ipset', 'save')).stdout.replaceAll(/ initval \S+/g, '');
    return [...rules.sort(), sets].join('');
  };

  /** The list in the header of iptables.ts. */
  const takeAway = async (): Promise<void> => {
    for (const tool of [`iptables${suffix}`, `ip6tables${suffix}`]) {
      const repeat = async (...words: string[]): Promise<void> => {
        for (let turn = 0; turn < 16; turn++)
          if ((await exec(tool, '-w', '5', ...words)).exitCode !== 0) return;
      };
      await repeat('-t', 'raw', '-D', 'PREROUTING', '-j', 'OC_SHIELD');
      await repeat('-D', 'INPUT', '-j', 'OC_SHIELD_IN');
      for (const words of [
        '-t raw -F OC_SHIELD',
        '-t raw -X OC_SHIELD',
        '-F OC_SHIELD_IN',
        '-X OC_SHIELD_IN',
      ])
        await exec(tool, '-w', '5', ...words.split(' '));
    }
    for (const kind of ['armed4', 'armed6', 'safe4', 'safe6', 'banned4', 'banned6', 'ports', 'capports'])
      await exec('ipset', 'destroy', `oc_${kind}`);
  };

  test.sequential('one jump however often it is loaded; taken away, the rules and sets of others are as before', async () => {
    const here = field();
    await exec('ipset', 'create', 'f2b-web', 'hash:ip', 'timeout', '600');
    for (const words of ['-m set --match-set f2b-web src -j DROP', '-p tcp --dport 9000 -j DROP'])
      await exec(`iptables${suffix}`, '-w', '5', '-A', 'INPUT', ...words.split(' '));
    await exec(
      `ip6tables${suffix}`,
      '-w',
      '5',
      '-t',
      'raw',
      '-A',
      'PREROUTING',
      '-p',
      'udp',
      '--dport',
      '9',
      '-j',
      'DROP',
    );
    const before = await listing();
    expect(before).toContain('f2b-web');
    const parts = { listed: [WEB], connections: { max: 3, ports: [WEB] }, banned: [...here.wall({}).safe] };
    for (let turn = 0; turn < 3; turn++) await here.load({ ...parts, synRate: { perSecond: 5, burst: 10 } });
    const standing = await listing();
    expect(standing.match(/^-A PREROUTING -j OC_SHIELD$/gm)).toHaveLength(2);
    expect(standing.match(/^-A INPUT -j OC_SHIELD_IN$/gm)).toHaveLength(2);
    await takeAway();
    expect(await listing()).toBe(before);
    expect(await here.look()).toBeUndefined();
    await takeAway();
    expect(await listing()).toBe(before);
  });

  test.sequential('chains without their jump are no wall any more', async () => {
    const here = field();
    await here.load({ listed: [WEB] });
    expect((await here.look())?.id).toBe('deadbeef');
    await exec(`iptables${suffix}`, '-w', '5', '-t', 'raw', '-D', 'PREROUTING', '-j', 'OC_SHIELD');
    const reading = await here.look();
    expect(reading).toBeDefined();
    expect(reading?.id).toBeUndefined();
  });

  test.sequential('the check touches nothing, and fails when a tool does not know a rule', async () => {
    const here = field();
    await takeAway();
    const before = await listing();
    const checks = iptablesWall.check(here.wall({ listed: [WEB], synRate: { perSecond: 5, burst: 10 } }));
    await here.run(checks);
    expect(await listing()).toBe(before);
    for (const check of checks) {
      const stdin = (check.stdin ?? '').replace('addrtype', 'nosuchmatch');
      await expect(here.run([{ ...check, stdin }])).rejects.toThrow('exit');
    }
    expect(await listing()).toBe(before);
  });
}
