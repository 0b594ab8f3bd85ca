// Runs what an act dialog asks for: a preview whenever its fields say something new, the act when it is performing.
// Both are read from the state, so the reducer stays pure and nothing runs that the screen does not show.

import type { ActDraft, ActPreview, ActReport } from '../../core/act.ts';
import type { HostId } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { ActDialog } from '../../store/act-dialog.ts';
import { selectAct } from '../../store/select/shell.ts';
import type { ConsoleStore } from '../../store/store.ts';

/** The desk of the actions, as the console needs it. Neither call throws for reasons of the world. */
export type ActPort = Readonly<{
  preview(draft: ActDraft, signal: AbortSignal): Promise<ActPreview>;
  /** `onWait`: the line to the host was lost and is waited for, until `signal`. */
  perform(
    token: string,
    options: Readonly<{
      overJournal: boolean;
      typed?: string;
      onWait?: (words: SafeText) => void;
      signal?: AbortSignal;
    }>,
  ): Promise<ActReport>;
}>;

export type ActsOptions = Readonly<{
  store: ConsoleStore;
  desk: ActPort;
  readOnly: boolean;
  /** Runs `task` after `ms` unless cancelled. */
  later: (ms: number, task: () => void) => () => void;
  /** An act has ended on this host: what it touched is worth a look. */
  onReported: (report: ActReport, host: HostId) => void;
}>;

/** A first preview starts at once; while somebody types, one waits for a pause. */
const TYPING_PAUSE_MS = 120;

export type Acts = Readonly<{
  /** Resolves when no act is being performed; previews are dropped. */
  close(): Promise<void>;
}>;

export function runActs(options: ActsOptions): Acts {
  const { store, later } = options;
  let previewing: Readonly<{ revision: number; drop: () => void }> | undefined;
  let performing: Promise<void> | undefined;
  let waiting = new AbortController();
  const look = (): void => {
    const act = selectAct(store.getState());
    if (previewing !== undefined && previewing.revision !== act?.revision) {
      previewing.drop();
      previewing = undefined;
    }
    if (act === undefined) return;
    if (act.phase.kind === 'performing' && act.phase.left === true) waiting.abort();
    if (act.phase.kind === 'performing' && performing === undefined) {
      waiting = new AbortController();
      performing = perform(act.phase, waiting.signal, options).finally(() => {
        performing = undefined;
        look();
      });
      return;
    }
    if (act.preview.kind !== 'pending' || previewing !== undefined || act.reading.kind === 'wrong') return;
    const abort = new AbortController();
    const { draft } = act.reading;
    const start = (): void => void preview({ draft, revision: act.revision }, abort.signal, options);
    const cancel = later(isTyping(act) ? TYPING_PAUSE_MS : 0, start);
    previewing = {
      revision: act.revision,
      drop: () => {
        cancel();
        abort.abort();
      },
    };
  };
  const leave = store.subscribe(look);
  return {
    close: async () => {
      leave();
      previewing?.drop();
      // Who leaves the console does not wait for a line: it is checked at the next connection.
      waiting.abort();
      await performing;
    },
  };
}

/** Enter pressed, or the dialog just opened: nobody is typing. */
function isTyping(act: ActDialog): boolean {
  if (act.phase.kind === 'armed') return false;
  const field = act.form.fields[act.form.focus];
  return field !== undefined && field.input.text !== '';
}

async function preview(
  wish: Readonly<{ draft: ActDraft; revision: number }>,
  signal: AbortSignal,
  { store, desk, readOnly }: ActsOptions,
): Promise<void> {
  const found = readOnly ? READ_ONLY : await desk.preview(wish.draft, signal).catch(asBug);
  if (signal.aborted) return;
  store.dispatch({ kind: 'modal/act-previewed', revision: wish.revision, preview: found });
}

const READ_ONLY: ActPreview = {
  kind: 'failed',
  problem: problem('refused', 'this console is read-only', { hint: 'start it without --read-only to act' }),
};

function asBug(error: unknown): ActPreview {
  return { kind: 'failed', problem: problem('bug', error instanceof Error ? error.message : String(error)) };
}

async function perform(
  phase: Extract<ActDialog['phase'], { kind: 'performing' }>,
  signal: AbortSignal,
  { store, desk, readOnly, onReported }: ActsOptions,
): Promise<void> {
  const { at } = store.getState();
  const act = selectAct(store.getState());
  const action = act?.form.action ?? 'undo';
  const failed = (why: ActPreview): ActReport => ({
    actId: '',
    action,
    summary: '' as ActReport['summary'],
    canUndo: false,
    outcome: {
      kind: 'failed',
      problem: why.kind === 'failed' ? why.problem : problem('bug', 'no report'),
      stepIndex: 0,
      undone: false,
    },
  });
  const report = readOnly
    ? failed(READ_ONLY)
    : await desk
        .perform(phase.token, {
          overJournal: phase.overJournal,
          signal,
          onWait: (words) => store.dispatch({ kind: 'modal/act-waiting', words }),
          ...(phase.typed === undefined ? {} : { typed: phase.typed }),
        })
        .catch((error: unknown) => failed(asBug(error)));
  store.dispatch({ kind: 'modal/act-reported', report });
  onReported(report, at);
}
