// Sets that change between the look and the act, that belong to somebody, that are full, gone, asleep or oddly named:
// the act is refused, or fails whole with a reason, and leaves everything else as it was.

import { expect, test, vi } from 'vitest';
import type { ActReport } from '../../../src/core/act.ts';
import type { Host } from '../../../src/host/host.ts';
import { obeyed } from '../../unit/hazards/obeyed.ts';
import {
  act,
  net as address,
  banOf,
  missingOf,
  onEnd,
  openKit,
  proved,
  ready,
  refusedFor,
  snapshot,
} from '../acts/kit.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell } from './shell.ts';

const NFT = `flush ruleset
table inet filter {
  set banned4 { type ipv4_addr; flags timeout; }
  set ranges4 { type ipv4_addr; flags interval,timeout; }
  set plain4 { type ipv4_addr; }
  set fixed4 { type ipv4_addr; flags constant; elements = { 203.0.113.200 } }
  set lonely4 { type ipv4_addr; flags timeout; }
  set tiny4 { type ipv4_addr; size 4; flags timeout; }
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr @banned4 drop
    ip saddr @ranges4 drop
    ip saddr @tiny4 drop
  }
}
`;
const IPSETS = `create bans hash:ip family inet timeout 0 comment
create plain hash:ip family inet
create tiny hash:ip family inet maxelem 4 hashsize 64 timeout 0
`;
const RULES = `*filter
-A INPUT -m set --match-set bans src -j DROP
-A INPUT -m set --match-set tiny src -j DROP
COMMIT
`;
const BANNED = 'nft:inet filter banned4';

const nft = (net: TestNet, input: string) => net.exec(net.server, ['nft', '-f', '-'], { input });
const ipset = (net: TestNet, input: string) =>
  net.exec(net.server, ['ipset', 'restore', '-exist'], { input, anyExit: true });

async function fresh(net: TestNet): Promise<void> {
  await nft(net, NFT);
  await net.exec(net.server, ['iptables-restore'], { input: '*filter\nCOMMIT\n' });
  await net.exec(net.server, ['ipset', 'destroy'], { anyExit: true });
  await ipset(net, IPSETS);
  await net.exec(net.server, ['iptables-restore'], { input: RULES });
}

const failedFor = ({ outcome }: ActReport): string => {
  if (outcome.kind === 'failed') return `${outcome.undone ? '' : 'NOT UNDONE '}${outcome.problem.summary}`;
  if (outcome.kind === 'refused') return outcome.reasons.join('; ');
  throw new Error(`was done: ${JSON.stringify(outcome)}`);
};

kernelSuite('sets that change under an act', ['nft', 'ipset', 'iptables', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('an nft set that is gone, or full, when the act runs: nothing is changed', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    const gone = ready(await desk.preview(banOf(['198.51.100.9'], { set: 'nft:inet filter lonely4' })));
    await nft(net, 'delete set inet filter lonely4\n');
    const without = await snapshot(net);
    expect(failedFor(await desk.perform(gone.token))).toMatch(/is gone since/);
    expect(await snapshot(net)).toBe(without);

    const full = ready(
      await desk.preview(banOf(['198.51.100.8', '198.51.100.9'], { set: 'nft:inet filter tiny4' })),
    );
    await nft(net, 'add element inet filter tiny4 { 198.51.100.1, 198.51.100.2, 198.51.100.3 }\n');
    const before = await snapshot(net);
    expect(failedFor(await desk.perform(full.token))).toMatch(/set is full/);
    expect(await snapshot(net)).toBe(before);
  });

  test('an ipset that is gone, full or swapped when the act runs: what was begun is taken back', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    const four = ['198.51.100.6', '198.51.100.7', '198.51.100.8', '198.51.100.9'];
    const full = ready(await desk.preview(banOf(four, { set: 'ipset:tiny' })));
    await ipset(net, 'add tiny 198.51.100.1\nadd tiny 198.51.100.2\nadd tiny 198.51.100.3\n');
    const before = await snapshot(net);
    expect(failedFor(await desk.perform(full.token))).toMatch(/full/i);
    expect(await snapshot(net)).toBe(before);

    const swapped = ready(await desk.preview(banOf(['198.51.100.9'], { set: 'ipset:bans' })));
    await net.exec(net.server, ['ipset', 'swap', 'bans', 'plain']);
    const other = await snapshot(net);
    expect(failedFor(await desk.perform(swapped.token))).toMatch(/timeout/i);
    expect(await snapshot(net)).toBe(other);
    expect(await refusedFor(desk, banOf(['198.51.100.9'], { set: 'ipset:bans' }))).toMatch(
      /keeps no timeouts/,
    );

    const lost = ready(await desk.preview(banOf(['198.51.100.9'], { set: 'ipset:plain' })));
    await net.exec(net.server, ['ipset', 'destroy', 'plain']);
    expect(failedFor(await desk.perform(lost.token))).toMatch(/does not exist/);
  });

  test('our own table is deleted between look and act, and between act and undo', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    await proved(desk, banOf(['198.51.100.1']));
    const plan = ready(await desk.preview(banOf(['198.51.100.2'])));
    await nft(net, 'delete table inet opsconsole\n');
    const before = await snapshot(net);
    expect(failedFor(await desk.perform(plan.token))).toMatch(/is gone since/);
    expect(await snapshot(net)).toBe(before);
    expect(await refusedFor(desk, { action: 'undo' })).toMatch(/is gone since/);
    await proved(desk, banOf(['198.51.100.2']));
    await proved(desk, { action: 'undo' });
    expect(await snapshot(net)).toBe(before);
  });

  test('an element that ends between look and act: a ban is made, a range fails whole or is made', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    await nft(net, 'add element inet filter banned4 { 198.51.100.9 timeout 2s }\n');
    await nft(net, 'add element inet filter ranges4 { 198.51.101.9 timeout 2s }\n');
    await ipset(net, 'add bans 198.51.100.9 timeout 2\n');
    const drafts = [
      banOf(['198.51.101.0/24'], { set: 'nft:inet filter ranges4' }),
      banOf(['198.51.100.9'], { set: BANNED }),
      banOf(['198.51.100.9'], { set: 'ipset:bans' }),
    ] as const;
    const plans = [];
    for (const draft of drafts) plans.push(ready(await desk.preview(draft)));
    await vi.waitUntil(async () => !(await snapshot(net)).includes('198.51.10'), 8000);
    for (const [index, { token }] of plans.entries()) {
      const before = await snapshot(net);
      const report = await desk.perform(token);
      if (report.outcome.kind !== 'done') {
        expect([index, failedFor(report)]).toEqual([0, expect.stringMatching(/is gone since/)]);
        expect(await snapshot(net)).toBe(before);
        await proved(desk, drafts[0]);
      }
    }
    const after = await snapshot(net);
    expect(after).toContain('198.51.101.0/24');
    // What had ended by then does not come back with an undo.
    for (let index = 0; index < 3; index++) await proved(desk, { action: 'undo' });
    expect(await snapshot(net)).not.toContain('198.51.10');
  });

  test('an undo and an unban of what ends meanwhile say that it has ended', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    await act(desk, banOf(['198.51.100.9'], { set: BANNED, seconds: 2 }));
    const unban = { action: 'unban', nets: [address('198.51.100.9')] } as const;
    const plan = ready(await desk.preview(unban));
    await vi.waitUntil(async () => !(await snapshot(net)).includes('198.51.100.9'), 8000);
    await desk.perform(plan.token);
    expect(await snapshot(net)).not.toContain('198.51.100.9');
    expect(await refusedFor(desk, unban)).toMatch(/no set holds 198\.51\.100\.9/);
    expect(await refusedFor(desk, { action: 'undo' })).toMatch(/ended by (now|itself)/);
  });
});

kernelSuite('sets that cannot take a ban', ['nft', 'ipset', 'iptables', 'conntrack', 'script'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('a time that no element can have is refused before any command', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    const before = await snapshot(net);
    for (const seconds of [0, -1, 0.5, 2_147_484, 1e99, Number.NaN])
      for (const set of [undefined, 'ipset:bans'])
        expect(
          await refusedFor(desk, banOf(['198.51.100.9'], { seconds, ...(set === undefined ? {} : { set }) })),
          `${seconds} into ${set}`,
        ).toMatch(/1 to 2,147,483 seconds/);
    expect(await snapshot(net)).toBe(before);
    await proved(desk, banOf(['198.51.100.9'], { seconds: 2_147_483, set: 'ipset:bans' }));
    await proved(desk, banOf(['198.51.100.9'], { seconds: null, set: 'ipset:bans' }));
    await proved(desk, banOf(['198.51.100.9'], { seconds: 2_147_483 }));
    await proved(desk, banOf(['198.51.100.9'], { seconds: null }));
    for (let index = 0; index < 4; index++) await proved(desk, { action: 'undo' });
    expect(await snapshot(net)).toBe(before);
  });

  test('without timeouts, constant, or in a dormant table: refused or said', async () => {
    const net = testNet();
    await fresh(net);
    const { desk } = await openKit(net);
    const before = await snapshot(net);
    const into = (set: string, seconds: number | null = 3600) => banOf(['198.51.100.9'], { set, seconds });
    expect(await refusedFor(desk, into('nft:inet filter plain4'))).toMatch(/keeps no timeouts/);
    expect(await refusedFor(desk, into('ipset:plain'))).toMatch(/keeps no timeouts/);
    expect(await refusedFor(desk, into('nft:inet filter fixed4', null))).toMatch(/constant/);
    expect(await snapshot(net)).toBe(before);
    await nft(net, 'add table inet filter { flags dormant; }\n');
    expect(await missingOf(desk, into(BANNED))).toMatch(/table is dormant/);
    await proved(desk, { action: 'undo' });
    await nft(net, 'add table inet filter\n');
  });

  test('our own table put to sleep is not called enforced, and the next ban wakes or names it', async () => {
    const net = testNet();
    await fresh(net);
    await net.echoServer(net.server, 8080);
    const { desk } = await openKit(net);
    await proved(desk, banOf(['198.51.100.1']));
    await nft(net, 'add table inet opsconsole { flags dormant; }\n');
    const report = await act(desk, banOf([net.client(0).v4]));
    const probe = await net.probeTcp(net.client(0), net.server.v4, 8080, { boundMs: 300 });
    if (report.outcome.kind === 'done' && report.outcome.proof.kind === 'proved')
      expect(probe).toBe('dropped');
    else expect(report.summary).toMatch(/dormant/);
    await nft(net, 'delete table inet opsconsole\n');
  });

  test('a table that another process owns: said, not blamed on missing rights; the rest goes on', async () => {
    const net = testNet();
    await fresh(net);
    const owner = net.spawnIn(net.server, ['script', '-qec', 'nft -i', '/dev/null']);
    onEnd(() => void owner.kill('SIGKILL'));
    owner.stdin?.write(
      'add table inet owned { flags owner; }\nadd set inet owned bans { type ipv4_addr; flags timeout; }\n' +
        'add element inet owned bans { 198.51.100.77 timeout 1h }\n',
    );
    const listed = () => net.exec(net.server, ['nft', 'list', 'ruleset']).then(({ stdout }) => stdout);
    await vi.waitUntil(async () => (await listed()).includes('198.51.100.77'), 8000);
    const { desk } = await openKit(net);
    const before = await snapshot(net);
    const words = await refusedFor(desk, banOf(['198.51.100.9'], { set: 'nft:inet owned bans' }));
    expect(words).toMatch(/owned|belongs to another/);
    expect(words).not.toMatch(/run as root|sudo/);
    const unbanned = await act(desk, { action: 'unban', nets: [address('198.51.100.77')] }).catch(String);
    expect(typeof unbanned === 'string' ? unbanned : failedFor(unbanned)).toMatch(/owned|another/);
    expect(await snapshot(net)).toBe(before);
    await proved(desk, banOf(['198.51.100.9'], { set: BANNED }));
    await proved(desk, { action: 'undo' });
    owner.stdin?.write('quit\n');
    await vi.waitUntil(async () => !(await listed()).includes('inet owned'), 8000);
  });

  test('names and comments that forge, break lines or move the cursor: shown as text, never passed on', async () => {
    const net = testNet();
    await fresh(net);
    const names = [
      'a b',
      'e\u001b[2J\u001b]0;t\u0007',
      'n\nName: forged',
      'q"q',
      "s'; x",
      '$(id)',
      '\u202ex',
      'ü\u009b2J',
    ];
    for (const name of names)
      await net.exec(net.server, ['ipset', 'create', name, 'hash:ip', 'timeout', '0', 'comment']);
    for (const name of ['a b', 'n\nName: forged', 'q"q'])
      await net.exec(net.server, ['ipset', 'add', name, '198.51.100.65']);
    const comment = 'c\u001b]0;t\u0007\u202e\u009b2J';
    await net.exec(net.server, ['ipset', 'add', names[1] ?? '', '198.51.100.66', 'comment', comment]);
    await nft(
      net,
      `add table inet odd\nadd set inet odd s { type ipv4_addr; comment "x\u001b[2J\u009b"; }\nadd element inet odd s { 198.51.100.67 comment "${comment}" }\n`,
    );
    const { run } = await openShell(net);
    const before = await snapshot(net);
    for (const words of [
      ['bans'],
      ['bans', '--json'],
      ['doctor'],
      ['doctor', '--json'],
      ['unban', '198.51.100.66', '--dry-run'],
      ...names.map((name) => ['ban', '198.51.100.9', '--for', '1h', '--into', name]),
    ]) {
      const ran = await run(words);
      expect([words, await obeyed(ran.out + ran.err)]).toEqual([words, []]);
    }
    expect((await run(['bans'])).out).toMatch(/198\.51\.100\.66 +e\\x1b\[2J/);
    expect(await snapshot(net)).toBe(before);
    // One oddly named set does not keep the operator from freeing an address that sits elsewhere.
    const { desk } = await openKit(net);
    await proved(desk, banOf(['198.51.100.9'], { set: BANNED }));
    await proved(desk, { action: 'unban', nets: [address('198.51.100.9')] });
    expect(await snapshot(net)).toBe(before);
  });

  test('a set that vanishes between two listings does not stop an unban elsewhere', async () => {
    const net = testNet();
    await fresh(net);
    await ipset(net, 'add plain 198.51.100.50\n');
    const { desk: first } = await openKit(net);
    await proved(first, banOf(['198.51.100.9'], { set: BANNED }));
    const { host } = await openKit(net);
    const vanishing: Host = {
      ...host,
      async run(wish, signal) {
        const ran = await host.run(wish, signal);
        if (wish.argv.join(' ') === 'ipset list -t')
          await net.exec(net.server, ['ipset', 'destroy', 'plain'], { anyExit: true });
        return ran;
      },
    };
    const { desk } = await openKit(net, { host: vanishing });
    await proved(desk, { action: 'unban', nets: [address('198.51.100.9')] });
  });
});

kernelSuite('two operators at once', ['nft', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('the same ban, the first of all: one is done, the other is told or done as well; one undo leaves nothing half', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const one = await openKit(net);
    const two = await openKit(net, { journal: one.journalPath, operator: { user: 'bob', console: 'two' } });
    const draft = banOf(['198.51.100.9']);
    const plans = [ready(await one.desk.preview(draft)), ready(await two.desk.preview(draft))] as const;
    const reports = await Promise.all([one.desk.perform(plans[0].token), two.desk.perform(plans[1].token)]);
    const kinds = reports.map(({ outcome }) => outcome.kind).sort();
    expect(kinds).toEqual(['done', 'refused']);
    const loser = reports.find(({ outcome }) => outcome.kind === 'refused');
    expect(loser?.summary).toMatch(/another act has changed/);
    expect((await snapshot(net)).match(/198\.51\.100\.9/g)).toHaveLength(1);
    const winner = reports.find(({ outcome }) => outcome.kind === 'done');
    await proved(one.desk, { action: 'undo', actId: winner?.actId ?? '' });
    expect(await snapshot(net)).toBe(before);
  });

  test('one bans what the other frees: both acts are whole, and the journal has both', async () => {
    const net = testNet();
    const one = await openKit(net);
    const two = await openKit(net, { journal: one.journalPath, operator: { user: 'bob', console: 'two' } });
    await proved(one.desk, banOf(['198.51.100.9', '198.51.100.1']));
    const again = ready(await one.desk.preview(banOf(['198.51.100.9'], { seconds: 60 })));
    const free = ready(await two.desk.preview({ action: 'unban', nets: [address('198.51.100.9')] }));
    const reports = await Promise.all([one.desk.perform(again.token), two.desk.perform(free.token)]);
    for (const { outcome } of reports) expect(['done', 'refused']).toContain(outcome.kind);
    const last = reports.filter(({ outcome }) => outcome.kind === 'done');
    expect(last.length).toBeGreaterThan(0);
    const rows = await one.desk.journal(10);
    expect(rows.ok && rows.value.every(({ state }) => state !== 'intended')).toBe(true);
    await nft(net, 'delete table inet opsconsole\n');
  });

  test('an undo of a ban that the other has made longer since is refused', async () => {
    const net = testNet();
    const one = await openKit(net);
    const two = await openKit(net, { journal: one.journalPath, operator: { user: 'bob', console: 'two' } });
    await proved(one.desk, banOf(['198.51.100.9'], { seconds: 600 }));
    await proved(two.desk, banOf(['198.51.100.9'], { seconds: 7200 }));
    expect(await refusedFor(one.desk, { action: 'undo' })).toMatch(/another end/);
    await proved(two.desk, { action: 'undo' });
    await proved(one.desk, { action: 'undo' });
  });
});
