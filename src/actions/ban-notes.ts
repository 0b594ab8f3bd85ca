// The words of a ban: what it will replace, leave out or not achieve, said before Enter.

import type { SafeSet } from '../core/act.ts';
import type { Net } from '../core/address.ts';
import { formatDuration } from '../core/duration.ts';
import { hasHarm, worstFinding } from '../core/findings.ts';
import type { SetInfo } from '../core/rows.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { formatCount } from '../core/units.ts';
import type { DraftOf } from './action.ts';
import type { Addition } from './add-moves.ts';
import type { Group } from './ban-targets.ts';
import { jailTime } from './elements.ts';
import type { CutPlan } from './flows/flow-table.ts';
import { guardNotes, nameNets } from './guards.ts';
import type { Overlap } from './membership.ts';
import { outermost } from './ranges.ts';

type Draft = DraftOf<'ban'>;

/** A group after reading its set: what is added, and what was there. */
export type Sorted = Addition &
  Readonly<{
    group: Group;
    /** Of `replaced`: equal ones, and narrower ones that an interval set must give up. */
    refreshed: readonly Net[];
    inside: readonly Net[];
    /** Already inside an element that lasts at least as long. */
    covered: readonly Overlap[];
    /** Inside an element that ends sooner, in a set that cannot hold both. */
    blocked: readonly Overlap[];
  }>;

export function explainCovered({ group }: Sorted, { wanted, holder, relation, seconds }: Overlap): SafeText {
  const left =
    seconds === null
      ? 'until changed'
      : seconds === undefined
        ? 'time unknown'
        : `${formatDuration(seconds)} left`;
  const { set } = group.found;
  if (relation === 'equal')
    return sanitise(
      `${wanted.text} is banned by ${set.name} already (${left}), and ${set.owner} sets no time anew: unban it first`,
    );
  return sanitise(`${wanted.text} is inside ${holder.text} in set ${set.name} already (${left})`);
}

type NoteFacts = Readonly<{
  draft: Draft;
  sorted: readonly Sorted[];
  cut: CutPlan | undefined;
  safeSet: SafeSet;
  creates: boolean;
  unknown: boolean;
}>;

export function banNotes({ draft, sorted, cut, safeSet, creates, unknown }: NoteFacts): readonly SafeText[] {
  const notes: SafeText[] = [...guardNotes(safeSet)];
  const asked = draft.nets.length;
  const kept = outermost(draft.nets).length;
  if (kept < asked)
    notes.push(sanitise(`${asked - kept} of ${formatCount(asked)} are repeated or inside another one`));
  if (creates) notes.push(safe('opsconsole makes its own table now; undo removes it again'));
  for (const one of sorted) notes.push(...setNotes(one, draft));
  if (unknown)
    notes.push(safe('the time left of an element that is replaced is not known: this cannot be undone'));
  return [...notes, ...(cut?.notes ?? [])];
}

function setNotes(one: Sorted, draft: Draft): readonly SafeText[] {
  const { set } = one.group.found;
  const notes: string[] = [];
  const { refreshed, inside } = one;
  if (refreshed.length > 0)
    notes.push(
      one.group.found.arm.backend.addsBeside === true
        ? `${nameNets(refreshed)} is on the list ${set.name} already: this comes beside it, and the kernel may keep the first end`
        : `${nameNets(refreshed)} is banned in ${set.name} already: its time is set anew`,
    );
  if (inside.length > 0) notes.push(`${nameNets(inside)} in ${set.name} is replaced by the wider range`);
  const [covered] = one.covered;
  if (covered !== undefined) notes.push(`left out: ${explainCovered(one, covered)}`);
  const given = jailTime(set);
  if (given !== undefined && set.fixedTimeout !== draft.seconds)
    notes.push(`${set.name} bans for ${given}, whatever is wished: for another time ban into our own table`);
  const owned = ownerNote(set);
  if (owned !== undefined) notes.push(owned);
  if (set.ending === 'journal' && draft.seconds !== null)
    notes.push(
      `${set.name} keeps no times: the journal does, and \`opsconsole bans expire\`, run every minute, takes out what has ended`,
    );
  const whether = one.group.exists && !one.group.own ? dropNotes(set, draft) : [];
  return [...whether, ...notes].map((note) => sanitise(note, 240));
}

/** Whether the ban will hold at all: said first, where a low dialog shows it. */
function dropNotes(set: SetInfo, { cut }: Draft): readonly string[] {
  const { enforcement } = set;
  if (enforcement.kind === 'unused') return [`no rule uses set ${set.name}: nothing will be dropped`];
  if (enforcement.kind === 'not-dropped')
    return [`${set.name} is used by a rule that does not drop: ${enforcement.rule}`];
  if (enforcement.kind === 'unknown') return [];
  const harm = hasHarm(set) ? worstFinding(set) : undefined;
  const flows = cut ? 'flows are cut' : 'live flows go on, as cut is off';
  return [
    ...(harm === undefined ? [] : [harm.says]),
    ...(enforcement.afterEstablished
      ? [`${set.name} is tested after established flows are accepted: ${flows}`]
      : []),
  ];
}

/** Whoever else changes what is in it. */
function ownerNote({ backend, name, owner }: SetInfo): string | undefined {
  if (backend === 'crowdsec')
    return `${name} is the list of a local API: every host whose bouncer asks it bans it, too, at its next question`;
  if (backend === 'fail2ban' || owner === 'unknown' || owner === 'opsconsole') return undefined;
  if (owner === 'fail2ban') return `${name} belongs to fail2ban: its own list does not learn of this ban`;
  if (owner === 'sshguard')
    return `${name} belongs to sshguard, which empties it when it stops and does not learn of this ban: one in the table of opsconsole stays`;
  return `${name} belongs to ${owner}, which may remove the ban again`;
}
