// What the bottom line says of an act on several hosts when nothing of it runs any more: that, and no older result, is what
// the key that undoes takes back.

import type { SafeText } from '../../core/sanitise.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { NoticeRole, NoticeUndo } from '../modal-state.ts';
import { countSteps, type FleetAct, undoJobs } from './fleet-act.ts';

export type FleetNotice = Readonly<{ text: SafeText; role: NoticeRole; undo?: NoticeUndo }>;

/** Undefined: it did not just end. */
export function fleetNotice(act: FleetAct, before: FleetAct | undefined): FleetNotice | undefined {
  if (before?.id !== act.id || countSteps(before).running === 0) return undefined;
  const counts = countSteps(act);
  if (counts.running > 0) return undefined;
  const done = act.action === 'shields' ? 'done' : 'proved';
  const parts: readonly (readonly [number, string])[] = [
    [counts.done - counts.unproved, done],
    [counts.unproved, act.action === 'shields' ? 'done in part' : 'not proved'],
    [counts.failed, 'failed'],
    [counts.unknown, 'not known'],
    [counts.unreached, 'not connected'],
    [counts.refused, 'refused'],
    [counts.asked + counts.ready, 'not begun'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const jobs = undoJobs(act);
  const bad = counts.failed + counts.unknown > 0;
  const isAll = counts.done - counts.unproved === act.rows.length;
  return {
    text: sanitise(`${act.title}: ${words.join(', ')}`, 300),
    role: isAll ? 'good' : bad ? 'bad' : 'warn',
    ...(jobs.length === 0 ? {} : { undo: { kind: 'fleet', jobs } }),
  };
}
