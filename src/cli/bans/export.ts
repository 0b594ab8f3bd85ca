// opsconsole bans export: what is banned, as a plain list that `bans import` and other tools take.

import { holdsPlainAddresses } from '../../actions/ban-targets.ts';
import { allSets, type FirewallView, readFirewalls } from '../../actions/firewalls.ts';
import { readMembers } from '../../actions/membership.ts';
import { compareNets, type Net } from '../../core/address.ts';
import { memberNet } from '../../core/members.ts';
import type { SetInfo } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { type ActDeps, findKey } from '../act-desk.ts';
import { complain, sayProblem } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import { listingBackends } from '../listing-backends.ts';
import { printJson } from '../plain-text.ts';
import type { ExportArgs } from './commands.ts';

type Place = Readonly<{ set: string; ends: string | null | undefined; comment: string }>;
type Exported = { net: Net; places: Place[] };

export async function runExport(args: ExportArgs, { io, host }: ActDeps): Promise<ExitStatus> {
  const here = await host();
  const { backends, close } = await listingBackends(here, io.env);
  try {
    return await exportBans(args, io, { host: here, view: await readFirewalls(here, backends) });
  } finally {
    close();
  }
}

type Seen = Readonly<{ host: Host; view: FirewallView }>;

async function exportBans(
  args: ExportArgs,
  io: ActDeps['io'],
  { host: here, view }: Seen,
): Promise<ExitStatus> {
  for (const { problem } of view.blind) sayProblem(problem, io);
  const key = args.set === undefined ? undefined : await findKey(here, args.set);
  if (key?.ok === false) return complain(key.problem, io);
  let failed = view.blind.length > 0;
  const by = new Map<string, Exported>();
  const all = allSets(view);
  if (key === undefined)
    sayLeftOut(
      all.map(({ set }) => set).filter((set) => !isBanSet(set)),
      io,
    );
  for (const found of all) {
    const { set } = found;
    if (key === undefined ? !isBanSet(set) : set.key !== key.value && set.twin !== key.value) continue;
    const read = await readMembers(here, found);
    if (!read.ok) {
      sayProblem(read.problem, io);
      failed = true;
      continue;
    }
    for (let index = 0; index < read.value.length; index++) {
      const net = memberNet(read.value, index);
      const ends = printEnd(read.value.expires[index] ?? Number.NaN);
      const comment = sanitise(read.value.comments.get(index) ?? '', 200);
      const known = by.get(net.text);
      const place = { set: set.key, ends, comment };
      if (known === undefined) by.set(net.text, { net, places: [place] });
      else known.places.push(place);
    }
  }
  const sorted = [...by.values()].sort((a, b) => compareNets(a.net, b.net));
  if (args.json === true) io.stdout.write(`${printJson(sorted.map(jsonOf))}\n`);
  else writeLines(sorted, io);
  return failed ? EXIT.failed : EXIT.done;
}

/** A list of friends must not become a list of bans: only what is dropped, or on the list of a daemon. */
function isBanSet(set: SetInfo): boolean {
  return holdsPlainAddresses(set) && (set.enforcement.kind === 'dropped' || set.owner === 'opsconsole');
}

/** Of empty ones there is nothing to leave out. */
function sayLeftOut(sets: readonly SetInfo[], io: ActDeps['io']): void {
  const told = sets.filter((set) => holdsPlainAddresses(set) && set.count !== 0);
  for (const known of [true, false]) {
    const keys = told.filter(({ enforcement }) => (enforcement.kind !== 'unknown') === known);
    const why = known ? 'no rule drops them' : 'whether a rule drops them is not known';
    if (keys.length === 0) continue;
    const named = keys.map(({ key }) => sanitise(key, 120)).join(', ');
    io.stderr.write(`left out, as ${why}: ${named} (--set names one)\n`);
  }
}

const LINES_AT_ONCE = 10_000;

function writeLines(sorted: readonly Exported[], io: ActDeps['io']): void {
  for (let at = 0; at < sorted.length; at += LINES_AT_ONCE) {
    const lines = sorted.slice(at, at + LINES_AT_ONCE).map(({ net }) => net.text);
    io.stdout.write(`${lines.join('\n')}\n`);
  }
}

function printEnd(at: number): string | null | undefined {
  if (Number.isNaN(at)) return undefined;
  return at === Number.POSITIVE_INFINITY ? null : new Date(at).toISOString();
}

/** `ends`: null = never; absent = not known. */
function jsonOf({ net, places }: Exported): unknown {
  return {
    address: net.text,
    family: net.family,
    in: places.map(({ set, ends, comment }) => ({
      set,
      ...(ends === undefined ? {} : { ends }),
      ...(comment === '' ? {} : { comment }),
    })),
  };
}
