// What the engine of one host told about raising or lowering, as the result of that host in a list of several.

import type { HostId } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { LowerReport, RaiseReport } from '../../core/shields.ts';
import { unreachable } from '../../core/unreachable.ts';
import { onHost } from '../hosts/on-host.ts';
import type { Msg } from '../messages.ts';
import { whyNoShields } from '../select/shields.ts';
import { outcomeBrief } from '../select/shields-words.ts';
import type { ConsoleState } from '../state.ts';
import type { FleetJobs, FleetStep } from './fleet-act.ts';

type Told = Extract<Msg, { kind: 'shields/ended' | 'shields/progressed' }>;

export function shieldsStep(msg: Told): FleetStep {
  if (msg.kind === 'shields/progressed') return { kind: 'running', token: '', doing: msg.doing };
  if (msg.raised !== undefined) return raisedStep(msg.raised);
  if (msg.lowered !== undefined) return loweredStep(msg.lowered);
  // They stood as was wished already.
  const up = msg.now?.kind === 'up';
  const says = msg.said?.text ?? (up ? safe('up already') : safe('down already'));
  return { kind: 'done', says, missing: [], canUndo: false };
}

function raisedStep(report: RaiseReport): FleetStep {
  switch (report.kind) {
    case 'up': {
      // Without its clock, which runs on: the top row has it.
      const says = report.now.phase === 'trial' ? safe('up, in trial') : safe('up');
      const left = report.leftOut.map(({ measure, why }) => sanitise(`left out: ${measure}, ${why}`, 160));
      return { kind: 'done', says, missing: [...left, ...report.warnings], canUndo: false };
    }
    case 'refused':
      return report;
    case 'failed': // also without a line: it may have gone in the middle
      if (!report.undone && report.problem.code === 'line-lost')
        return { kind: 'unknown', problem: report.problem };
      return { kind: 'failed', problem: report.problem, ran: report.undone ? 'undone' : 'some' };
    default:
      return unreachable(report);
  }
}

function loweredStep(report: LowerReport): FleetStep {
  if (report.kind === 'failed') {
    const { problem } = report;
    return { kind: problem.code === 'line-lost' ? 'unknown' : 'failed', problem };
  }
  const { outcome, already } = report;
  const says = sanitise(`${already ? 'down already' : 'down'}: ${outcomeBrief(outcome)}`, 160);
  const failed = outcome.items.filter(({ result }) => result === 'failed').map(({ what }) => what);
  return { kind: 'done', says, missing: failed, canUndo: false };
}

/** Up where they are down; down only where they are up on all of them: a host that is under attack is not opened by it. */
export function shieldsJobs(state: ConsoleState, hosts: readonly HostId[]): FleetJobs {
  const isUp = (id: HostId): boolean => onHost(state, id).shields.now?.kind === 'up';
  const lower = hosts.length > 0 && hosts.every(isUp);
  const way = lower ? 'lower' : 'raise';
  return hosts
    .filter((id) => lower || !isUp(id))
    .map((host) => {
      const refused = whyNot(onHost(state, host));
      return { host, job: { kind: 'shields', way } as const, ...(refused === undefined ? {} : { refused }) };
    });
}

/** A host that is not reached is tried all the same: only its engine knows. */
function whyNot(seen: ConsoleState): ReturnType<typeof whyNoShields> {
  const there = seen.link?.kind === 'up' || seen.link?.kind === 'local';
  return seen.readOnly || there ? whyNoShields(seen) : undefined;
}

/** The wish was not taken: something else is being done there. */
export const SHIELDS_BUSY = problem('refused', 'the shields of this host are being changed already', {
  hint: 'wait for that, then try again',
});
