// What every backend must keep, told once: ban → proved → listed with its end → cut → unban → undo → survives a reboot
// by save and restore, for both families. Each backend brings a Rig; what it cannot do it says, with the reason.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BulkDraft } from '../../../src/actions/bulk/draft.ts';
import { gatherBans } from '../../../src/actions/bulk/save.ts';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import { type Found, findSet, ownArm, ownSetFor, readFirewalls } from '../../../src/actions/firewalls.ts';
import { withJournalEnds } from '../../../src/actions/journal/ends.ts';
import { createJournal, type Journal } from '../../../src/actions/journal/journal.ts';
import { readMembers } from '../../../src/actions/membership.ts';
import type { ActDraft, BanTarget } from '../../../src/core/act.ts';
import type { Family } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { memberNet } from '../../../src/core/members.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';
import { parseSavedBans, printSavedBans, type SavedBans } from '../../../src/firewall/saved-bans.ts';
import type { Host } from '../../../src/host/host.ts';
import { banOf, net, proved, ready } from '../acts/kit.ts';
import { kernelSuite } from '../harness/require.ts';

/**
 * `traffic`: packets and flows are not there (a stand-in). `cut`: live flows cannot be cut. `v6`: one family only.
 * `reboot`: it cannot be restarted here. `restore`: its owner keeps its bans over a reboot, so that `bans save` leaves them out.
 */
export type Lack = 'traffic' | 'cut' | 'v6' | 'reboot' | 'restore';

export type Rig = Readonly<{
  /** Each with the reason, which stands in the name of the test. */
  cannot?: Readonly<Partial<Record<Lack, string>>>;
  /** The sets keep no time, so that a ban in them lasts until it is taken out. */
  endless?: true;
  /** Runs while its neighbours in the file do: a daemon lets it wait. */
  beside?: 'beside';
  start(): Promise<Started>;
}>;

export type Started = Readonly<{
  host: Host;
  /** What the desk may use; default all. */
  backends?: readonly Backend[];
  target(family: Family): BanTarget;
  /** Whom the contract bans. */
  client(family: Family): string;
  /** Absent only with `cannot.traffic`. */
  traffic?: Traffic;
  /**
   * As after a reboot: nothing of the firewall is left, then what the machine itself brings back (the operator's ruleset
   * with its empty sets, a daemon with what it keeps on disk).
   */
  reboot(): Promise<void>;
  stop(): Promise<void>;
}>;

/** From the client of the rig, over packets of a kernel or the states of a stand-in. */
export type Traffic = Readonly<{
  passes(family: Family): Promise<boolean>;
  openFlow(family: Family): Promise<Flow>;
}>;
/** `alive`: what is sent comes back within the bound. */
export type Flow = Readonly<{ alive(boundMs: number): Promise<boolean>; close(): Promise<void> }>;

const SECONDS = 3600;
/** Rounding of the tools, and slow machines between an act and its listing. */
const END_TOLERANCE_MS = 20_000;
const PATIENCE = { timeout: 20_000, interval: 50 } as const;
const COMMENT = 'contract: "quoted" \u202e \x1b[31m';

type World = Readonly<{ rig: Rig; at: Started; desk: Desk; backends: readonly Backend[] }>;

export function contract(name: string, tools: readonly string[], rig: Rig): void {
  const suite = (): void => {
    const { cannot = {} } = rig;
    let world: World | undefined;
    let folder: string | undefined;
    const here = (): World => {
      if (world === undefined) throw new Error('the rig did not start');
      return world;
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'oc-contract-'));
      const at = await rig.start();
      const journal = createJournal(join(folder, 'state', 'journal.db'));
      // As whoever lists for the operator sees it: ends that only the journal knows are filled in.
      const backends = withJournalEnds(at.backends ?? BACKENDS, journal);
      world = { rig, at, backends, desk: deskOf(at, backends, journal) };
    });

    afterAll(async () => {
      world?.desk.close();
      await world?.at.stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    const families: readonly Family[] = cannot.v6 === undefined ? [4, 6] : [4];
    for (const family of families) {
      const left = (['traffic', 'cut'] as const).flatMap((lack) => cannot[lack] ?? []);
      test.sequential(`IPv${family}: ban, proof, listing with its end, cut, unban, undo${without(left)}`, () =>
        banAndBack(here(), family));
    }
    const { reboot, restore } = cannot;
    const how = restore === undefined ? 'by save and restore' : `by its owner: ${restore}`;
    test.sequential(`survives a reboot ${reboot === undefined ? how : `(left out: ${reboot})`}`, async () => {
      if (reboot === undefined)
        await (restore === undefined ? rebootSaved(here(), families) : rebootOwned(here(), families));
    });
  };
  kernelSuite(`the contract of a backend: ${name}`, tools, suite, rig.beside);
}

const without = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : ` (left out: ${reasons.join('; ')})`;

function deskOf(at: Started, backends: readonly Backend[], journal: Journal): Desk {
  return createDesk({
    host: at.host,
    journal,
    operator: { user: 'tester', console: 'contract' },
    allow: [],
    readOnly: false,
    backends,
  });
}

async function banAndBack(world: World, family: Family): Promise<void> {
  const { at, desk, rig } = world;
  const { traffic } = at;
  const client = net(at.client(family));
  const flow = rig.cannot?.cut === undefined ? await traffic?.openFlow(family) : undefined;
  if (flow !== undefined) expect(await flow.alive(10_000)).toBe(true);
  await expectTraffic(traffic, family, true);

  const before = at.host.now();
  await proved(desk, banFor(world, family));
  await expectListed(world, family, { from: before, to: at.host.now() });
  await expectTraffic(traffic, family, false);
  if (flow !== undefined) expect(await flow.alive(300)).toBe(false);
  await flow?.close();

  const unban: ActDraft = { action: 'unban', nets: [client] };
  await proved(desk, unban);
  expect(await rowOf(world, family)).toBeUndefined();
  await expectTraffic(traffic, family, true);

  await proved(desk, { action: 'undo' });
  await expectListed(world, family, { from: before, to: at.host.now() });
  await expectTraffic(traffic, family, false);

  await proved(desk, unban);
  expect(await rowOf(world, family)).toBeUndefined();
  await expectTraffic(traffic, family, true);
}

const secondsOf = ({ endless }: Rig): number | null => (endless === true ? null : SECONDS);

function banFor({ at, rig }: World, family: Family): ActDraft {
  const draft = banOf([at.client(family)], { seconds: secondsOf(rig), reason: COMMENT });
  return draft.action === 'ban' ? { ...draft, target: at.target(family) } : draft;
}

/** A daemon may take a moment; a kernel does not. */
async function expectTraffic(traffic: Traffic | undefined, family: Family, open: boolean): Promise<void> {
  if (traffic === undefined) return;
  await vi.waitUntil(async () => (await traffic.passes(family)) === open, PATIENCE);
}

type Row = Readonly<{ set: SetInfo; expires: number; comment: string }>;

/** As the listing of the backend has it; undefined: it is not there. */
async function rowOf(
  world: World,
  family: Family,
  address = world.at.client(family),
): Promise<Row | undefined> {
  const found = await setOf(world, family);
  if (found === undefined) return undefined;
  const members = await readMembers(world.at.host, found);
  if (!members.ok) throw new Error(members.problem.summary);
  const wanted = net(address).text;
  for (let index = 0; index < members.value.length; index++) {
    if (memberNet(members.value, index).text !== wanted) continue;
    const expires = members.value.expires[index] ?? Number.NaN;
    return { set: found.set, expires, comment: members.value.comments.get(index) ?? '' };
  }
  return undefined;
}

async function setOf({ at, backends }: World, family: Family): Promise<Found | undefined> {
  const view = await readFirewalls(at.host, backends);
  const target = at.target(family);
  if (target.kind === 'set') return findSet(view, target.set);
  const arm = ownArm(view);
  if (!arm.ok) throw new Error(arm.problem.summary);
  const { set, exists } = ownSetFor(arm.value, net(at.client(family)));
  return exists ? { arm: arm.value, set } : undefined;
}

type Within = Readonly<{ from: number; to: number }>;

async function expectListed(world: World, family: Family, banned: Within): Promise<void> {
  const row = await rowOf(world, family);
  if (row === undefined) throw new Error(`IPv${family}: the client is in no listing`);
  const { set, expires, comment } = row;
  expect(set.family).toBe(family);
  const seconds = set.fixedTimeout === undefined ? secondsOf(world.rig) : set.fixedTimeout;
  if (seconds === null) expect(expires).toBe(Number.POSITIVE_INFINITY);
  else {
    expect(expires).toBeGreaterThan(banned.from + seconds * 1000 - END_TOLERANCE_MS);
    expect(expires).toBeLessThan(banned.to + seconds * 1000 + END_TOLERANCE_MS);
  }
  for (const evil of ['"', '\x1b', '\u202e']) expect(comment).not.toContain(evil);
}

/** The file between is text, as `bans save` and `bans restore` write and read it. */
async function rebootSaved(world: World, families: readonly Family[]): Promise<void> {
  const { at, desk, backends } = world;
  for (const family of families) await proved(desk, banFor(world, family));
  const before = await Promise.all(families.map((family) => rowOf(world, family)));
  const gathering = await gatherBans(at.host, { backends });
  expect(gathering.unread).toEqual([]);
  const text = printSavedBans(gathering.saved);
  for (const family of families) expect(text).toContain(net(at.client(family)).text);

  await at.reboot();
  for (const family of families) {
    expect(await rowOf(world, family)).toBeUndefined();
    await expectTraffic(at.traffic, family, true);
  }
  const read = parseSavedBans(text, 'bans.txt');
  if (!read.ok) throw new Error(read.problem.summary);
  const draft = { action: 'restore', saved: withEnded(read.value) } as const;
  await perform(desk, draft);
  for (const [index, family] of families.entries()) {
    const was = before[index];
    const now = await rowOf(world, family);
    if (was === undefined || now === undefined) throw new Error(`IPv${family}: not there`);
    // Never later; and sooner only by what rounding takes.
    expect(now.expires).toBeLessThanOrEqual(was.expires + 1500);
    if (was.expires !== Number.POSITIVE_INFINITY)
      expect(now.expires).toBeGreaterThan(was.expires - END_TOLERANCE_MS);
    expect(now.comment).toBe(was.comment);
    expect(await rowOf(world, family, ENDED[family])).toBeUndefined();
    await expectTraffic(at.traffic, family, false);
  }
  // All is there: a second restore has nothing to do.
  const again = await desk.preview(draft);
  expect(again).toMatchObject({ kind: 'ready', plan: { steps: [] } });
  await freeAll(world, families);
}

const ENDED = { 4: '198.51.100.77', 6: '2001:db8:77::1' } as const;

/** The saved bans and, in each set, one that has ended meanwhile. */
function withEnded(saved: SavedBans): SavedBans {
  const ended = (family: Family) => ({
    net: net(ENDED[family]),
    endsAt: unixMs(Date.now() - 1000),
    comment: '',
  });
  return { ...saved, sets: saved.sets.map((set) => ({ ...set, bans: [...set.bans, ended(set.family)] })) };
}

/** Its owner brings back what it has: `bans save` must not double that. */
async function rebootOwned(world: World, families: readonly Family[]): Promise<void> {
  const { at, desk, backends } = world;
  for (const family of families) await proved(desk, banFor(world, family));
  const gathering = await gatherBans(at.host, { backends });
  const saved = printSavedBans(gathering.saved);
  for (const family of families) expect(saved).not.toContain(net(at.client(family)).text);
  await at.reboot();
  for (const family of families) {
    await vi.waitUntil(async () => (await rowOf(world, family)) !== undefined, PATIENCE);
    await expectTraffic(at.traffic, family, false);
  }
  await freeAll(world, families);
}

async function freeAll(world: World, families: readonly Family[]): Promise<void> {
  const nets = families.map((family) => net(world.at.client(family)));
  await proved(world.desk, { action: 'unban', nets });
  for (const family of families) await expectTraffic(world.at.traffic, family, true);
}

async function perform(desk: Desk, draft: BulkDraft): Promise<void> {
  const { token } = ready(await desk.preview(draft));
  const report = await desk.perform(token);
  expect(report.outcome, report.summary).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
}
