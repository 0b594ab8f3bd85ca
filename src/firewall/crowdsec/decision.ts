// One decision as opsconsole uses it, from the CSV of `cscli decisions list -o raw` and the JSON of `cscli alerts list`
// (cscli 1.4.6).
//   id,source,ip,reason,action,country,as,events_count,expiration,simulated,alert_id
//   10,cscli,Range:203.0.113.0/24,range,ban,,,1,59m59.168535954s,false,10

import { type Net, parseNet } from '../../core/address.ts';
import { asArray, asNumber, asObject, asString } from '../json.ts';
import { parseGoDuration } from './duration.ts';

/**
 * `net` absent: its scope is no address (Country, AS, username, …), so no firewall bouncer can enforce it.
 * `leftMs`: undefined = not understood. `reason`, `origin`, `scope`, `type`: raw.
 */
export type Decision = Readonly<{
  id: number;
  origin: string;
  scope: string;
  net?: Net;
  reason: string;
  type: string;
  leftMs: number | undefined;
  simulated: boolean;
}>;

/** Stops somebody where a bouncer of the packet filter runs: a ban of an address, not simulated, not over. */
export type Ban = Decision & Readonly<{ net: Net }>;
export function isBan(decision: Decision): decision is Ban {
  const { net, type, simulated, leftMs } = decision;
  return net !== undefined && type === 'ban' && !simulated && (leftMs === undefined || leftMs > 0);
}

export type Columns = Readonly<
  Record<'id' | 'source' | 'ip' | 'reason' | 'action' | 'expiration' | 'simulated', number>
>;

/** Where each column stands; undefined = this is not the header of such a list. */
export function columnsOf(header: readonly string[]): Columns | undefined {
  const at = (name: string): number => header.indexOf(name);
  const columns = {
    id: at('id'),
    source: at('source'),
    ip: at('ip'),
    reason: at('reason'),
    action: at('action'),
    expiration: at('expiration'),
    simulated: at('simulated'),
  };
  return Object.values(columns).includes(-1) ? undefined : columns;
}

/** What decides where a row counts, without its address being read: a hundred thousand are counted every few seconds. */
export type Glance = Readonly<{
  kind: 'ban' | 'simulated' | 'no-address' | 'other-type';
  scope: string;
  family: 4 | 6;
  isNetwork: boolean;
}>;

export function glanceAtCsv(fields: readonly string[], columns: Columns): Glance | undefined {
  const place = fields[columns.ip] ?? '';
  const colon = place.indexOf(':');
  if (colon < 0) return undefined;
  const scope = place.slice(0, colon);
  const glance = {
    scope,
    family: place.includes(':', colon + 1) ? 6 : 4,
    isNetwork: place.includes('/', colon + 1),
  } as const;
  if (fields[columns.simulated] === 'true') return { ...glance, kind: 'simulated' };
  if (!isAddressScope(scope)) return { ...glance, kind: 'no-address' };
  return { ...glance, kind: fields[columns.action] === 'ban' ? 'ban' : 'other-type' };
}

export function decisionFromCsv(fields: readonly string[], columns: Columns): Decision | undefined {
  const field = (name: keyof Columns): string => fields[columns[name]] ?? '';
  const id = field('id');
  const place = field('ip');
  const colon = place.indexOf(':');
  if (!/^\d{1,15}$/.test(id) || colon < 0) return undefined;
  return {
    ...scoped(place.slice(0, colon), place.slice(colon + 1)),
    id: Number(id),
    origin: field('source'),
    reason: field('reason'),
    type: field('action'),
    leftMs: parseGoDuration(field('expiration')),
    simulated: field('simulated') === 'true',
  };
}

/** All decisions of `cscli alerts list -o json`, also those that are over. `null` is an empty list there. */
export function decisionsFromAlerts(alerts: unknown): readonly Decision[] | undefined {
  if (alerts === null) return [];
  const list = asArray(alerts);
  return list?.flatMap((alert) => {
    const decisions = asArray(asObject(alert)?.decisions) ?? [];
    return decisions.flatMap((decision) => fromJson(decision) ?? []);
  });
}

function fromJson(value: unknown): Decision | undefined {
  const decision = asObject(value);
  const id = asNumber(decision?.id);
  if (decision === undefined || id === undefined || !Number.isSafeInteger(id) || id < 0) return undefined;
  return {
    ...scoped(asString(decision.scope) ?? '', asString(decision.value) ?? ''),
    id,
    origin: asString(decision.origin) ?? '',
    reason: asString(decision.scenario) ?? '',
    type: asString(decision.type) ?? '',
    leftMs: parseGoDuration(asString(decision.duration) ?? ''),
    simulated: decision.simulated === true,
  };
}

/** A range that somebody imported under the scope Ip is listed as one, too: the value tells. */
function scoped(scope: string, value: string): Readonly<{ scope: string; net?: Net }> {
  if (!isAddressScope(scope)) return { scope };
  const parsed = parseNet(value);
  return parsed.ok ? { scope, net: parsed.value.net } : { scope };
}

const isAddressScope = (scope: string): boolean =>
  scope === 'Ip' || scope === 'Range' || /^(ip|range)$/i.test(scope);
