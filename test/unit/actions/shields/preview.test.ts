// The preview's words from the same facts that a raise has: nothing is run, every line of the wall is shown once.

import { expect, test } from 'vitest';
import type { MeasureAt, PlannedMeasure } from '../../../../src/actions/shields/measure.ts';
import { type PreviewFacts, previewShields } from '../../../../src/actions/shields/preview.ts';
import { parseNet } from '../../../../src/core/address.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { command } from '../../../../src/core/plan.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { printNftWall } from '../../../../src/firewall/shields/nft.ts';
import type { Wall } from '../../../../src/firewall/shields/wall.ts';
import { writerOf } from '../../../../src/firewall/shields/writers.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

const net = (text: string) => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
};
const entry = (text: string, why: string) => ({ net: net(text), why: safe(why) });

const WALL: Wall = {
  id: '0badcafe',
  safe: [net('203.0.113.5')],
  sshPorts: [22],
  armedSeconds: 125,
  synRate: { perSecond: 5, burst: 10 },
  connections: { max: 2, ports: [80, 443] },
  pinSsh: { establishedSeconds: 432000 },
};

const measure = (id: PlannedMeasure['measure'], extra: Partial<PlannedMeasure>): PlannedMeasure => ({
  measure: id,
  says: safe(`what ${id} does`),
  hazards: [],
  applied: { steps: [] },
  revert: [],
  ...extra,
});

const sysctl = ['sysctl', '-w', 'net.ipv4.tcp_synack_retries=2'] as const;
const PLANNED: readonly PlannedMeasure[] = [
  measure('syn-rate', {
    applied: { wall: { synRate: { perSecond: 5, burst: 10 } }, steps: [] },
    hazards: [safe('offices share one address')],
  }),
  measure('connections', { applied: { wall: { connections: { max: 2, ports: [80, 443] } }, steps: [] } }),
  measure('tcp', {
    applied: { steps: [{ command: command(sysctl, { privileged: true }), shown: [safe('shorter')] }] },
    revert: [
      { kind: 'sysctl', name: 'net.ipv4.tcp_synack_retries', before: '5', wrote: '2' },
      { kind: 'fail2ban', jail: 'sshd', option: 'maxretry', before: '5', wrote: '2' },
      { kind: 'command', name: 'queue', argv: ['postqueue', '-f'], timeoutSeconds: 5 },
    ],
  }),
];

function facts(host: FakeHost, extra: Partial<PreviewFacts> = {}): PreviewFacts {
  const at: MeasureAt = {
    host,
    settings: DEFAULT_SHIELDS,
    safeSet: {
      at: unixMs(0),
      entries: [entry('203.0.113.5', 'your ssh session'), entry('192.0.2.1', 'an address of this machine')],
      operatorFound: true,
      gaps: [safe('names of allow')],
    },
    sessions: [],
    sshPorts: [22],
    listening: [22, 80, 443],
    variant: 'nft',
  };
  const leftOut = [
    { measure: 'conntrack-max' as const, says: safe('twice as large'), why: safe('read-only') },
  ];
  return { at, profile: 'default', planned: PLANNED, leftOut, wall: WALL, writer: writerOf('nft'), ...extra };
}

const flow = (from: string, count: number): string =>
  `ipv4     2 tcp      6 300 ESTABLISHED src=${from} dst=192.0.2.1 sport=4000 dport=80 src=192.0.2.1 dst=${from} sport=80 dport=4000 [ASSURED] mark=0 zone=0 use=2\n`.repeat(
    count,
  );
const table = (host: FakeHost, text: string): FakeHost => host.file('/proc/net/nf_conntrack', text);

test('each measure shows its change and its exact commands, the wall once as a here-document', async () => {
  const host = table(createFakeHost(), '');
  const { measures, profile } = await previewShields(facts(host));
  expect(host.ran).toEqual([]);
  expect(profile).toBe('default');
  const [syn, connections, tcp, left] = measures;
  expect(syn?.commands).toEqual(["nft -f - <<'EOF'", ...printNftWall(WALL).trimEnd().split('\n'), 'EOF']);
  expect(syn?.diff).toContain('+ add table inet opsconsole_shields');
  expect(syn?.diff.join('\n')).toMatch(/limit rate over 5\/second/);
  expect(syn?.diff.join('\n')).not.toMatch(/ct count/);
  expect(syn?.hazards).toEqual(['offices share one address']);
  expect(connections?.diff.join('\n')).toMatch(/ct count over 2/);
  expect(connections?.diff.join('\n')).not.toMatch(/limit rate|set safe4/);
  expect(connections?.commands).toEqual(['(among the commands of the first measure of the wall)']);
  expect(tcp).toMatchObject({
    diff: [
      'net.ipv4.tcp_synack_retries  5 → 2',
      'fail2ban sshd maxretry  5 → 2',
      'when lowered: postqueue -f',
    ],
    commands: ['sysctl -w net.ipv4.tcp_synack_retries=2'],
  });
  expect(left).toMatchObject({ measure: 'conntrack-max', leftOut: 'read-only', commands: [] });
});

test('with iptables each measure shows its own rules, and all commands come with the first', async () => {
  const writer = writerOf('iptables');
  if (writer === undefined) throw new Error('there is a writer for iptables');
  const { pinSsh: _, ...wall } = WALL;
  const { measures } = await previewShields(facts(table(createFakeHost(), ''), { wall, writer }));
  const [syn, connections] = measures;
  expect(syn?.commands.join('\n')).toMatch(
    /^iptables -w 5 -t raw -D PREROUTING[\s\S]*<<'EOF'[\s\S]*connlimit/m,
  );
  expect(syn?.diff.join('\n')).toMatch(/hashlimit/);
  expect(syn?.diff.join('\n')).not.toMatch(/connlimit/);
  expect(connections?.diff.join('\n')).toMatch(/connlimit-above 2/);
  expect(connections?.diff.join('\n')).not.toMatch(/hashlimit|PREROUTING/);
});

test('sources over the cap are named, most first, with why they are safe', async () => {
  const host = table(
    createFakeHost(),
    flow('203.0.113.5', 4) + flow('198.51.100.9', 9) + flow('198.51.100.8', 2),
  );
  const { affected, warnings, safe: spared } = await previewShields(facts(host));
  expect(affected).toEqual([
    { source: '198.51.100.9', flows: 9, cap: 2 },
    { source: '203.0.113.5', flows: 4, cap: 2, safe: 'your ssh session' },
  ]);
  expect(warnings).toEqual(['not protected: names of allow']);
  expect(spared[0]).toEqual({ net: '203.0.113.5', why: 'your ssh session' });
});

test('without rights for the file the tool is asked; without both it is said, not taken for nobody', async () => {
  const asked = createFakeHost().on('conntrack -L -p tcp', { stdout: flow('198.51.100.9', 3) });
  expect((await previewShields(facts(asked))).affected).toHaveLength(1);
  const blind = createFakeHost().on('conntrack -L -p tcp', { exitCode: 1, stderr: 'no' });
  const { affected, warnings } = await previewShields(facts(blind));
  expect(affected).toEqual([]);
  expect(warnings.at(-1)).toMatch(/^who would be affected is not known: /);
});

test('without a cap on connections nobody is counted', async () => {
  const host = createFakeHost();
  const planned = PLANNED.slice(2);
  const { affected, warnings } = await previewShields(facts(host, { planned, wall: undefined }));
  expect([affected, warnings, host.ran]).toEqual([[], ['not protected: names of allow'], []]);
});

test('hostile words reach no terminal, newlines make no lines', async () => {
  const argv = ['printf', '\u001b]0;x\u0007\n$(id)'] as const;
  const planned = [measure('run', { applied: { steps: [{ command: command(argv) }] } })];
  const { measures } = await previewShields(facts(table(createFakeHost(), ''), { planned }));
  expect(measures[0]?.commands.join('')).not.toMatch(/[\u001b\u0007\n]/);
});
