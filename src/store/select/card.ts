// All that is known of the followed address, as facts: its card. What is not known says why; nothing is made up.

import type { JournalRow } from '../../core/act.ts';
import { isHost, type Net, widen } from '../../core/address.ts';
import { isPrivate } from '../../core/private-nets.ts';
import type { SourceRow } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { actTouches, isAbridged } from '../follow/match.ts';
import type { ConsoleState } from '../state.ts';
import { safeReason } from './address-state.ts';
import { type CardLogs, selectCardLogs } from './card-logs.ts';
import { type CardSets, selectCardSets } from './card-sets.ts';

/** `row`: of the report that was made `at`. `why`: why there is none; never that it has none. */
export type Counted =
  | Readonly<{ kind: 'row'; row: SourceRow; at: number }>
  | Readonly<{ kind: 'not-among'; why: SafeText; at: number }>
  | Readonly<{ kind: 'unknown'; why: SafeText }>;

/** `abridged`: acts on so many addresses that the list of acts does not name them all. */
export type CardActs =
  | Readonly<{ kind: 'known'; rows: readonly JournalRow[]; read: number; abridged: number }>
  | Readonly<{ kind: 'unknown'; why: SafeText }>;

export type CardFacts = Readonly<{
  net: Net;
  /** The /24 or /64 around it; the network itself when it is that wide. */
  around: Net;
  /** Why nothing may be done to it; undefined = it is not in the safe set, or that is not known yet. */
  safe: SafeText | undefined;
  safeKnown: boolean;
  private: boolean;
  sets: CardSets;
  logs: CardLogs;
  flows: Counted;
  traffic: Counted;
  acts: CardActs;
}>;

export function selectCard(state: ConsoleState, net: Net): CardFacts {
  const around = widen(net, net.family === 4 ? 24 : 64);
  return {
    net,
    around,
    safe: safeReason(state.safeSet, net),
    safeKnown: state.safeSet !== undefined,
    private: isPrivate(net),
    sets: selectCardSets(state, net, around),
    logs: selectCardLogs(state, net, around),
    flows: selectFlows(state, net),
    traffic: selectTraffic(state, net),
    acts: selectActs(state, net),
  };
}

function selectFlows(state: ConsoleState, net: Net): Counted {
  const { flows } = state.conntrack;
  if (flows === undefined) return { kind: 'unknown', why: notCounted(state.sources.flows) };
  const rows = isHost(net) ? flows.sources : flows.networks;
  const row = rows.find((one) => one.net.text === net.text);
  if (row !== undefined) return { kind: 'row', row, at: flows.at };
  const what = isHost(net) ? 'source' : 'network';
  const all = isHost(net) && flows.distinct === rows.length && (flows.unreadable ?? 0) === 0;
  return { kind: 'not-among', why: amongWords(what, rows.length, all), at: flows.at };
}

function selectTraffic(state: ConsoleState, net: Net): Counted {
  const { flows, sample } = state.conntrack;
  if (flows === undefined) return { kind: 'unknown', why: notCounted(state.sources.flows) };
  if (flows.talkers.length === 0 && sample?.accounting === false)
    return { kind: 'unknown', why: safe('bytes are not counted: conntrack accounting is off') };
  if (!isHost(net)) return { kind: 'unknown', why: safe('bytes are counted by address only') };
  const row = [...flows.talkers, ...flows.sources].find(
    (one) => one.net.text === net.text && one.bytes !== undefined,
  );
  if (row !== undefined) return { kind: 'row', row, at: flows.at };
  return { kind: 'not-among', why: amongWords('talker', flows.talkers.length, false), at: flows.at };
}

/** `all`: there are no more than these. */
function amongWords(what: string, count: number, all: boolean): SafeText {
  if (count === 0) return sanitise(`no ${what} was counted`);
  return sanitise(`not among the ${all ? '' : 'top '}${count} ${what}${count === 1 ? '' : 's'}`);
}

function notCounted(status: SourceStatus | undefined): SafeText {
  const failed = status?.kind === 'unavailable' || status?.kind === 'retrying';
  return failed ? sanitise(status.problem.summary, 160) : safe('flows were not counted yet');
}

function selectActs(state: ConsoleState, net: Net): CardActs {
  const { rows, problem } = state.journal;
  if (rows === undefined || (rows.length === 0 && problem !== undefined))
    return { kind: 'unknown', why: whyNoActs(state) };
  const touching = rows.filter((row) => actTouches(row, net));
  const abridged = rows.filter((row) => isAbridged(row) && !touching.includes(row)).length;
  return { kind: 'known', rows: touching, read: rows.length, abridged };
}

function whyNoActs({ journal, sources }: ConsoleState): SafeText {
  const status = sources.journal;
  const trouble = journal.problem ?? (status?.kind === 'unavailable' ? status.problem : undefined);
  return trouble === undefined ? safe('the journal was not read yet') : sanitise(trouble.summary, 160);
}
