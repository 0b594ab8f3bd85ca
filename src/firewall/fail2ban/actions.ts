// What the actions of a jail really use: `get JAIL actions`, then the few values that name its sets or give it a ban time of
// its own. fail2ban 1.0.2, the same in 1.1:
//   The jail sshd has the following actions:
//   nftables-allports
// Values are raw: "addr-set-<name>", "f2b-<name>6", "$([ "<bantime>" -le 2147483 ] && echo "<bantime>" || echo 0)".

import type { Family } from '../../core/address.ts';

/** undefined = not understood. */
export function parseActions(text: string): readonly string[] | undefined {
  if (/^No actions for jail /.test(text)) return [];
  const headEnd = ' has the following actions:\n';
  const at = text.lastIndexOf(headEnd);
  if (at < 0) return undefined;
  return text
    .slice(at + headEnd.length)
    .split(', ')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export type ActionValues = Readonly<{ jail: string; action: string; values: ReadonlyMap<string, string> }>;

/**
 * What the standard actions have (action.d of 1.0 and 1.1). Nothing else is asked for: the server writes an error into its
 * log for each value that an action has not, so the actions of somebody's own are found by the usual names only.
 */
const VALUES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^nftables(-multiport|-allports)?$/,
    ['name', 'addr_set', 'addr_set?family=inet6', 'table', 'table_family'],
  ],
  [
    /^iptables-ipset$|^iptables-ipset-proto6(-allports)?$|^firewallcmd-ipset$/,
    ['name', 'ipmset', 'ipmset?family=inet6', 'ipsettime', 'default-ipsettime'],
  ],
  [/^iptables(-multiport|-allports|-new)?(-log)?$/, ['name']],
];

export function valuesOf(action: string): readonly string[] {
  return VALUES.find(([names]) => names.test(action))?.[1] ?? [];
}

/** A set of the kernel as an action names it. */
export type NamedSet =
  | Readonly<{ kind: 'nft'; table: string; name: string }>
  | Readonly<{ kind: 'ipset'; name: string }>
  | Readonly<{ kind: 'chain'; name: string }>;

/** No set has a longer name; each value may name others. */
const NAME_MAX = 400;

export function setsOfAction({ action, values }: ActionValues, family: Family): readonly NamedSet[] {
  const of = (name: string): string | undefined =>
    (family === 6 ? values.get(`${name}?family=inet6`) : undefined) ?? values.get(name);
  const fill = (text: string): string =>
    text.replace(/<([A-Za-z0-9_-]+)>/g, (whole, name: string) => (of(name) ?? whole).slice(0, NAME_MAX));
  const resolve = (name: string): string | undefined => {
    const raw = of(name);
    const value = raw === undefined || raw.length > NAME_MAX ? undefined : fill(fill(raw));
    return value === undefined || value.length > NAME_MAX || /[<>\s]/.test(value) ? undefined : value;
  };
  const sets: NamedSet[] = [];
  const addresses = resolve('addr_set');
  if (addresses !== undefined)
    sets.push({
      kind: 'nft',
      table: `${resolve('table_family') ?? 'inet'} ${resolve('table') ?? 'f2b-table'}`,
      name: addresses,
    });
  const members = resolve('ipmset');
  if (members !== undefined) sets.push({ kind: 'ipset', name: members });
  const name = resolve('name');
  if (sets.length === 0 && name !== undefined && /^iptables/.test(action))
    sets.push({ kind: 'chain', name: `f2b-${name}` });
  return sets;
}

/** A ban time that the action gives the kernel by itself, in seconds: what the jail says later does not change it. */
export function ownTimeOf({ values }: ActionValues): number | undefined {
  for (const name of ['ipsettime', 'default-ipsettime']) {
    const value = values.get(name) ?? '';
    if (/^[1-9]\d{0,9}$/.test(value)) return Number(value);
  }
  return undefined;
}
