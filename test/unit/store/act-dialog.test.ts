// An act from its key to its report, as the reducer sees it: the quick way is one Enter, the risky way is not.

import { describe, expect, it } from 'vitest';
import type { ActPreview, ActReport } from '../../../src/core/act.ts';
import type { IntentId } from '../../../src/core/intent.ts';
import { command, type Plan, type Risk } from '../../../src/core/plan.ts';
import { problem } from '../../../src/core/problem.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { ActDialog } from '../../../src/store/act-dialog.ts';
import { banForm, tightenForm, unbanForm, undoForm } from '../../../src/store/forms.ts';
import { selectAct } from '../../../src/store/select/shell.ts';
import { SESSION, storeAt, targetOf } from '../../frames/shell-parts.ts';

function opened(form = banForm({ target: targetOf('192.0.2.140'), defaults: SESSION.bans, sets: [] })) {
  const store = storeAt(80, 24);
  store.dispatch({ kind: 'modal/act-opened', form });
  const act = (): ActDialog => {
    const found = selectAct(store.getState());
    if (found === undefined) throw new Error('no dialog');
    return found;
  };
  return {
    store,
    act,
    isOpen: () => selectAct(store.getState()) !== undefined,
    press: (...ids: readonly IntentId[]) => {
      for (const id of ids) store.dispatch({ kind: 'modal/intent', intent: { id }, rows: 10 });
    },
    type: (text: string) =>
      store.dispatch({ kind: 'modal/intent', intent: { id: 'text-insert', text }, rows: 10 }),
    answer: (preview: ActPreview, revision = act().revision) =>
      store.dispatch({ kind: 'modal/act-previewed', revision, preview }),
    report: (outcome: ActReport['outcome']) =>
      store.dispatch({
        kind: 'modal/act-reported',
        report: { actId: 'a', action: 'ban', summary: safe('banned it'), outcome, canUndo: true },
      }),
  };
}

const ready = (risk: Risk = 'reversible', typed?: string): ActPreview => {
  const plan: Plan = {
    action: 'ban',
    summary: safe('ban it'),
    steps: [{ command: command(['true']) }],
    undo: [],
    notes: [],
    risk,
  };
  return typed === undefined
    ? { kind: 'ready', token: 't', plan }
    : { kind: 'ready', token: 't', plan, typed };
};
const PERFORMING = { kind: 'performing', token: 't', overJournal: false };

describe('a reversible act', () => {
  it('runs on Enter', () => {
    const { act, press, answer } = opened();
    answer(ready());
    press('accept');
    expect(act().phase).toEqual(PERFORMING);
  });

  it('runs as soon as it is ready when Enter came first', () => {
    const { act, press, answer } = opened();
    press('accept');
    expect(act().phase.kind).toBe('armed');
    answer(ready());
    expect(act().phase).toEqual(PERFORMING);
  });

  it('does not run when the armed preview turns out refused or disruptive', () => {
    for (const preview of [ready('disruptive'), { kind: 'refused', reasons: [safe('no')] } as const]) {
      const { act, press, answer } = opened();
      press('accept');
      answer(preview);
      expect(act().phase.kind).toBe('editing');
    }
  });

  it('forgets Enter and the preview when a field changes', () => {
    const { act, press, answer } = opened();
    answer(ready());
    press('accept');
    const performing = act();
    press('choice-next', 'cancel');
    expect(act()).toBe(performing);
    const other = opened();
    other.press('accept', 'choice-next');
    expect([other.act().phase.kind, other.act().preview.kind]).toEqual(['editing', 'pending']);
  });

  it('drops the preview of fields that have changed since', () => {
    const { act, press, answer } = opened();
    const old = act().revision;
    press('choice-next');
    answer(ready(), old);
    expect(act().preview.kind).toBe('pending');
  });
});

describe('a disruptive act', () => {
  it('has Cancel as default: Enter, Enter leaves without running', () => {
    const { isOpen, press, answer } = opened();
    answer(ready('disruptive'));
    press('accept');
    expect(isOpen()).toBe(true);
    press('accept');
    expect(isOpen()).toBe(false);
  });

  it('runs after the button is chosen', () => {
    const { act, press, answer } = opened();
    answer(ready('disruptive'));
    press('accept', 'choice-next', 'accept');
    expect(act().phase).toEqual(PERFORMING);
  });

  it('runs only when exactly the wanted text is typed', () => {
    const { act, press, answer, type } = opened();
    answer(ready('disruptive', '256'));
    press('accept');
    type('25');
    press('accept');
    expect([act().phase.kind, act().complaint]).toEqual(['editing', 'that is not 256: nothing was run']);
    type('6');
    press('accept');
    expect(act().phase).toEqual({ ...PERFORMING, typed: '256' });
  });

  it('asks again after a change', () => {
    const { act, press, answer, type } = opened();
    answer(ready('disruptive', '256'));
    press('accept');
    type('256');
    press('field-next', 'choice-next');
    expect(act().form.fields.some((field) => field.id === 'confirm')).toBe(false);
  });
});

describe('the end of an act', () => {
  it('closes the dialog and says what was done', () => {
    const { store, isOpen, press, answer, report } = opened();
    answer(ready());
    press('accept');
    report({ kind: 'done', durationMs: 3, proof: { kind: 'proved', says: safe('it is dropped') } });
    expect(isOpen()).toBe(false);
    expect(store.getState().modal.notice).toMatchObject({ text: 'banned it', role: 'good', canUndo: true });
  });

  it('warns when the proof is missing', () => {
    const { store, press, answer, report } = opened();
    answer(ready());
    press('accept');
    const missing = [safe('no rule drops set x')];
    report({ kind: 'done', durationMs: 3, proof: { kind: 'unproved', missing } });
    expect(store.getState().modal.notice).toMatchObject({
      text: 'banned it, but no rule drops set x',
      role: 'warn',
    });
  });

  it('stops at a journal that cannot be written; only the override goes on', () => {
    const { act, press, answer, report } = opened();
    answer(ready());
    press('accept');
    const full = problem('no-space', 'disk full');
    report({ kind: 'failed', problem: full, stepIndex: -1, undone: true });
    press('accept');
    expect(act().phase.kind).toBe('journal-fault');
    press('over-journal');
    expect([act().phase.kind, act().preview.kind]).toEqual(['armed', 'pending']);
    answer(ready());
    expect(act().phase).toEqual({ kind: 'performing', token: 't', overJournal: true });
  });

  it('does not run another plan over the journal than the one that was shown', () => {
    const { act, press, answer, report } = opened();
    answer(ready());
    press('accept');
    const full = problem('no-space', 'disk full');
    report({ kind: 'failed', problem: full, stepIndex: -1, undone: true });
    press('over-journal');
    const other = ready();
    if (other.kind !== 'ready') throw new Error('not ready');
    answer({ ...other, plan: { ...other.plan, steps: [{ command: command(['false']) }] } });
    expect(act()).toMatchObject({ phase: { kind: 'editing' }, preview: { kind: 'pending' } });
  });

  it('shows a failure and asks anew on Enter', () => {
    const { act, press, answer, report } = opened();
    answer(ready());
    press('accept');
    report({ kind: 'failed', problem: problem('bad-exit', 'ipset said no'), stepIndex: 1, undone: true });
    expect(act().preview).toMatchObject({ kind: 'failed' });
    const before = act().revision;
    press('accept');
    expect([act().preview.kind, act().revision]).toEqual(['pending', before + 1]);
  });
});

describe('fields', () => {
  it('typing on the scope makes it a typed network, shown widened', () => {
    const { act, type } = opened();
    type('192.0.2.77/25');
    const { reading } = act();
    expect(reading).toMatchObject({ kind: 'draft', draft: { nets: [{ text: '192.0.2.0/25' }] } });
    expect(reading.kind === 'draft' ? reading.notes : []).toEqual([
      '192.0.2.77/25 has host bits set: it means 192.0.2.0/25, 128 addresses',
    ]);
  });

  it('a wrong field is said and gets the focus on Enter', () => {
    const { act, press, type } = opened();
    press('field-next');
    type('12');
    press('field-previous', 'accept');
    expect(act().form.focus).toBe(1);
    expect(act().complaint).toContain('"12" is not a duration');
  });

  it('defaults are the session’s', () => {
    const reading = opened().act().reading;
    expect(reading).toMatchObject({
      kind: 'draft',
      draft: { seconds: 86_400, target: { kind: 'own' }, cut: true, nets: [{ text: '192.0.2.140' }] },
    });
  });

  it('an address can be typed where the cursor was on none', () => {
    const { act, type } = opened(banForm({ defaults: SESSION.bans, sets: [] }));
    expect(act().reading.kind).toBe('wrong');
    type('2001:db8::1 198.51.100.7');
    expect(act().reading).toMatchObject({
      draft: { nets: [{ text: '2001:db8::1' }, { text: '198.51.100.7' }] },
    });
  });

  it('unban, tighten and undo read as drafts', () => {
    expect(opened(unbanForm({ target: targetOf('192.0.2.1') })).act().reading).toMatchObject({
      draft: { action: 'unban', nets: [{ text: '192.0.2.1' }] },
    });
    expect(opened(tightenForm({ preset: 'siege' })).act().reading).toMatchObject({
      draft: { action: 'tighten', change: { preset: 'siege' } },
    });
    expect(opened(undoForm()).act().reading).toMatchObject({ draft: { action: 'undo' } });
    const one = opened(tightenForm({ timeout: 'nf_conntrack_udp_timeout' }));
    one.type('2m');
    expect(one.act().reading).toMatchObject({
      draft: { change: { name: 'nf_conntrack_udp_timeout', seconds: 120 } },
    });
  });
});

describe('a line that is lost while an act runs', () => {
  const waiting = safe('line lost: waiting for edge1 to check');

  it('is said; Escape ends the waiting, not the act', () => {
    const { act, store, answer, press, isOpen, report } = opened();
    answer(ready());
    press('accept');
    press('cancel');
    expect(act().phase).toEqual(PERFORMING);
    store.dispatch({ kind: 'modal/act-waiting', words: waiting });
    expect(act().phase).toEqual({ ...PERFORMING, waiting });
    press('cancel');
    expect(act().phase).toEqual({ ...PERFORMING, waiting, left: true });
    report({ kind: 'unknown', problem: problem('line-lost', 'lost'), stepIndex: 1 });
    expect(isOpen()).toBe(false);
    expect(store.getState().modal.notice).toMatchObject({ role: 'warn', canUndo: false });
  });

  it('before the first step leaves the dialog open: nothing was done', () => {
    const { act, answer, press, report } = opened();
    answer(ready());
    press('accept');
    report({
      kind: 'failed',
      problem: problem('no-line', 'edge1: not connected'),
      stepIndex: 0,
      undone: true,
    });
    expect(act().complaint).toBe('nothing was done: Enter looks again');
    press('accept');
    expect(act().preview.kind).toBe('pending');
  });
});
