// The operator at the other end of a real sshd, however they became root: their address can never be banned or cut,
// their session lives through shorter timeouts, and the journal knows from where they acted.

import { expect, test, vi } from 'vitest';
import { banOf, openKit, proved, ready } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell, PROGRAM, requireBuilt } from './shell.ts';
import { SSH_PORT, startSshd } from './sshd.ts';

const TOOLS = ['nft', 'conntrack', 'sysctl', 'ss', 'sshd', 'ssh', 'ssh-keygen', 'sudo', 'su', 'mount'];
/** Ways from the login shell to root, each of which strips the environment. */
const WAYS = {
  sudo: 'sudo -n env "$OC" sh "$T"',
  su: 'env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin su - root -c "env $OC sh $T"',
} as const;

type Answer = Readonly<{ status: string; reasons?: readonly string[]; id?: string }>;

kernelSuite('an operator who logged in', TOOLS, () => {
  const testNet = useTestNet({ clients: 3 });

  test.each(Object.entries(WAYS))(
    'is safe behind %s, over both families, alone and in ranges',
    async (_, way) => {
      requireBuilt();
      const net = testNet();
      const { folder } = await openShell(net);
      const sshd = await startSshd(net);
      const act = (words: string): string => `cd ${folder} && ${PROGRAM} ${words} --yes --json </dev/null`;
      const inside = (own: string, range: string, other: string): string =>
        [
          ...[own, range].map((text) => act(`ban ${text} --for 1h`)),
          act(`cut ${own}`),
          act(`ban ${other} --for 1h`),
          `${PROGRAM} journal --json`,
          act('undo'),
        ].join('\n');
      for (const [own, range, to] of [
        [net.client(0).v4, '203.0.113.8/29', net.server.v4],
        [net.client(0).v6, '2001:db8:113:1::/64', net.server.v6],
      ] as const) {
        const script = `cat > ${folder}/acts <<'END'\n${inside(own, range, '198.51.100.77')}\nEND\n`;
        const env = `export OC=XDG_STATE_HOME=${folder}/state T=${folder}/acts\n`;
        const said = await sshd.run(net.client(0), to, `${script}${env}${way}`);
        const answers = said
          .split('\n')
          .filter((line) => /^[[{]/.test(line))
          .map((line) => JSON.parse(line));
        expect(answers, said).toHaveLength(6);
        const [ban, wide, cut, stranger, journal, undone] = answers as readonly Answer[];
        for (const answer of [ban, wide, cut]) {
          expect(answer?.status, said).toBe('refused');
          expect(answer?.reasons?.join(), said).toMatch(/your ssh session/);
        }
        expect([stranger?.status, undone?.status]).toEqual(['done', 'done']);
        const [row] = journal as unknown as readonly Readonly<{
          operator: Readonly<Record<string, string>>;
        }>[];
        expect(row?.operator, said).toMatchObject({
          user: 'root',
          tty: expect.stringMatching(/^\/dev\/pts\//),
          sshPeer: own,
        });
        if (way.includes('sudo')) expect(row?.operator.sudoUser).toBe('root');
      }
    },
  );

  test('who logs in between look and act is not banned any more', async () => {
    const net = testNet();
    const sshd = await startSshd(net);
    const { desk } = await openKit(net);
    const client = net.client(1);
    const plan = ready(await desk.preview(banOf([client.v4])));
    const wide = ready(await desk.preview(banOf(['203.0.113.8/29'])));
    sshd.login(client, net.server.v4);
    const other = (await openKit(net)).desk;
    await vi.waitUntil(async () => {
      const { entries } = await other.safeSet();
      return entries.some(({ net: { text }, why }) => text === client.v4 && why.includes('ssh session'));
    }, 15_000);
    for (const { token } of [plan, wide]) {
      const report = await desk.perform(token);
      expect(report.outcome.kind, report.summary).toBe('refused');
      expect(report.summary).toMatch(/203\.0\.113\.11.*ssh session/);
    }
    expect(await net.probeTcp(client, net.server.v4, SSH_PORT)).toBe('open');
  });

  test('sits idle while timeouts fall under the floor: counted, warned of, pinned; without conntrack it is disruptive', async () => {
    const net = testNet();
    await net.trackConnections(net.server);
    const sshd = await startSshd(net);
    const { desk, host } = await openKit(net);
    sshd.login(net.client(0), net.server.v4);
    sshd.login(net.client(1), net.server.v6);
    const to = (seconds: number) =>
      ({ action: 'tighten', change: { name: 'tcp_timeout_established', seconds } }) as const;
    const notesOf = async (seconds: number) => ready(await desk.preview(to(seconds))).plan.notes.join('\n');
    await vi.waitUntil(async () => (await notesOf(7440)).includes('2 ssh sessions tracked'), 15_000);
    // As if the first had been silent for nearly five days. A shell that still starts speaks once more and so
    // wakes its flow: it is put to sleep again before each look, until one look met it asleep.
    const flow = ['-p', 'tcp', '--orig-port-dst', String(SSH_PORT), '-s', net.client(0).v4];
    const asleep = async (look: () => Promise<boolean>) =>
      vi.waitUntil(async () => {
        await net.exec(net.server, ['conntrack', '-U', ...flow, '-t', '1000']);
        return look();
      }, 15_000);
    const idle = /2 ssh sessions tracked, 1 silent for longer than that: each is pinned/;
    await asleep(async () => idle.test(await notesOf(7440)));

    const blind = {
      ...host,
      which: (tool: string) => (tool === 'conntrack' ? Promise.resolve(undefined) : host.which(tool)),
    };
    const without = (await openKit(net, { host: blind })).desk;
    await asleep(async () => {
      const { plan } = ready(await without.preview(to(7440)));
      return (
        plan.risk === 'disruptive' &&
        plan.notes.some((note) => note.includes('1 of 2 ssh sessions would die'))
      );
    });

    const low = ready(await desk.preview(to(600)));
    expect([low.typed, low.plan.risk]).toEqual(['600', 'disruptive']);
    expect(low.plan.notes.join('\n')).toMatch(/600 s is under the recommended floor of 7440 s/);
    const report = await proved(desk, to(600));
    expect(report.summary).toMatch(/2 ssh sessions pinned/);
    const { stdout } = await net.exec(net.server, ['conntrack', '-L', '-p', 'tcp']);
    for (const source of [net.client(0).v4, net.client(1).v6]) {
      const left = new RegExp(`6 (\\d+) ESTABLISHED src=${source} .* dport=${SSH_PORT} `).exec(stdout)?.[1];
      expect(Number(left), source).toBeGreaterThan(300_000);
    }
    await proved(desk, { action: 'undo' });
  });
});
