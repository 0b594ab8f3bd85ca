// What the report of an act does to the dialog that asked for it and to the notice in the bottom line.

import type { ActReport } from '../core/act.ts';
import type { UnixMs } from '../core/brand.ts';
import type { HostId } from '../core/hosts.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import { type ActDialog, EDITING } from './act-dialog.ts';
import { type ModalState, NO_MODAL } from './modal-state.ts';

/** A finished act closes its dialog and leaves a notice; one that did not run or failed stays and says why. */
export function reported(
  state: ModalState,
  report: ActReport,
  { now, host, many }: Readonly<{ now: UnixMs; host: HostId; many: boolean }>,
): ModalState {
  const summary = many ? withHost(report.summary, host) : report.summary;
  const act = state.modal.kind === 'act' ? state.modal.act : undefined;
  const { outcome } = report;
  switch (outcome.kind) {
    case 'done': {
      const missing = outcome.proof.kind === 'unproved' ? outcome.proof.missing.join('; ') : undefined;
      const text = missing === undefined ? summary : sanitise(`${summary}, but ${missing}`);
      const role = missing === undefined ? 'good' : 'warn';
      const undo = { kind: 'act', host, actId: report.actId } as const;
      const notice = { text, role, at: now, canUndo: report.canUndo, undo } as const;
      return { ...state, modal: act?.phase.kind === 'performing' ? NO_MODAL : state.modal, notice };
    }
    case 'refused':
      if (act === undefined) return state;
      return inDialog(state, {
        ...act,
        phase: EDITING,
        preview: { kind: 'refused', reasons: outcome.reasons },
      });
    case 'failed': {
      if (act === undefined) return state;
      const { problem } = outcome;
      // Before the first step: the journal could not be opened, locked or written.
      if (outcome.stepIndex < 0 && act.phase.kind === 'performing' && act.preview.kind === 'ready') {
        const { typed, plan } = { typed: act.phase.typed, ...act.preview };
        const over = { plan, ...(typed === undefined ? {} : { typed }) };
        return inDialog(state, { ...act, phase: { kind: 'journal-fault', problem, over } });
      }
      const nothing = outcome.stepIndex === 0 && problem.code === 'no-line';
      const complaint = nothing
        ? safe('nothing was done: Enter looks again')
        : outcome.undone
          ? safe('what had been done was taken back')
          : safe('some steps may have run: look at the journal');
      return inDialog(state, { ...act, phase: EDITING, preview: { kind: 'failed', problem }, complaint });
    }
    case 'unknown': {
      const notice = { text: summary, role: 'warn', at: now, canUndo: false } as const;
      return { ...state, modal: act?.phase.kind === 'performing' ? NO_MODAL : state.modal, notice };
    }
    default:
      return unreachable(outcome);
  }
}

/** "banned 192.0.2.9 for 1d on edge1 · dropped by …": a line that is too long loses its end. */
function withHost(summary: SafeText, host: HostId): SafeText {
  const [what = '', ...details] = summary.split(' · ');
  return sanitise([`${what} on ${host}`, ...details].join(' · '), 500);
}

function inDialog(state: ModalState, act: ActDialog): ModalState {
  return { ...state, modal: { kind: 'act', act } };
}
