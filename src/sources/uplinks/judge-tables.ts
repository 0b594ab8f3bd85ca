// The tables of routes: who names them, what is in them, and what of it leads nowhere.

import { contains, type Family, makeNet, type Net } from '../../core/address.ts';
import type { Finding } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { LinkRow, RouteRow, RuleRow, TableRow } from '../../core/uplinks.ts';
import { type Network, OWN_TABLES, waysOut } from './judge.ts';
import { routeText, ruleText } from './rule-walk.ts';

export function tableRows(net: Network): readonly TableRow[] {
  const rows: TableRow[] = [];
  for (const family of [4, 6] as const) {
    const rules = net.rules.filter((rule) => rule.family === family);
    const routes = net.routes.filter((route) => route.family === family);
    const names = new Set([
      ...rules.flatMap(({ table }) => table ?? []),
      ...routes.map(({ table }) => table),
    ]);
    for (const table of names) {
      if (table === 'local' || table === '255') continue;
      const own = routes.filter((route) => route.table === table);
      if ((table === 'default' || table === '253') && own.length === 0) continue;
      if (family === 6 && table === 'main' && own.every(({ to }) => to !== undefined && isLinkLocal(to)))
        continue;
      const named = rules.filter((rule) => rule.table === table);
      const [out] = waysOut(own, family).toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
      rows.push({
        ...{ family, table, routes: own.length, namedBy: named.map(ruleText) },
        ...(out === undefined ? {} : { wayOut: routeText(out) }),
        lines: own.slice(0, LINES_MAX).map(routeText),
        findings: tableFindings(net, { family, table, own, named }),
      });
    }
  }
  return rows;
}

const LINES_MAX = 100;
const LINK_LOCAL = makeNet(6, 0xfe80n << 112n, 10);
const MULTICAST = makeNet(6, 0xffn << 120n, 8);
const isLinkLocal = (net: Net): boolean => contains(LINK_LOCAL, net) || contains(MULTICAST, net);

type Table = Readonly<{ family: Family; table: string; own: readonly RouteRow[]; named: readonly RuleRow[] }>;

function tableFindings(net: Network, { family, table, own, named }: Table): readonly Finding[] {
  if (OWN_TABLES.has(table)) return linkFindings(net, own);
  const six = family === 6 ? '-6 ' : '';
  const [rule] = named;
  if (rule !== undefined && own.length === 0)
    return [
      {
        level: 'warning',
        says: sanitise(`the rule "${ruleText(rule)}" names an empty table: it does nothing`),
        todo: sanitise(
          `put a way into it (ip ${six}route add default via GATEWAY dev LINK table ${table}), or take the rule out (ip ${six}rule del priority ${rule.priority})`,
        ),
      },
    ];
  // A VRF names its table by itself.
  const vrf = net.links.some(({ kind }) => kind === 'vrf');
  if (rule === undefined && !vrf && own.some(({ to }) => to === undefined))
    return [
      {
        level: 'warning',
        says: sanitise(`no rule names table ${table}: its default route is never used`),
        todo: sanitise(`ip ${six}rule add from ADDRESS lookup ${table}`),
      },
      ...linkFindings(net, own),
    ];
  return linkFindings(net, own);
}

/** Ways by a link that is down; a bridge without containers has none. */
function linkFindings({ links }: Network, own: readonly RouteRow[]): readonly Finding[] {
  return own.flatMap((route): readonly Finding[] => {
    const gone = route.hops.filter(({ via, dev }) => via !== undefined && isDown(links, dev));
    if (gone.length === 0 || gone.length < route.hops.length) return [];
    return [
      {
        level: 'warning',
        says: sanitise(`"${routeText({ ...route, linkDown: false })}" goes by a link that is down`),
        todo: safe('what follows this table goes nowhere until the link is back'),
      },
    ];
  });
}

function isDown(links: readonly LinkRow[], dev: string | undefined): boolean {
  const link = links.find(({ name }) => name === dev);
  return link !== undefined && (!link.up || link.carrier === false);
}
