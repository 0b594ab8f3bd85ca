// The decisions as two lists, one per family, from `cscli decisions list -o raw -a -l 0` (cscli 1.4.6), and what they hold
// that stops nobody. Without -a the lists of the central API and imported ones are left out, without -l 0 all after 100 alerts.
//   id,source,ip,reason,action,country,as,events_count,expiration,simulated,alert_id
//   5,cscli,Country:FR,c,ban,,,1,3h59m59.108585175s,false,5

import type { Family } from '../../core/address.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Finding, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import { asArray, asObject, asString, parseJson } from '../json.ts';
import { createCsvReader } from './csv.ts';
import {
  type Columns,
  columnsOf,
  type Decision,
  decisionFromCsv,
  type Glance,
  glanceAtCsv,
} from './decision.ts';

const crowdsecKey = (family: Family): SetKey =>
  (family === 4 ? 'crowdsec:decisions' : 'crowdsec6:decisions') as SetKey;

export const NOT_A_LISTING = problem('unreadable', 'cscli answered something else than a list of decisions', {
  hint: 'try: cscli decisions list -o raw -a -l 0',
});

type RowReader = Readonly<{
  push(chunk: Buffer): void;
  pushText(text: string): void;
  /** Whether the header was there. */
  end(): boolean;
}>;

/** Feeds every readable decision to `take`. */
export function createDecisionReader(take: (decision: Decision) => void): RowReader {
  return createRowReader((fields, columns) => {
    const decision = decisionFromCsv(fields, columns);
    if (decision !== undefined) take(decision);
  });
}

function createRowReader(read: (fields: readonly string[], columns: Columns) => void): RowReader {
  let columns: Columns | undefined;
  const reader = createCsvReader((fields) => {
    if (columns === undefined) columns = columnsOf(fields);
    else read(fields, columns);
  });
  return {
    push: reader.push,
    pushText: reader.pushText,
    end() {
      reader.end();
      return columns !== undefined;
    },
  };
}

type Tally = { hosts: number; networks: number };
type Tallies = { 4: Tally; 6: Tally; scopes: Map<string, number>; simulated: number; otherTypes: number };

/** `allowlists`: `cscli allowlists list -o json`, which 1.4.6 does not know; then it is not JSON. */
export function parseCrowdsec(listing: string, allowlists = ''): Result<readonly SetInfo[]> {
  const tallies: Tallies = {
    4: { hosts: 0, networks: 0 },
    6: { hosts: 0, networks: 0 },
    scopes: new Map(),
    simulated: 0,
    otherTypes: 0,
  };
  const reader = createRowReader((fields, columns) => {
    const glance = glanceAtCsv(fields, columns);
    if (glance !== undefined) count(tallies, glance);
  });
  reader.pushText(listing);
  if (!reader.end()) return fail(NOT_A_LISTING);
  const findings = [...findingsOf(tallies), ...allowlistsOf(allowlists)];
  return ok([setOf(4, tallies[4], findings), setOf(6, tallies[6], [])]);
}

const SCOPES_MAX = 50;

function count(tallies: Tallies, { kind, scope, family, isNetwork }: Glance): void {
  switch (kind) {
    case 'ban':
      if (isNetwork) tallies[family].networks++;
      else tallies[family].hosts++;
      return;
    case 'simulated':
      tallies.simulated++;
      return;
    case 'other-type':
      tallies.otherTypes++;
      return;
    case 'no-address':
      if (tallies.scopes.size < SCOPES_MAX || tallies.scopes.has(scope))
        tallies.scopes.set(scope, (tallies.scopes.get(scope) ?? 0) + 1);
      return;
    default:
      unreachable(kind);
  }
}

function setOf(family: Family, { hosts, networks }: Tally, findings: readonly Finding[]): SetInfo {
  return {
    key: crowdsecKey(family),
    backend: 'crowdsec',
    name: 'decisions',
    family,
    type: family === 4 ? 'ipv4_addr' : 'ipv6_addr',
    holdsNets: true,
    timeouts: true,
    counters: false,
    comments: true,
    count: hosts + networks,
    networks,
    owner: 'crowdsec',
    enforcement: { kind: 'unknown', why: safe('what its bouncer does was not read') },
    findings,
    twin: crowdsecKey(family === 4 ? 6 : 4),
  };
}

function findingsOf({ scopes, simulated, otherTypes }: Tallies): readonly Finding[] {
  const findings: Finding[] = [];
  const note = (level: Finding['level'], says: string): void => {
    findings.push({ level, says: sanitise(says, 300) });
  };
  if (scopes.size > 0) {
    const each = [...scopes].map(([scope, number]) => `${formatCount(number)} of scope ${shown(scope)}`);
    note('warning', `${each.join(', ')}: no firewall bouncer enforces a decision that names no address`);
  }
  if (simulated > 0) note('note', `${decisions(simulated)} simulated: ${stops(simulated)}`);
  if (otherTypes > 0)
    note(
      'note',
      `${decisions(otherTypes)} of another type than ban (captcha …): firewall bouncers pass it over`,
    );
  return findings;
}

const decisions = (number: number): string =>
  number === 1 ? '1 decision is' : `${formatCount(number)} decisions are`;
const stops = (number: number): string => (number === 1 ? 'it stops nobody' : 'they stop nobody');
const shown = (scope: string): SafeText => sanitise(scope === '' ? '(none)' : scope, 30);

const ALLOWLISTS_MAX = 5;

function allowlistsOf(text: string): readonly Finding[] {
  const lists = asArray(parseJson(text)) ?? [];
  const named = lists.slice(0, ALLOWLISTS_MAX).flatMap((list) => {
    const name = asString(asObject(list)?.name);
    const items = asArray(asObject(list)?.items);
    if (name === undefined) return [];
    return [`${sanitise(name, 40)}${items === undefined ? '' : ` (${formatCount(items.length)})`}`];
  });
  if (named.length === 0) return [];
  const more = lists.length > named.length ? ' …' : '';
  return [
    {
      level: 'note',
      says: sanitise(`allowlists ${named.join(', ')}${more}: cscli refuses a ban of what is on them`, 300),
    },
  ];
}
