// What is wrong with the ways out of a host: from addresses, rules, tables and the kernel's own answers to sentences with what to do.
// Where only a packet could tell (marks, VRFs), nothing is claimed.

import { contains, type Family, makeNet, type Net } from '../../core/address.ts';
import { isPrivate } from '../../core/private-nets.ts';
import type { Finding } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type {
  AddressRow,
  LinkAddress,
  LinkRow,
  LinkState,
  RouteRow,
  RuleRow,
  Way,
} from '../../core/uplinks.ts';
import { matchesSource, walkRules } from './rule-walk.ts';

/** `targets`: where a way is asked to, by family. `ways`: by address text. `neighbours`: by gateway text and device. */
export type Network = Readonly<{
  links: readonly LinkRow[];
  rules: readonly RuleRow[];
  routes: readonly RouteRow[];
  targets: Readonly<Record<Family, Net>>;
  ways: ReadonlyMap<string, Way>;
  neighbours: ReadonlyMap<string, boolean>;
  gaps: readonly SafeText[];
}>;

export const OWN_TABLES: ReadonlySet<string> = new Set([
  'local',
  'main',
  'default',
  'unspec',
  '0',
  '253',
  '254',
  '255',
]);
/** Whose packets leave inside of others: where all goes there, that is wished. */
const TUNNELS: ReadonlySet<string> = new Set([
  ...['wireguard', 'tun', 'gre', 'ipip', 'sit', 'vti', 'vti6', 'xfrm', 'ip6tnl', 'ppp'],
]);

export function neighbourKey(gateway: Net, dev: string): string {
  return `${gateway.text}%${dev}`;
}

export function stateOf({ up, carrier }: LinkRow): LinkState {
  if (!up) return 'down';
  return carrier === undefined ? 'unknown' : carrier ? 'up' : 'no carrier';
}

/** Addresses whose way is worth asking: not those of the host itself, of one wire, or of containers' bridges without a way out. */
export function isAsked(link: LinkRow, { scope }: LinkAddress): boolean {
  return !link.loopback && scope === 'global' && !link.inVrf;
}

/** Default routes of a table, or of all but the kernel's own. */
export function waysOut(routes: readonly RouteRow[], family: Family): readonly RouteRow[] {
  return routes.filter(
    (route) => route.family === family && route.to === undefined && route.kind === 'unicast',
  );
}

/** The gateway of an interface: the one inside of the address's network, else the only one that any default route has there. */
export function gatewayOf(routes: readonly RouteRow[], dev: string, address: LinkAddress): Net | undefined {
  const vias = waysOut(routes, address.net.family).flatMap(({ hops }) =>
    hops.flatMap((hop) => (hop.dev === dev && hop.via !== undefined ? [hop.via] : [])),
  );
  const own = makeNet(address.net.family, address.net.value, address.prefix);
  return vias.find((via) => contains(own, via)) ?? vias[0];
}

export function addressRows(net: Network): readonly AddressRow[] {
  return net.links.flatMap((link) =>
    link.addresses
      .filter(({ scope }) => scope === 'global' && !link.loopback)
      .map((address) => addressRow(net, link, address)),
  );
}

function addressRow(net: Network, link: LinkRow, address: LinkAddress): AddressRow {
  const { family } = address.net;
  const gateway = gatewayOf(net.routes, link.name, address);
  const way: Way = net.ways.get(address.net.text) ?? {
    kind: 'unknown',
    says: link.inVrf ? safe('it lies in a VRF, which has tables of its own') : safe('not asked'),
  };
  const rules = net.rules.filter((rule) => rule.family === family);
  const row = {
    ...{ net: address.net, prefix: address.prefix, dev: link.name, way, state: stateOf(link) },
    ...(link.kind === undefined ? {} : { kind: link.kind }),
    ...(link.mtu === undefined ? {} : { mtu: link.mtu }),
    ...(gateway === undefined ? {} : { gateway }),
  };
  const walked = link.inVrf
    ? []
    : walkRules({ from: address.net, to: net.targets[family], rules, routes: net.routes });
  return { ...row, rules: walked, findings: addressFindings(net, row) };
}

type Bare = Omit<AddressRow, 'rules' | 'findings'>;

function addressFindings(net: Network, row: Bare): readonly Finding[] {
  const found: Finding[] = [];
  if (row.gateway !== undefined && row.state !== 'up' && row.state !== 'unknown')
    found.push({
      level: 'warning',
      says: sanitise(
        `${row.dev} is ${row.state === 'down' ? 'switched off' : 'without carrier'}: nothing goes by it`,
      ),
      todo: sanitise(
        row.state === 'down' ? `ip link set ${row.dev} up` : 'look at its cable, switch or provider',
      ),
    });
  const astray = strayFinding(net, row);
  if (astray !== undefined) found.push(astray);
  const silent =
    row.gateway !== undefined && net.neighbours.get(neighbourKey(row.gateway, row.dev)) === false;
  if (silent && row.gateway !== undefined && row.state !== 'down')
    found.push({
      level: 'warning',
      says: sanitise(`nobody answers for the gateway ${row.gateway.text} on ${row.dev}`),
      todo: safe('is the provider down, or the cable in another port?'),
    });
  return found;
}

/** Its own interface has a gateway, and what leaves from it goes elsewhere. */
function strayFinding(net: Network, row: Bare): Finding | undefined {
  const { way, gateway, dev } = row;
  if (gateway === undefined || way.kind === 'unknown' || (way.kind === 'goes' && way.dev === dev))
    return undefined;
  // The same router by another of our cards: it gets there all the same.
  if (way.kind === 'goes' && (way.via?.text === gateway.text || isOn(net, row.net, way.dev)))
    return undefined;
  const goes =
    way.kind === 'goes' ? `leaves by ${way.dev}${byText(way.via)}` : `does not leave (${way.says})`;
  if (way.kind === 'goes' && TUNNELS.has(net.links.find(({ name }) => name === way.dev)?.kind ?? ''))
    return {
      level: 'note',
      says: sanitise(
        `what comes from ${row.net.text} leaves by the tunnel ${way.dev}, answers to the outside too`,
      ),
      todo: sanitise(
        `if ${row.net.text} is to be reached from outside: ip rule add from ${row.net.text} lookup main`,
      ),
    };
  const table = ownTable(net, row);
  if (table === undefined) return asymmetric(net, row, goes);
  const named = net.rules.some((rule) => rule.family === row.net.family && rule.table === table);
  const maybe = rulesThatMight(net, row, table);
  if (maybe) return undefined;
  const six = row.net.family === 6 ? '-6 ' : '';
  return {
    level: 'harm',
    says: sanitise(
      `${row.net.text} ${goes}, though table ${table} has the gateway of ${dev}: ${named ? 'no rule sends this address there' : 'no rule names that table'}`,
    ),
    todo: sanitise(`ip ${six}rule add from ${row.net.text} lookup ${table}`),
  };
}

/** A mark or another sign of a packet may send it there all the same. */
function rulesThatMight(net: Network, row: Bare, table: string): boolean {
  return net.rules.some(
    (rule) =>
      rule.family === row.net.family &&
      rule.table === table &&
      rule.from !== undefined &&
      matchesSource(rule, row.net, net.targets[row.net.family]) === 'maybe',
  );
}

/** The address is on that link, too. */
function isOn({ links }: Network, address: Net, dev: string): boolean {
  const link = links.find(({ name }) => name === dev);
  return link?.addresses.some(({ net }) => net.text === address.text) ?? false;
}

function asymmetric(net: Network, row: Bare, goes: string): Finding {
  const six = row.net.family === 6 ? '-6 ' : '';
  const table = freeTable(net);
  const gateway = row.gateway?.text ?? '';
  return {
    level: 'warning',
    says: sanitise(
      `answers of ${row.net.text} take another way: it ${goes}, its own gateway is ${gateway} on ${row.dev}`,
    ),
    todo: sanitise(
      `a table of its own: ip ${six}route add default via ${gateway} dev ${row.dev} table ${table}; ip ${six}rule add from ${row.net.text} lookup ${table}`,
    ),
  };
}

function freeTable({ rules, routes }: Network): string {
  const taken = new Set([...rules, ...routes].map(({ table }) => table));
  let table = 101;
  while (taken.has(String(table))) table++;
  return String(table);
}

/** The table besides the kernel's own whose default route goes by its interface. */
function ownTable({ routes }: Network, { dev, net, gateway }: Bare): string | undefined {
  const here = waysOut(routes, net.family).filter(
    ({ table, hops }) => !OWN_TABLES.has(table) && hops.some((hop) => hop.dev === dev),
  );
  const same = here.find(({ hops }) => hops.some(({ via }) => via?.text === gateway?.text));
  return (same ?? here[0])?.table;
}

function byText(via: Net | undefined): string {
  return via === undefined ? '' : ` by ${via.text}`;
}

/** Of the host as a whole: a family that has addresses and no way out. */
export function hostFindings(rows: readonly AddressRow[]): readonly Finding[] {
  return ([4, 6] as const).flatMap((family): readonly Finding[] => {
    const own = rows.filter(({ net, way }) => net.family === family && way.kind !== 'unknown');
    const outside = own.filter(({ net }) => family === 4 || !isPrivate(net));
    if (outside.length === 0 || own.some(({ way }) => way.kind === 'goes')) return [];
    const six = family === 6 ? '-6 ' : '';
    return [
      {
        level: 'harm',
        says: sanitise(`no way out for IPv${family}: no table that applies has a default route`),
        todo: sanitise(`ip ${six}route add default via GATEWAY dev LINK`),
      },
    ];
  });
}
