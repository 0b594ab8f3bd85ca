// The states of pf: counted, planned to be ended, looked for again. `-k` alone leaves states, so the ones that
// are left are ended by their ids, in rounds, and only a listing without any of them is a proof.

import { contains, type Net } from '../../core/address.ts';
import { whyNoFirewall } from '../../core/host-system.ts';
import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import {
  bothSidesWork,
  killTrouble,
  LIST_SOURCES,
  LIST_STATES,
  manyNets,
  planPfKillIds,
  planPfKills,
  statesKilled,
  statesNow,
} from '../../firewall/pf/cut.ts';
import { parsePfSources } from '../../firewall/pf/sources.ts';
import { createPfStates, type PfState } from '../../firewall/pf/states.ts';
import { ASK_SYSTEM } from '../../firewall/pf/system.ts';
import type { Finished, Host } from '../../host/host.ts';
import type { ActContext, Move, Rounds } from '../action.ts';
import type { CutPlan, FlowsLeft, FlowTable } from './flow-table.ts';

/** Up to this many states a listing costs well under 0.2 s and is made before the act as well. */
const COUNT_BEFORE_MAX = 20_000;
/** New states come while a host goes on knocking; those that come after three rounds come through a rule. */
const ROUNDS_MAX = 3;
export const ASK_INFO = command(['pfctl', '-s', 'info'], { privileged: true });

/** Undefined: there is no pf here. */
export async function planPfCut(
  { host, signal }: ActContext,
  nets: readonly Net[],
): Promise<CutPlan | undefined> {
  if (whyNoFirewall(host.system) !== undefined || (await host.which('pfctl')) === undefined) return undefined;
  const [system, info] = await Promise.all([host.run(ASK_SYSTEM, signal), host.run(ASK_INFO, signal)]);
  if (!info.ok)
    return {
      nets,
      moves: [],
      before: undefined,
      table: pfTable(),
      unavailable: info.problem,
      notes: [sanitise(`the states of pf could not be read: ${info.problem.summary}`, 200)],
    };
  const size = statesNow(info.value.stdout);
  const few = size !== undefined && size <= COUNT_BEFORE_MAX;
  const found = few ? await findStates(host, nets, signal) : undefined;
  const before = found?.ok === true ? found.value.length : undefined;
  const bothSides = system.ok && bothSidesWork(system.value.stdout);
  const notes =
    before === undefined || before === 0
      ? []
      : [sanitise(before === 1 ? '1 live state is cut' : `${formatCount(before)} live states are cut`)];
  const tracked = manyNets(nets) ? await trackedOf(host, nets, signal) : [];
  const kills = planPfKills(nets, { bothSides, tracked }).map(
    (step): Move => ({ step, atomic: true, reverse: () => [] }),
  );
  return { nets, moves: [...kills, roundsOf(nets)], before, table: pfTable(), notes };
}

async function trackedOf(host: Host, nets: readonly Net[], signal?: AbortSignal): Promise<readonly Net[]> {
  const listed = await host.run(LIST_SOURCES, signal);
  if (!listed.ok) return [];
  const { sources } = parsePfSources(listed.value.stdout);
  return nets.filter((wanted) => sources.some(({ net }) => contains(wanted, net)));
}

function roundsOf(nets: readonly Net[]): Move {
  const shown = [
    sanitise(LIST_STATES.argv.join(' ')),
    sanitise(
      `then each state that is left, by its id: pfctl -k id -k ID/CREATORID (up to ${ROUNDS_MAX} rounds)`,
    ),
  ];
  const rounds: Rounds = {
    max: ROUNDS_MAX,
    reader() {
      const states: PfState[] = [];
      const reading = createPfStates((state) => states.push(state), nets);
      return {
        push: reading.push,
        end() {
          reading.end();
          return planPfKillIds(states);
        },
      };
    },
  };
  return { step: { command: LIST_STATES, shown }, atomic: true, reverse: () => [], rounds };
}

/** Keeps what pfctl said while cutting, for the words of what is left. */
function pfTable(): FlowTable {
  let trouble: string | undefined;
  return {
    cut(outputs: readonly Finished[]) {
      const stderrs = outputs.map(({ stderr }) => stderr);
      trouble = killTrouble(stderrs);
      return statesKilled(stderrs);
    },
    async left(host, nets): Promise<Result<FlowsLeft>> {
      const found = await findStates(host, nets);
      if (!found.ok) return found;
      const count = found.value.length;
      if (count === 0) return ok({ count });
      return ok({ count, why: sanitise(trouble ?? namePassing(found.value), 200) });
    },
  };
}

/** Which rules made them: a `pass` before the block, or the state came again in between. */
function namePassing(states: readonly PfState[]): string {
  const rules = new Set(
    states.flatMap(({ rule, anchor }) =>
      rule === undefined ? [] : [anchor === undefined ? `${rule}` : `${rule} in anchor ${anchor}`],
    ),
  );
  if (rules.size === 0) return 'their rules are not known';
  const names = [...rules].slice(0, 5).join(', ');
  return `made by rule ${names} (pfctl -vv -s rules): it passes them before the block, or \`set skip\` spares them`;
}

/** Those of `nets`, or all. A table that was not understood is not an empty one. */
export async function findStates(
  host: Host,
  nets: readonly Net[] | undefined,
  signal?: AbortSignal,
): Promise<Result<readonly PfState[]>> {
  const states: PfState[] = [];
  const reading = createPfStates((state) => states.push(state), nets);
  const listed = await host.stream(LIST_STATES, (chunk) => reading.push(chunk), signal);
  if (!listed.ok) return listed;
  const { unreadable } = reading.end();
  // Listings that fail inside of pfctl only warn, and it ends with 0.
  const said = killTrouble([listed.value.stderr]);
  if (said !== undefined) return fail(problem('unreadable', sanitise(`the states: ${said}`, 200)));
  if (unreadable > 0)
    return fail(
      problem('unreadable', `${formatCount(unreadable)} lines of the state table were not understood`, {
        hint: 'pfctl -vv -s states shows them',
      }),
    );
  return ok(states);
}
