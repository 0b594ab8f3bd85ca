// One act out of many parts, each of which goes into one set: its plan and its proof.

import type { SafeSet } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import type { Plan, Proof } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Backend } from '../../firewall/backend.ts';
import { type ActContext, type Gathered, type Performed, refused } from '../action.ts';
import { addMoves, ensureOwn, factsOf } from '../add-moves.ts';
import { isUnknown } from '../elements.ts';
import { readFirewalls } from '../firewalls.ts';
import { guardNotes } from '../guards.ts';
import { abridge } from '../journal/pack.ts';
import { readBack } from '../prove-ban.ts';
import { FACTS_MAX } from './draft.ts';
import type { BulkPart } from './part.ts';

export type BulkWish = Readonly<{
  parts: readonly BulkPart[];
  backends: readonly Backend[];
  /** "restore 12 bans". */
  summary: string;
  /** What the proof says after it: "put back for the time that they had left". */
  doneWords: string;
  reason: string;
  notes: readonly SafeText[];
  typed?: string;
}>;

export function assembleBulk(wish: BulkWish, { host, safeSet }: ActContext): Gathered {
  const parts = wish.parts.filter(({ elements }) => elements.length > 0);
  const { moves: creates, made } = ensureOwn(parts);
  const moves = [...creates, ...parts.flatMap(addMoves)];
  const nets = parts.flatMap(({ elements }) => elements.map(({ net }) => net));
  const unread = parts.some((part) => part.unread);
  const unknown = unread || parts.some(({ replaced }) => replaced.some(isUnknown));
  const many = nets.length > FACTS_MAX;
  const homeless = many ? parts.find(({ group }) => group.found.set.ending === 'journal') : undefined;
  if (homeless !== undefined)
    return refused(
      sanitise(
        `${homeless.group.found.set.name} keeps no ends: the journal must, and takes at most ${groupDigits(FACTS_MAX)} at a time`,
      ),
    );
  const plan: Plan = {
    action: 'ban',
    summary: sanitise(wish.summary, 200),
    steps: moves.map(({ step }) => step),
    undo: many ? [] : [...moves].reverse().flatMap((move) => move.reverse(host.now())),
    notes: [...noteTexts({ safeSet, many, unread, creates: made.length > 0 }), ...wish.notes],
    risk: wish.typed === undefined ? 'reversible' : 'disruptive',
  };
  return {
    kind: 'ready',
    prepared: {
      plan,
      moves,
      guarded: nets,
      ...(wish.typed === undefined ? {} : { typed: wish.typed }),
      reason: wish.reason,
      facts: factsOf(parts, made, many),
      canUndo: !unknown && !many,
      ...(many ? { recorded: abridge(moves.map(({ step }) => step.command)) } : {}),
      prove: (performed) => prove(performed, parts, wish),
    },
  };
}

type Noted = Readonly<{ safeSet: SafeSet; many: boolean; unread: boolean; creates: boolean }>;

function noteTexts({ safeSet, many, unread, creates }: Noted): readonly SafeText[] {
  const notes = [...guardNotes(safeSet)];
  if (creates) notes.push(safe('opsconsole makes its own table now; undo removes it again'));
  if (many)
    notes.push(
      sanitise(
        `more than ${groupDigits(FACTS_MAX)} at once are not kept in the journal: this cannot be undone`,
      ),
    );
  if (unread) notes.push(safe('the set is too large to be read before: this cannot be undone'));
  return notes;
}

/** More than this are asked by a sample: reading a million of nft back takes as long as putting them there. */
const READ_BACK_MAX = 50_000;
const SAMPLE = 24;

async function prove(
  { host }: Performed,
  parts: readonly BulkPart[],
  { backends, doneWords }: BulkWish,
): Promise<Proof> {
  const view = await readFirewalls(host, backends);
  const missing: SafeText[] = [];
  let added = 0;
  let sampled = 0;
  for (const { group, elements } of parts) {
    const all = elements.map(({ net }) => net);
    const nets = all.length > READ_BACK_MAX ? sampleOf(all) : all;
    if (nets !== all) sampled += nets.length;
    added += all.length;
    const back = await readBack(host, view, { set: group.found.set, nets });
    missing.push(...back.missing);
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  const how = sampled === 0 ? '' : ` · proved by a sample of ${sampled}`;
  return { kind: 'proved', says: sanitise(`${groupDigits(added)} ${doneWords}${how}`, 300) };
}

/** Spread over all of them. */
function sampleOf(nets: readonly Net[]): readonly Net[] {
  const step = Math.max(1, Math.floor(nets.length / SAMPLE));
  return nets.filter((_, index) => index % step === 0).slice(0, SAMPLE);
}
