// One act out of many parts: our own table where it is needed, one batch per set, the way back, the facts, the proof.

import type { SafeSet } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { Plan, Proof } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { type Backend, ownsTable } from '../../firewall/backend.ts';
import type { Host } from '../../host/host.ts';
import { type ActContext, type Gathered, type Move, type Performed, refused } from '../action.ts';
import { addedFacts, deleteSteps, isUnknown, movesOf, movesOn, priorFact, putBack } from '../elements.ts';
import type { BanFacts } from '../facts.ts';
import { findSet, ownSets, readFirewalls } from '../firewalls.ts';
import { guardNotes, nameNets } from '../guards.ts';
import { abridge } from '../journal-pack.ts';
import { findAbsent } from '../membership.ts';
import { probe } from '../probe.ts';
import { explainEnforcement } from '../prove-ban.ts';
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

/** Steps for our own table, and what is new with it. */
function ensureOwn(
  parts: readonly BulkPart[],
): Readonly<{ moves: readonly Move[]; made: readonly SetInfo[] }> {
  const owned = parts.filter(({ group }) => group.own);
  const arm = owned[0]?.group.found.arm;
  if (arm === undefined || !ownsTable(arm.backend)) return { moves: [], made: [] };
  const { own, atomic = false } = arm.backend;
  const families = [...new Set(owned.map(({ group }) => group.found.set.family))];
  const there = new Set(arm.sets.map(({ key }) => key));
  const wanted = ownSets(own, own.whole === true ? [4, 6] : families);
  const mended = own.whole === true && wanted.some(({ key }) => there.has(key));
  const made = mended ? [] : wanted.filter(({ key }) => !there.has(key));
  const steps = own.ensure(arm.sets, families);
  return { made, moves: movesOf(steps, atomic, () => (made.length === 0 ? [] : own.remove(made))) };
}

function addMoves({ group, elements, replaced, overlapped }: BulkPart): readonly Move[] {
  const { arm, set } = group.found;
  const before = new Set(replaced.map(({ net }) => net.text));
  const steps = arm.backend.planAdd(set, elements, overlapped);
  return movesOn(arm.backend, steps, (now: UnixMs) => [
    ...deleteSteps(
      arm.backend,
      set,
      elements.flatMap(({ net }) => (before.has(net.text) ? [] : [net])),
    ),
    ...putBack(arm.backend, set, replaced, now),
  ]);
}

function factsOf(parts: readonly BulkPart[], made: readonly SetInfo[], many: boolean): BanFacts {
  const created = made.length === 0 ? {} : { created: made.map(({ key }) => key) };
  const sets = parts.map(({ group }) => group.found.set.key);
  if (many) return { kind: 'ban', sets, added: [], before: [], ...created };
  return {
    kind: 'ban',
    sets,
    added: parts.flatMap(({ elements }, index) => addedFacts(elements, index)),
    before: parts.flatMap(({ replaced }, index) => replaced.map((prior) => priorFact(prior, index))),
    ...created,
  };
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
    const { set } = group.found;
    const now = findSet(view, set.key);
    const nets = elements.map(({ net }) => net);
    added += nets.length;
    if (now === undefined) {
      missing.push(sanitise(`set ${set.name} is gone`));
      continue;
    }
    const big = nets.length > READ_BACK_MAX;
    if (big) sampled += SAMPLE;
    const absent = big ? await sampleAbsent(host, now.set, nets) : await findAbsent(host, now, nets);
    if (!absent.ok) missing.push(sanitise(`could not read ${set.name} back: ${absent.problem.summary}`));
    else if (absent.value.length > 0)
      missing.push(sanitise(`${nameNets(absent.value)} is not in set ${set.name} after all`));
    const why = explainEnforcement(set.name, now.set.enforcement);
    if (why !== undefined) missing.push(why);
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  const how = sampled === 0 ? '' : ` · proved by a sample of ${sampled}`;
  return { kind: 'proved', says: sanitise(`${groupDigits(added)} ${doneWords}${how}`, 300) };
}

/** Spread over all of them. */
async function sampleAbsent(host: Host, set: SetInfo, nets: readonly Net[]) {
  const step = Math.max(1, Math.floor(nets.length / SAMPLE));
  const asked = nets.filter((_, index) => index % step === 0).slice(0, SAMPLE);
  const answers = await Promise.all(asked.map((net) => probe(host, set, net)));
  return { ok: true, value: asked.filter((_, index) => answers[index] !== 'present') } as const;
}
