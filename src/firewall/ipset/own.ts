// Opsconsole's own ipsets, for hosts without nft: dropped from chain OPSCONSOLE at the head of raw PREROUTING, before
// conntrack, so that live flows stop too. Each family is set up by itself: a host without IPv6 gets no ip6tables command.

import { type Family, isHost, type Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { ipsetKey } from './parse.ts';
import { restore } from './plan.ts';

const CHAIN = 'OPSCONSOLE';
const HOSTS_MAX = 1_048_576;
const NETS_MAX = 131_072;

function ownSet(name: string, family: Family, holdsNets: boolean): SetInfo {
  return {
    key: ipsetKey(name),
    backend: 'ipset',
    name,
    family,
    type: holdsNets ? 'hash:net' : 'hash:ip',
    holdsNets,
    timeouts: true,
    defaultTimeout: 0,
    counters: true,
    comments: true,
    max: holdsNets ? NETS_MAX : HOSTS_MAX,
    owner: 'opsconsole',
    enforcement: { kind: 'unknown', why: safe('not read back yet') },
    twin: ipsetKey(name.replace(family === 4 ? '4' : '6', family === 4 ? '6' : '4')),
  };
}

const BAN4 = ownSet('oc_ban4', 4, false);
const BAN6 = ownSet('oc_ban6', 6, false);
const NET4 = ownSet('oc_net4', 4, true);
const NET6 = ownSet('oc_net6', 6, true);
const OWN_SETS = [BAN4, NET4, BAN6, NET6];

export function ipsetOwnSetFor(net: Net): SetInfo {
  if (net.family === 4) return isHost(net) ? BAN4 : NET4;
  return isHost(net) ? BAN6 : NET6;
}

export function ensureIpsetOwn(
  existing: readonly SetInfo[],
  families: readonly Family[] = [4, 6],
): readonly Step[] {
  return families.flatMap((family) => {
    const wanted = OWN_SETS.filter((set) => set.family === family);
    const whole = wanted.every((own) =>
      existing.some((set) => set.key === own.key && set.enforcement.kind === 'dropped'),
    );
    return whole ? [] : [restore(wanted.map(createLine)), ...hookIn(family, wanted)];
  });
}

/** Jump, chain and sets, in the order that nothing is in use when it goes. */
export function removeIpsetOwn(existing: readonly SetInfo[]): readonly Step[] {
  return ([4, 6] as const).flatMap((family) => {
    const present = OWN_SETS.filter(
      (own) => own.family === family && existing.some((set) => set.key === own.key),
    );
    if (present.length === 0) return [];
    return [
      unhook(family),
      tolerant(family, ['-F', CHAIN]),
      tolerant(family, ['-X', CHAIN]),
      ...present.map(({ name }) => ({ command: command(['ipset', 'destroy', name], { privileged: true }) })),
    ];
  });
}

function createLine(set: SetInfo): string {
  const family = set.family === 4 ? 'inet' : 'inet6';
  return `create ${set.name} ${set.type} family ${family} maxelem ${set.max} timeout 0 counters comment`;
}

/** `iptables-restore --noflush` empties a chain that it declares, but would insert the jump twice: the old one goes first. */
function hookIn(family: Family, sets: readonly SetInfo[]): readonly Step[] {
  const tool = toolOf(family);
  const rules = [
    `-A ${CHAIN} -i lo -j RETURN`,
    ...sets.map(({ name }) => `-A ${CHAIN} -m set --match-set ${name} src -j DROP`),
    `-I PREROUTING 1 -j ${CHAIN}`,
  ];
  const stdin = `*raw\n:${CHAIN} - [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
  return [
    unhook(family),
    {
      command: command([`${tool}-restore`, '-w', '5', '--noflush'], { stdin, privileged: true }),
      shown: rules.map((rule) => sanitise(`${tool} -t raw ${rule}`)),
    },
  ];
}

const unhook = (family: Family): Step => tolerant(family, ['-D', 'PREROUTING', '-j', CHAIN]);

/** Exit 1 (legacy) and 2 (nft) also mean that the rule or chain is not there; without rights the exit is 3 or 4. */
function tolerant(family: Family, words: readonly string[]): Step {
  const argv = [toolOf(family), '-w', '5', '-t', 'raw', ...words] as const;
  return { command: command(argv, { okExits: [1, 2], privileged: true }) };
}

const toolOf = (family: Family): string => (family === 4 ? 'iptables' : 'ip6tables');
