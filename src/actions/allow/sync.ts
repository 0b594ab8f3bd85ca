// Brings a set of allowed addresses to what the names resolve to now: what is new goes in first, then what we put and no name
// has any more goes out. What somebody else put into the set is never touched.

import type { Family, Net } from '../../core/address.ts';
import type { Proof } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { NotDropped, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { cannotHold, fits } from '../../firewall/hold.ts';
import type { Host } from '../../host/host.ts';
import { type ActContext, failed, type Gathered, refused, stepsOf } from '../action.ts';
import { holdsPlainAddresses } from '../ban-targets.ts';
import { deleteSteps, movesOf } from '../elements.ts';
import { backendsOf, type FirewallView, type Found, findSet, readFirewalls } from '../firewalls.ts';
import { nameNets } from '../guards.ts';
import { findAbsent, findOverlaps } from '../membership.ts';

/** `wanted`: all that shall be in the set through us; `ours`: what is in it through us, as far as we know. */
export type AllowDraft = Readonly<{
  action: 'allow';
  set: SetKey;
  wanted: readonly Net[];
  ours: readonly Net[];
}>;

/** `add`, `remove`: what changes; `put`: what will be in the set through us then. */
export type AllowPart = Readonly<{
  found: Found;
  add: readonly Net[];
  remove: readonly Net[];
  put: readonly Net[];
}>;
export type AllowLook = Readonly<{ parts: readonly AllowPart[]; homeless: readonly Net[] }>;

export async function lookAtAllow(
  host: Host,
  view: FirewallView,
  draft: AllowDraft,
): Promise<Result<AllowLook>> {
  const named = findSet(view, draft.set);
  if (named === undefined)
    return fail(problem('not-found', `no set ${sanitise(draft.set, 80)} on this host`));
  const reason = whyNotAllow(named.set);
  if (reason !== undefined) return fail(problem('refused', reason));
  const parts: AllowPart[] = [];
  const homeless: Net[] = [];
  for (const family of [4, 6] as const) {
    const mine = ofFamily(draft, family);
    if (mine.wanted.length + mine.ours.length === 0) continue;
    const found = familySet(view, named, family);
    if (found === undefined) {
      homeless.push(...mine.wanted);
      continue;
    }
    const part = await sort(host, found, mine);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return ok({ parts, homeless });
}

type Mine = Readonly<{ wanted: readonly Net[]; ours: readonly Net[] }>;

function ofFamily({ wanted, ours }: AllowDraft, family: Family): Mine {
  const only = (nets: readonly Net[]): readonly Net[] => nets.filter((net) => net.family === family);
  return { wanted: only(wanted), ours: only(ours) };
}

function familySet(view: FirewallView, named: Found, family: Family): Found | undefined {
  if (named.set.family === family) return named;
  return named.set.twin === undefined ? undefined : findSet(view, named.set.twin);
}

async function sort(host: Host, found: Found, { wanted, ours }: Mine): Promise<Result<AllowPart>> {
  const absent = await findAbsent(host, found, wanted);
  if (!absent.ok) return absent;
  const keep = new Set(wanted.map(({ text }) => text));
  const old = ours.filter(({ text }) => !keep.has(text));
  const held = old.length === 0 ? ok([]) : await findOverlaps(host, found, old);
  if (!held.ok) return held;
  const there = new Set(
    held.value.flatMap(({ relation, holder }) => (relation === 'equal' ? [holder.text] : [])),
  );
  const owned = new Set([...absent.value, ...ours].map(({ text }) => text));
  return ok({
    found,
    add: absent.value,
    remove: old.filter(({ text }) => there.has(text)),
    put: wanted.filter(({ text }) => owned.has(text)),
  });
}

/** Rules that would drop if the table were switched on, or did drop more often. */
const OFF_NOW: ReadonlySet<NotDropped> = new Set(['dormant', 'unreached', 'elsewhere', 'limited']);

/** Whoever is allowed must not land among the banned. */
function whyNotAllow(set: SetInfo): SafeText | undefined {
  const { name, enforcement, owner, type } = set;
  if (enforcement.kind === 'dropped')
    return sanitise(`${name} is a set of bans: ${enforcement.rule} drops what is in it`);
  // Whether a packet gets there now or not: each rule of it drops.
  if (type === 'chain') return sanitise(`${name} is a chain of bans: it drops what is in it`);
  if (enforcement.kind === 'not-dropped' && OFF_NOW.has(enforcement.because ?? 'other'))
    return sanitise(
      `${name} may be a set of bans that is out of use: what ${enforcement.rule} does once it counts is not known`,
    );
  if (owner === 'opsconsole' || owner === 'fail2ban' || owner === 'crowdsec' || owner === 'sshguard')
    return sanitise(`${name} belongs to ${owner}: bans go there`);
  if (!holdsPlainAddresses(set)) return sanitise(`${name} (${set.type}) does not hold plain addresses`);
  return undefined;
}

export async function prepareAllow(draft: AllowDraft, context: ActContext): Promise<Gathered> {
  const { host, backends, signal } = context;
  const view = await readFirewalls(host, backendsOf([], backends), signal);
  const look = await lookAtAllow(host, view, draft);
  if (!look.ok)
    return look.problem.code === 'refused' ? refused(sanitise(look.problem.summary)) : failed(look.problem);
  const { parts, homeless } = look.value;
  const wrong = parts.flatMap(misfits);
  if (wrong.length > 0) return refused(...wrong);
  // All additions first: the old address stays until the new one is in.
  const moves = [...parts.flatMap(addMoves), ...parts.flatMap(removeMoves)];
  const add = parts.flatMap((part) => part.add);
  const remove = parts.flatMap((part) => part.remove);
  const notes: SafeText[] = [];
  if (homeless.length > 0)
    notes.push(sanitise(`${nameNets(homeless)} has no place: ${draft.set} has no half for that family`));
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'allow',
        summary: sanitise(summaryOf(add, remove, parts), 200),
        ...stepsOf(moves, host.now()),
        notes,
        risk: 'reversible',
      },
      moves,
      guarded: [],
      reason: 'names of the allow-list',
      facts: { kind: 'allow' },
      // The next run would do it again.
      canUndo: false,
      prove: (performed) => prove(performed.host, parts),
    },
  };
}

function summaryOf(add: readonly Net[], remove: readonly Net[], parts: readonly AllowPart[]): string {
  const name = parts[0]?.found.set.name;
  if (name === undefined) return 'no name has an address, and none of before is to be taken out';
  if (add.length + remove.length === 0) return `${name} holds what the names resolve to`;
  const words = [
    ...(add.length > 0 ? [`allow ${nameNets(add)} in`] : []),
    ...(remove.length > 0 ? [`take ${nameNets(remove)} out of`] : []),
  ];
  return `${words.join(', ')} ${name}`;
}

function misfits({ found, add }: AllowPart): readonly SafeText[] {
  for (const net of add) {
    const reason = cannotHold(found.set, { net, seconds: null });
    if (reason !== undefined) return [reason];
  }
  const full = fits(found.set, add.length);
  return full === undefined ? [] : [full];
}

function addMoves({ found: { arm, set }, add }: AllowPart) {
  const elements = add.map((net) => ({ net, seconds: null, comment: 'opsconsole allow' }));
  const { backend } = arm;
  return movesOf(backend.planAdd(set, elements), backend.atomic === true, () =>
    deleteSteps(backend, set, add),
  );
}

function removeMoves({ found: { arm, set }, remove }: AllowPart) {
  const { backend } = arm;
  const back = remove.map((net) => ({ net, seconds: null, comment: 'opsconsole allow' }));
  return movesOf(deleteSteps(backend, set, remove), backend.atomic === true, () =>
    backend.planAdd(set, back),
  );
}

async function prove(host: Host, parts: readonly AllowPart[]): Promise<Proof> {
  const missing: SafeText[] = [];
  for (const { found, add, remove } of parts) {
    const absent = await findAbsent(host, found, add);
    if (!absent.ok)
      missing.push(sanitise(`could not read ${found.set.name} back: ${absent.problem.summary}`));
    else if (absent.value.length > 0)
      missing.push(sanitise(`${nameNets(absent.value)} is not in ${found.set.name} after all`));
    if (remove.length === 0) continue;
    const left = await findOverlaps(host, found, remove);
    if (!left.ok) missing.push(sanitise(`could not read ${found.set.name} back: ${left.problem.summary}`));
    else if (left.value.some(({ relation }) => relation === 'equal'))
      missing.push(sanitise(`${nameNets(remove)} is still in ${found.set.name}`));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  return { kind: 'proved', says: safe('the set holds what the names resolve to') };
}
