// Puts saved bans back after a reboot: each for the time that it would have left, never longer; what is there stays.

import type { problem } from '../../core/problem.ts';
import type { SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { type Element, ownsTable } from '../../firewall/backend.ts';
import type { SavedBan, SavedSet } from '../../firewall/saved-bans.ts';
import type { Host } from '../../host/host.ts';
import { type ActContext, failed, type Gathered } from '../action.ts';
import {
  backendsOf,
  blindFor,
  type FirewallView,
  findSet,
  ownArm,
  ownSetFor,
  ownSets,
  readFirewalls,
} from '../firewalls.ts';
import { consoleNow, onItsClock } from '../journal/clock.ts';
import { assembleBulk } from './assemble.ts';
import type { BulkDraft } from './draft.ts';
import { type BulkGroup, type BulkPart, partMisfits, sortPart } from './part.ts';
import { countAndName, subtractSafe } from './safe-part.ts';

/** How every note begins that says what should be there and is not. */
export const NOT_RESTORED = 'not restored: ';

export async function prepareRestore(
  { saved }: Extract<BulkDraft, { action: 'restore' }>,
  context: ActContext,
): Promise<Gathered> {
  const { host, backends, signal } = context;
  const asked = backendsOf(
    saved.sets.map(({ key }) => key),
    backends,
  );
  const view = await readFirewalls(host, asked, signal);
  const own = new Set(
    backends.filter(ownsTable).flatMap(({ own }) => ownSets(own, [4, 6]).map(({ key }) => key)),
  );
  const notes: SafeText[] = [];
  const lost: SafeText[] = [];
  const groups: BulkGroup[] = [];
  for (const set of saved.sets) {
    const elements = elementsLeft(set, context, { notes, lost });
    if (elements.length === 0) continue;
    const placed = own.has(set.key) ? placeOwn(view, elements) : placeNamed(view, set, elements);
    if (placed.kind === 'failed') return failed(placed.problem);
    if (placed.kind === 'lost') lost.push(placed.why);
    else groups.push(...placed.groups);
  }
  const parts: BulkPart[] = [];
  for (const group of merged(groups)) {
    const part = await sortPart(host, group, { renew: false, ...(signal === undefined ? {} : { signal }) });
    if (!part.ok) return failed(part.problem);
    const wrong = partMisfits(part.value);
    if (wrong.length === 0) parts.push(part.value);
    else lost.push(sanitise(`${group.wanted.length} bans of ${group.found.set.key}: ${wrong.join('; ')}`));
  }
  const count = parts.reduce((sum, { elements }) => sum + elements.length, 0);
  const summary = count === 0 ? 'nothing to restore' : `restore ${groupDigits(count)} saved bans`;
  const said = [...lost.map((why) => sanitise(`${NOT_RESTORED}${why}`)), ...notes, ...partNotes(parts)];
  const wish = { parts, backends: asked, summary, doneWords: DONE, reason: 'saved bans', notes: said };
  return unprovedIf(lost, assembleBulk(wish, context));
}

const DONE = 'bans put back for the time that they had left';

type Said = Readonly<{ notes: SafeText[]; lost: SafeText[] }>;

/** What is not over, not safe, and has an end that is known. */
function elementsLeft(
  { key, bans }: SavedSet,
  { host, safeSet }: ActContext,
  { notes, lost }: Said,
): readonly Element[] {
  const now = consoleNow(host);
  const elements: Element[] = [];
  let over = 0;
  let unknown = 0;
  for (const ban of bans) {
    if (ban.endsAt === undefined) unknown++;
    else {
      const seconds = ban.endsAt === null ? null : Math.floor((ban.endsAt - now) / 1000);
      if (seconds !== null && seconds < 1) over++;
      else elements.push(elementOf(host, ban, seconds));
    }
  }
  if (over > 0) notes.push(sanitise(`${groupDigits(over)} saved bans of ${key} have ended meanwhile`));
  if (unknown > 0) lost.push(sanitise(`${groupDigits(unknown)} of ${key}, whose end was not known`));
  const { kept, notes: safe } = subtractSafe(elements, ({ net }) => net, safeSet);
  notes.push(...safe);
  return kept;
}

function elementOf(host: Host, { net, endsAt, comment }: SavedBan, seconds: number | null): Element {
  const end = typeof endsAt === 'number' ? { endsAt: onItsClock(host, endsAt) } : {};
  return comment === '' ? { net, seconds, ...end } : { net, seconds, comment, ...end };
}

type Placed =
  | Readonly<{ kind: 'groups'; groups: readonly BulkGroup[] }>
  | Readonly<{ kind: 'lost'; why: SafeText }>
  | Readonly<{ kind: 'failed'; problem: ReturnType<typeof problem> }>;

/** Ours go into our table, also when that is made by another tool than before. */
function placeOwn(view: FirewallView, elements: readonly Element[]): Placed {
  const arm = ownArm(view);
  if (!arm.ok) return { kind: 'failed', problem: arm.problem };
  const groups = new Map<SetKey, Readonly<{ set: SetInfo; exists: boolean; wanted: Element[] }>>();
  for (const element of elements) {
    const { set, exists } = ownSetFor(arm.value, element.net);
    const group = groups.get(set.key);
    if (group === undefined) groups.set(set.key, { set, exists, wanted: [element] });
    else group.wanted.push(element);
  }
  return {
    kind: 'groups',
    groups: [...groups.values()].map(({ set, exists, wanted }) => ({
      found: { arm: arm.value, set },
      exists,
      own: true,
      wanted,
    })),
  };
}

function placeNamed(view: FirewallView, { key, family }: SavedSet, wanted: readonly Element[]): Placed {
  const lose = (why: string): Placed => ({
    kind: 'lost',
    why: sanitise(`${groupDigits(wanted.length)} bans of ${key}: ${why}`),
  });
  const found = findSet(view, key);
  if (found === undefined) {
    const blind = blindFor(view, key);
    return lose(blind === undefined ? 'the set is gone' : blind.problem.summary);
  }
  if (found.set.family !== family) return lose(`the set holds IPv${found.set.family} now`);
  if (found.set.fixedTimeout !== undefined)
    return lose('its owner would give them their whole time anew, and restores its own bans by itself');
  return { kind: 'groups', groups: [{ found, exists: true, own: false, wanted }] };
}

/** Two saved sets may lead to one: each address once, with the sooner end. */
function merged(groups: readonly BulkGroup[]): readonly BulkGroup[] {
  const by = new Map<SetKey, BulkGroup>();
  for (const group of groups) {
    const { key } = group.found.set;
    const known = by.get(key);
    by.set(key, known === undefined ? group : { ...group, wanted: soonest(known.wanted, group.wanted) });
  }
  return [...by.values()];
}

function soonest(a: readonly Element[], b: readonly Element[]): readonly Element[] {
  const end = ({ seconds }: Element): number => seconds ?? Number.POSITIVE_INFINITY;
  const by = new Map(a.map((element) => [element.net.text, element]));
  for (const element of b) {
    const known = by.get(element.net.text);
    if (known === undefined || end(element) < end(known)) by.set(element.net.text, element);
  }
  return [...by.values()];
}

function partNotes(parts: readonly BulkPart[]): readonly SafeText[] {
  return parts.flatMap(({ group, elements, held, covered, clashing }) => {
    const { key } = group.found.set;
    const notes: SafeText[] = [];
    const say = (words: string, nets: readonly Element['net'][]): void => {
      if (nets.length > 0) notes.push(sanitise(`${key}: ${words} ${countAndName(nets)}`));
    };
    say(
      'puts back',
      elements.map(({ net }) => net),
    );
    say('there already', held);
    say(
      'inside a wider ban already',
      covered.map(({ wanted }) => wanted),
    );
    say(
      'left out, as what is there overlaps',
      clashing.map(({ wanted }) => wanted),
    );
    return notes;
  });
}

/** What is missing is said as such by the report, and by its exit status. */
function unprovedIf(lost: readonly SafeText[], gathered: Gathered): Gathered {
  if (lost.length === 0 || gathered.kind !== 'ready') return gathered;
  const { prepared } = gathered;
  return {
    kind: 'ready',
    prepared: {
      ...prepared,
      async prove(performed) {
        const proof = await prepared.prove(performed);
        const missing = proof.kind === 'unproved' ? proof.missing : [];
        return {
          kind: 'unproved',
          missing: [...missing, ...lost.map((why) => sanitise(`${NOT_RESTORED}${why}`))],
        };
      },
    },
  };
}
