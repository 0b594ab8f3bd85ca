// Which set takes which network of a ban, and whether that set can hold it at all.

import type { BanTarget } from '../core/act.ts';
import { type Family, type Net, widen } from '../core/address.ts';
import type { Problem } from '../core/problem.ts';
import { problem } from '../core/problem.ts';
import type { SetInfo } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { type Element, ownsTable } from '../firewall/backend.ts';
import { cannotHold, fits } from '../firewall/hold.ts';
import {
  type Arm,
  type FirewallView,
  type Found,
  findSet,
  ownArm,
  ownSetFor,
  setForFamily,
} from './firewalls.ts';

/** The networks that go into one set. `exists` false: our own set, made by this act. */
export type Group = Readonly<{ found: Found; exists: boolean; own: boolean; nets: readonly Net[] }>;

export type Targets =
  | Readonly<{ kind: 'groups'; groups: readonly Group[] }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

export function chooseTargets(view: FirewallView, target: BanTarget, nets: readonly Net[]): Targets {
  return target.kind === 'own' ? ownTargets(view, nets) : namedTargets(view, target, nets);
}

function ownTargets(view: FirewallView, nets: readonly Net[]): Targets {
  const arm = ownArm(view);
  if (!arm.ok) return { kind: 'failed', problem: arm.problem };
  const groups = new Map<string, { found: Found; exists: boolean; own: boolean; nets: Net[] }>();
  for (const net of nets) {
    const { set, exists } = ownSetFor(arm.value, net);
    const group = groups.get(set.key);
    if (group === undefined)
      groups.set(set.key, { found: { arm: arm.value, set }, exists, own: true, nets: [net] });
    else group.nets.push(net);
  }
  return { kind: 'groups', groups: [...groups.values()] };
}

function namedTargets(
  view: FirewallView,
  target: Extract<BanTarget, { kind: 'set' }>,
  nets: readonly Net[],
): Targets {
  const named = findSet(view, target.set);
  if (named === undefined) {
    const known = view.blind.length === 0 ? 'it is gone, or was never there' : view.blind[0]?.problem.summary;
    return {
      kind: 'failed',
      problem: problem('not-found', `no set ${sanitise(target.set, 80)} on this host`, {
        hint: `${known}; \`opsconsole bans\` lists the sets`,
      }),
    };
  }
  const groups = new Map<Family, { found: Found; exists: boolean; own: boolean; nets: Net[] }>();
  for (const net of nets) {
    const group = groups.get(net.family);
    if (group !== undefined) {
      group.nets.push(net);
      continue;
    }
    const found = setForFamily(view, named, net);
    if (found === undefined) {
      const held = named.set.family === 4 ? 'IPv4' : 'IPv6';
      return {
        kind: 'refused',
        reasons: [
          sanitise(
            `${net.text} does not fit: set ${named.set.name} holds ${held} only and no set for the other family belongs to it`,
          ),
        ],
      };
    }
    groups.set(net.family, { found, exists: true, own: found.set.owner === 'opsconsole', nets: [net] });
  }
  return { kind: 'groups', groups: [...groups.values()] };
}

/** Kinds of sets whose elements are plain addresses; others (ports, interfaces, marks) hold something else. */
const PLAIN_TYPES = /^(?:hash:ip|hash:net|bitmap:ip|ipv4_addr|ipv6_addr|chain|jail|table)$/;

export function holdsPlainAddresses(set: SetInfo): boolean {
  return PLAIN_TYPES.test(set.type);
}

/** Why these elements cannot go into this set; empty = they can, as far as a terse listing tells. */
export function misfits(group: Group, elements: readonly Element[]): readonly SafeText[] {
  const { set } = group.found;
  if (!holdsPlainAddresses(set))
    return [sanitise(`set ${set.name} (${set.type}) does not hold plain addresses`)];
  if (set.enforcement.kind === 'not-dropped' && set.enforcement.because === 'accepts')
    return [
      sanitise(`set ${set.name} lets pass who is in it (${set.enforcement.rule}): a ban there would open it`),
    ];
  for (const element of elements) {
    const reason = cannotHold(set, element);
    if (reason !== undefined) return [reason];
  }
  const full = fits(set, elements.length);
  return full === undefined ? [] : [sanitise(`set is full: ${full}`)];
}

/** Our set of networks for the family, where a wider ban of ours may already cover a single address. */
export function ownRangeSet(arm: Arm, net: Net): Found | undefined {
  const { backend } = arm;
  if (!ownsTable(backend)) return undefined;
  const { set, exists } = ownSetFor({ ...arm, backend }, widen(net, net.family === 4 ? 24 : 64));
  return exists && set.holdsNets ? { arm, set } : undefined;
}
