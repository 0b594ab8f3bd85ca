// Cutting on pf: which pfctl calls delete every state of the given networks. `-k NET` ends only what NET began, and
// compares one side of a translation; so each state that is left is named by its id, and that is repeated until none is.

import type { Family, Net } from '../../core/address.ts';
import { type Command, command, type Step } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { PfState } from './states.ts';

export const LIST_SOURCES: Command = command(['pfctl', '-s', 'Sources'], {
  privileged: true,
  timeoutMs: 30_000,
  outputMaxBytes: 2 ** 26,
});

/** One line with the addresses, one with the ids, for each state; -q would say nothing of failures. */
export const LIST_STATES: Command = command(['pfctl', '-vv', '-s', 'states'], {
  privileged: true,
  timeoutMs: 120_000,
  outputMaxBytes: 2 ** 31,
});

/** Up to this many calls each gets its own line in the plan; states that are left are few or go through one xargs. */
const SINGLE_MAX = 8;
const BASE_TIMEOUT_MS = 10_000;
const PER_CALL_MS = 100;
const TIMEOUT_MS_MAX = 600_000;

/**
 * What ends most of the states at once, so that few are left to name. `bothSides`: `-k ANY -k NET` ends what was begun
 * towards NET; on FreeBSD 15 it ends nothing and says so with exit 0, so there the ids must do it. `tracked`: of many
 * networks only those that the table of sources has; their states go by id. Exit 1 is allowed: what counts is that no
 * state is left, and a ban is not taken back because live flows could not be cut.
 */
export function planPfKills(
  nets: readonly Net[],
  { bothSides, tracked = [] }: Readonly<{ bothSides: boolean; tracked?: readonly Net[] }>,
): readonly Step[] {
  if (nets.length > SINGLE_MAX)
    return killAll(
      tracked.map(({ text }) => ['-K', text]),
      2,
    );
  return nets.flatMap((net) => [
    kill(['-k', net.text]),
    ...(bothSides ? [kill(['-k', anyOf(net.family), '-k', net.text])] : []),
    kill(['-K', net.text]),
  ]);
}

export const manyNets = (nets: readonly Net[]): boolean => nets.length > SINGLE_MAX;

const anyOf = (family: Family): string => (family === 4 ? '0.0.0.0/0' : '::/0');

/** States without both numbers are left out: an id alone would be taken for one of this host's. */
export function planPfKillIds(states: readonly PfState[]): readonly Step[] {
  const ids = states.flatMap(({ id, creator }) =>
    id === undefined || creator === undefined ? [] : [`${id}/${creator}`],
  );
  return killAll(
    ids.map((id) => ['-k', 'id', '-k', id]),
    4,
  );
}

/** Few are calls of their own, readable; many go through one xargs, `words` to a call. */
function killAll(calls: readonly (readonly string[])[], words: number): readonly Step[] {
  if (calls.length <= SINGLE_MAX) return calls.map(kill);
  const shown: SafeText[] = calls.slice(0, SINGLE_MAX).map((call) => sanitise(`pfctl ${call.join(' ')}`));
  shown.push(sanitise(`… and ${groupDigits(calls.length - SINGLE_MAX)} more in the same batch`));
  return [
    {
      command: command(['xargs', '-n', String(words), 'pfctl'], {
        stdin: calls.map((call) => `${call.join(' ')}\n`).join(''),
        privileged: true,
        timeoutMs: Math.min(TIMEOUT_MS_MAX, BASE_TIMEOUT_MS + calls.length * PER_CALL_MS),
        // xargs(1) of BSD and of GNU: some call failed.
        okExits: [1, 123],
      }),
      shown,
    },
  ];
}

function kill(words: readonly string[]): Step {
  return { command: command(['pfctl', ...words], { privileged: true, okExits: [1] }) };
}

/** From "killed 4 states from 1 sources and 0 destinations", "killed 1 states"; undefined = no call said a number. */
export function statesKilled(stderrs: readonly string[]): number | undefined {
  const counts = stderrs.flatMap((text) =>
    [...text.matchAll(/^killed (\d{1,10}) states/gm)].map((match) => Number(match[1])),
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The first thing that pfctl said of killing besides numbers: "pfctl: DIOCKILLSTATES: Operation not permitted". */
export function killTrouble(stderrs: readonly string[]): string | undefined {
  for (const line of stderrs.flatMap((text) => text.split('\n')))
    if (line.startsWith('pfctl: ') && !line.startsWith('pfctl: DIOCSETLIMIT')) return line;
  return undefined;
}

/** From `uname -sr`: "FreeBSD 14.3-RELEASE", "OpenBSD 7.8". An unknown system gets no second form: the ids are enough. */
export const bothSidesWork = (uname: string): boolean => /^(?:OpenBSD \d|FreeBSD 1[34]\.)/.test(uname);

/** "  current entries                       10               ": the first one is of the state table. */
export function statesNow(info: string): number | undefined {
  const count = /^State Table .*\n {2}current entries +(\d{1,10})\s*$/m.exec(info)?.[1];
  return count === undefined ? undefined : Number(count);
}
