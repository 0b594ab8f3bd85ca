// The private network of the playground: a router between the server (the namespace that we are in) and the lines of
// attackers, visitors and the operator. Every namespace belongs to a process, so that it ends with it.

import { LINES, type Line, SERVER_LINE } from './addresses.ts';
import { tool, tries } from './tool.ts';

/** Process ids, as our pid namespace counts them, of those that live in the namespaces. */
export type Inhabitants = Readonly<Record<'router' | 'attack' | 'people' | 'office', number>>;

/** `v6` a sentence: why this kernel does without IPv6, and so does the playground. */
export async function buildNetwork(pids: Inhabitants): Promise<Readonly<{ v6: true | string }>> {
  const { router } = pids;
  const links = Object.values(LINES).map(
    ({ name }) =>
      `link add ${name} netns ${router} type veth peer name eth0 netns ${pids[name as keyof typeof LINES]}`,
  );
  // Else IPv6 addresses are asked about for a second or two before they are of use.
  const noAsking = ['sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad'] as const;
  await Promise.all([
    tries(noAsking),
    ...Object.values(pids).map((pid) => tries([...enter(pid), ...noAsking])),
  ]);
  await ip(undefined, [
    'link set lo up',
    `link add eth0 type veth peer name server netns ${router}`,
    ...links,
  ]);
  await ip(undefined, endOf(SERVER_LINE));
  await Promise.all(
    Object.entries(LINES).map(([name, line]) => ip(pids[name as keyof typeof LINES], endOf(line))),
  );
  const lines = [SERVER_LINE, ...Object.values(LINES)];
  await ip(router, ['link set lo up', ...lines.flatMap(routerEndOf)]);
  const forward = ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'] as const;
  await tool([...enter(router), ...forward]);
  return { v6: await addV6(pids) };
}

function endOf({ v4, router }: Line): readonly string[] {
  return [
    'link set lo up',
    ...v4.map((address) => `addr add ${address} dev eth0`),
    'link set eth0 up',
    `route add default via ${bare(router.v4)}`,
  ];
}

const routerEndOf = ({ name, router }: Line): readonly string[] => [
  `addr add ${router.v4} dev ${name}`,
  `link set ${name} up`,
];

async function addV6(pids: Inhabitants): Promise<true | string> {
  try {
    await tool([
      ...enter(pids.router),
      ...(['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'] as const),
    ]);
    const lines = [SERVER_LINE, ...Object.values(LINES)];
    await ip(
      pids.router,
      lines.flatMap(({ name, router }) => (router.v6 === undefined ? [] : [v6Address(router.v6, name)])),
      '-6',
    );
    for (const line of lines) {
      if (line.router.v6 === undefined) continue;
      const pid = line.name === 'server' ? undefined : pids[line.name];
      const route = `route add ::/0 via ${bare(line.router.v6)}`;
      await ip(pid, [...line.v6.map((address) => v6Address(address, 'eth0')), route], '-6');
    }
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** nodad: the address is of use at once, not after a second of asking whether another has it. */
const v6Address = (address: string, device: string): string => `addr add ${address} dev ${device} nodad`;
const bare = (address: string): string => address.split('/')[0] ?? '';

export function enter(pid: number): readonly [string, ...string[]] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
}

async function ip(pid: number | undefined, lines: readonly string[], family = '-4'): Promise<void> {
  const before = pid === undefined ? [] : enter(pid);
  const [first, ...rest] = [...before, 'ip', family, '-batch', '-'];
  if (first !== undefined) await tool([first, ...rest], `${lines.join('\n')}\n`);
}

/** A packet filter as an ordinary server has it; without a rule that asks for states the kernel tracks nothing. */
const RULES = `table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    iifname "lo" accept
    ct state established,related accept
    ct state invalid counter drop
    tcp dport { 22, 80 } ct state new counter accept
  }
}
`;

export async function loadRules(): Promise<void> {
  // Before the first flow, so that the console can tell who moves the bytes.
  await tries(['sh', '-c', 'echo 1 > /proc/sys/net/netfilter/nf_conntrack_acct']);
  await tool(['nft', '-f', '-'], RULES);
}

/**
 * What the console asks about must be the playground's: processes, interfaces, sockets in /run. What is shared with the
 * machine by nature is made read-only.
 */
export async function ownMounts({ isRoot }: Readonly<{ isRoot: boolean }>): Promise<void> {
  await tool(['mount', '-t', 'tmpfs', '-o', 'mode=0755,size=64m', 'playground', '/run']);
  await tries(['mount', '-t', 'sysfs', 'playground', '/sys']);
  // What this machine loads at its start says nothing about the playground's.
  await tries(['mount', '--bind', '/dev/null', '/etc/nftables.conf']);
  // Its tables cannot be listed in a user namespace (their file belongs to the machine's root): better no tool than a
  // complaint in every pane.
  for (const name of isRoot ? [] : ['iptables-legacy-save', 'ip6tables-legacy-save'])
    await tries(['mount', '--bind', '/dev/null', `/usr/sbin/${name}`]);
  // As real root the settings of /proc/sys that have no namespace would be the machine's own.
  await tries(['mount', '--bind', '/proc/sys/net', '/proc/sys/net']);
  const isOurs = await tries(['mkdir', '-p', '/run/net']);
  if (!isOurs || !(await tries(['mount', '--bind', '/proc/sys/net', '/run/net']))) return;
  await tries(['mount', '--bind', '/proc/sys', '/proc/sys']);
  await tries(['mount', '-o', 'remount,bind,ro', '/proc/sys']);
  await tries(['mount', '--bind', '/run/net', '/proc/sys/net']);
  await tries(['umount', '/run/net']);
  await tries(['rmdir', '/run/net']);
}
