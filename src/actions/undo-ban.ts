// Takes back a ban: deletes what it added, puts back what it replaced with the time that would be left by now, and
// removes our own table when that ban made it and nothing else has come into it.

import type { JournalRow } from '../core/act.ts';
import { type Net, parseNet } from '../core/address.ts';
import { type UnixMs, unixMs } from '../core/brand.ts';
import type { Proof } from '../core/plan.ts';
import type { SetInfo, SetKey } from '../core/rows.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { Backend } from '../firewall/backend.ts';
import {
  type ActContext,
  failed,
  type Gathered,
  type Move,
  type Performed,
  refused,
  stepsOf,
} from './action.ts';
import { stillInKernel } from './daemon-lists.ts';
import {
  deletePriors,
  elementAt,
  movesOf,
  movesOn,
  type Prior,
  priorFromFact,
  priorOf,
  putBack,
} from './elements.ts';
import type { BanFacts } from './facts.ts';
import { backendsOf, blindFor, type FirewallView, type Found, findSet, readFirewalls } from './firewalls.ts';
import { nameNets } from './guards.ts';
import { onItsClock } from './journal/clock.ts';
import { findOverlaps, type Overlap, readMembers } from './membership.ts';

/** An element ends when the act said so, give or take rounding of the tools and the time that the act took. */
const END_TOLERANCE_MS = 10_000;
const REASONS_MAX = 5;

type Given = Readonly<{ net: Net; endsAt: number | null }>;
type Part = Readonly<{
  found: Found;
  given: readonly Given[];
  priors: readonly Prior[];
  now: readonly Overlap[];
}>;

export async function undoBan(row: JournalRow, facts: BanFacts, whole: ActContext): Promise<Gathered> {
  const keys = facts.sets as readonly SetKey[];
  const context = { ...whole, backends: backendsOf(keys, whole.backends) };
  const { host, backends, signal } = context;
  const view = await readFirewalls(host, backends, signal);
  const parts: Part[] = [];
  for (const [index, key] of keys.entries()) {
    const given = givenIn(facts, index, onItsClock(host, row.at));
    const found = findSet(view, key);
    if (found === undefined) return goneSet(key, view);
    const now = await findOverlaps(
      host,
      found,
      given.map(({ net }) => net),
      signal,
    );
    if (!now.ok) return failed(now.problem);
    const priors = facts.before.filter(([set]) => set === index).flatMap((fact) => priorFromFact(fact) ?? []);
    parts.push({ found, given, priors, now: now.value });
  }
  const reasons = parts.flatMap((part) => changedSince(part, host.now(), row.state === 'intended'));
  if (reasons.length > 0) return refused(...reasons.slice(0, REASONS_MAX));
  return assemble(parts, facts, { context, cutShort: row.state === 'intended' });
}

/** `at`: when it was done, by the host's clock. */
function givenIn(facts: BanFacts, index: number, at: UnixMs): readonly Given[] {
  return facts.added.flatMap(([set, text, seconds, end]) => {
    const parsed = parseNet(String(text));
    if (set !== index || !parsed.ok) return [];
    const endsAt = seconds === null ? null : (end ?? at + Number(seconds) * 1000);
    return [{ net: parsed.value.net, endsAt }];
  });
}

function goneSet(key: SetKey, view: FirewallView): Gathered {
  const blind = blindFor(view, key);
  if (blind !== undefined) return failed(blind.problem);
  return refused(sanitise(`set ${key} is gone since: there is nothing left to take back`));
}

/** `cutShort`: the act may have stopped anywhere, so what is absent was never added. */
function changedSince(part: Part, now: number, cutShort: boolean): readonly SafeText[] {
  const present = new Map<string, Overlap[]>();
  for (const overlap of part.now.filter(isEqual)) {
    const known = present.get(overlap.wanted.text);
    if (known === undefined) present.set(overlap.wanted.text, [overlap]);
    else known.push(overlap);
  }
  const { name } = part.found.set;
  const reasons: SafeText[] = [];
  for (const { net, endsAt } of part.given) {
    const elements = present.get(net.text) ?? [];
    const over = endsAt !== null && endsAt <= now + END_TOLERANCE_MS;
    if (elements.length === 0) {
      if (!over && !cutShort)
        reasons.push(sanitise(`${net.text} is no longer in set ${name}: someone removed it since`));
    } else if (!elements.some((element) => sameEnd(element, endsAt, now))) {
      reasons.push(
        sanitise(
          `${net.text} in set ${name} has another end than that act gave it: someone changed it since`,
        ),
      );
    }
  }
  return reasons;
}

function sameEnd({ seconds }: Overlap, endsAt: number | null, now: number): boolean {
  if (seconds === undefined) return true;
  if (seconds === null || endsAt === null) return seconds === endsAt;
  return Math.abs(now + seconds * 1000 - endsAt) <= END_TOLERANCE_MS;
}

async function assemble(
  parts: readonly Part[],
  facts: BanFacts,
  { context, cutShort }: Readonly<{ context: ActContext; cutShort: boolean }>,
): Promise<Gathered> {
  const { host } = context;
  const now = host.now();
  const moves = parts.flatMap((part) => movesFor(part, now));
  const removed = parts.flatMap(({ now: held }) => held.filter(isEqual).map(({ wanted }) => wanted));
  const back = parts.flatMap(({ priors }) => priors.filter((prior) => elementAt(prior, now) !== undefined));
  const table = facts.created === undefined ? undefined : await removeTable(parts, facts.created, context);
  const all = [...moves, ...(table ?? [])];
  if (all.length === 0)
    return refused(
      cutShort
        ? safe('that act was cut short and nothing of it is there: nothing to take back')
        : safe('that ban has ended by itself: nothing is left to take back'),
    );
  const notes: SafeText[] = [];
  if (back.length > 0)
    notes.push(sanitise(`${nameNets(back.map(({ net }) => net))} gets back the time it had`));
  if (facts.created !== undefined)
    notes.push(
      table === undefined
        ? safe('opsconsole keeps its table: other bans are in it')
        : safe('opsconsole removes its table again: nothing else is in it'),
    );
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'undo',
        summary: sanitise(`undo the ban of ${nameNets(facts.added.flatMap(netOf))}`, 200),
        ...stepsOf(all, now),
        notes,
        risk: 'reversible',
      },
      moves: all,
      guarded: [],
      reason: '',
      facts: { kind: 'undo' },
      canUndo: false,
      prove: (performed) =>
        proveUndone(performed, parts, {
          removed,
          back,
          tableGone: table !== undefined,
          backends: context.backends,
        }),
    },
  };
}

const isEqual = ({ relation }: Overlap): boolean => relation === 'equal';

function netOf([, text]: BanFacts['added'][number]): readonly Net[] {
  const parsed = parseNet(text);
  return parsed.ok ? [parsed.value.net] : [];
}

function movesFor({ found, given, priors, now: held }: Part, now: number): readonly Move[] {
  const { backend } = found.arm;
  const { set } = found;
  const present = held.filter(isEqual);
  const present0 = present.map((overlap) => priorOf(overlap, unixMs(now)));
  if (backend.addsBeside === true) {
    // What was there before is there still: only what that act added goes.
    const ours = present
      .filter((overlap) =>
        given.some(({ net, endsAt }) => net.text === overlap.wanted.text && sameEnd(overlap, endsAt, now)),
      )
      .map((overlap) => priorOf(overlap, unixMs(now)));
    return movesOn(backend, deletePriors(backend, set, ours), (at) => putBack(backend, set, ours, at));
  }
  const restored = putBack(backend, set, priors, unixMs(now));
  const kept = new Set(
    priors.filter((prior) => elementAt(prior, unixMs(now)) !== undefined).map((p) => p.net.text),
  );
  const gone = present0.filter(({ net }) => !kept.has(net.text));
  return [
    ...movesOn(backend, deletePriors(backend, set, gone), (at) => putBack(backend, set, gone, at)),
    ...movesOn(backend, restored, (at) => putBack(backend, set, present0, at)),
  ];
}

/** The wall of the shields is ours, too, but another table. */
const isOwn = ({ owner, shields }: SetInfo): boolean => owner === 'opsconsole' && shields !== true;

/** Steps that remove the own sets which that ban made, if our elements are the only ones in them. */
async function removeTable(
  parts: readonly Part[],
  created: readonly string[],
  { host, signal }: ActContext,
): Promise<readonly Move[] | undefined> {
  // Other sets may have got bans in the same act.
  const first = parts.find(({ found }) => created.includes(found.set.key));
  if (first === undefined) return undefined;
  const { arm } = first.found;
  const { own } = arm.backend;
  if (own === undefined) return undefined;
  const made = arm.sets.filter((set) => isOwn(set) && created.includes(set.key));
  // A table that goes as a whole may have nothing in any of its sets.
  const emptied = own.whole === true ? arm.sets.filter(isOwn) : made;
  const ours = new Map(parts.map((part) => [part.found.set.key, part.now.filter(isEqual).length]));
  for (const set of emptied) {
    const members = await readMembers(host, { arm, set }, { signal });
    if (!members.ok || members.value.length > (ours.get(set.key) ?? 0)) return undefined;
  }
  const families = [...new Set(made.map(({ family }) => family))];
  return movesOf(own.remove(made), arm.backend.atomic === true, () => own.ensure([], families));
}

type Undone = Readonly<{
  removed: readonly Net[];
  back: readonly Prior[];
  tableGone: boolean;
  backends: readonly Backend[];
}>;

async function proveUndone({ host }: Performed, parts: readonly Part[], undone: Undone): Promise<Proof> {
  const missing: SafeText[] = [];
  const backTexts = new Set(undone.back.map(({ net }) => net.text));
  const kept = undone.tableGone ? parts.filter(({ found }) => !isOwn(found.set)) : parts;
  if (kept.length > 0) {
    for (const { found, given } of kept) {
      const held = await findOverlaps(
        host,
        found,
        given.map(({ net }) => net),
      );
      if (!held.ok) missing.push(sanitise(`could not read ${found.set.name} back: ${held.problem.summary}`));
      else
        for (const { holder } of held.value.filter(isEqual))
          if (!backTexts.has(holder.text))
            missing.push(sanitise(`${holder.text} is still in set ${found.set.name}`));
    }
    const lists = kept.filter(({ found }) => found.set.enforcedBy !== undefined);
    const view = lists.length === 0 ? undefined : await readFirewalls(host, undone.backends);
    for (const { found, given } of lists) {
      const nets = given.map(({ net }) => net).filter(({ text }) => !backTexts.has(text));
      if (view !== undefined) missing.push(...(await stillInKernel(host, view, { list: found.set, nets })));
    }
  }
  if (undone.tableGone) {
    const view = await readFirewalls(
      host,
      parts.map(({ found }) => found.arm.backend),
    );
    if (parts.some(({ found }) => isOwn(found.set) && findSet(view, found.set.key) !== undefined))
      missing.push(safe('the table of opsconsole is still there'));
  }
  if (missing.length > 0) return { kind: 'unproved', missing: missing.slice(0, REASONS_MAX) };
  return {
    kind: 'proved',
    says: sanitise(`undone: ${nameNets(undone.removed)} is no longer banned by that act`),
  };
}
