// opsconsole bans: the members of every set as one table, with what is left of their time and whether a rule drops them.

import { allSets, type FirewallView, type Found, readFirewalls } from '../../actions/firewalls.ts';
import { readMembers } from '../../actions/membership.ts';
import { explainEnforcement } from '../../actions/prove-ban.ts';
import { fullName } from '../../actions/set-names.ts';
import { formatDuration } from '../../core/duration.ts';
import { hasHarm } from '../../core/findings.ts';
import { memberNet, secondsLeft } from '../../core/members.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { formatCount, UNKNOWN } from '../../core/units.ts';
import type { Host } from '../../host/host.ts';
import { listHolding } from '../../store/bans/list-behind.ts';
import { type ActDeps, findKey } from '../act-desk.ts';
import { complain, sayProblem } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import { listingBackends } from '../listing-backends.ts';
import { printJson } from '../plain-text.ts';
import { printTable } from '../print-table.ts';

export type BansArgs = Readonly<{ set?: string; json?: boolean }>;

export async function runBans(args: BansArgs, { io, host }: ActDeps): Promise<ExitStatus> {
  const here = await host();
  const { backends, close } = await listingBackends(here, io.env);
  try {
    return await listBans(args, io, { host: here, view: await readFirewalls(here, backends) });
  } finally {
    close();
  }
}

/** A daemon that does not run has no lists. */
const isGone = ({ backend, problem: { code } }: FirewallView['blind'][number]): boolean =>
  backend.daemon === true && code === 'not-found';

type Seen = Readonly<{ host: Host; view: FirewallView }>;

async function listBans(args: BansArgs, io: ActDeps['io'], { host: here, view }: Seen): Promise<ExitStatus> {
  for (const { problem } of view.blind) sayProblem(problem, io);
  const gaps = view.arms.flatMap(({ gaps = [] }) => gaps);
  for (const gap of gaps) io.stderr.write(`not all was read: ${gap}\n`);
  const [blind] = view.blind;
  if (view.arms.length === 0 && blind !== undefined) return EXIT.failed;
  const key = args.set === undefined ? undefined : await findKey(here, args.set);
  if (key?.ok === false) return complain(key.problem, io);
  const wanted = allSets(view).filter(
    ({ set }) => key === undefined || set.key === key.value || set.twin === key.value,
  );
  let failed = false;
  const listed: { found: Found; members: Members }[] = [];
  for (const found of wanted) {
    const members = await readMembers(here, found);
    if (members.ok) listed.push({ found, members: members.value });
    else {
      sayProblem(members.problem, io);
      failed = true;
    }
  }
  if (args.json === true) {
    const now = here.now();
    io.stdout.write(`${printJson(listed.map(({ found, members }) => setJson(found.set, members, now)))}\n`);
  } else showTable(listed, io, view.blind.every(isGone) && gaps.length === 0);
  return failed ? EXIT.failed : EXIT.done;
}

type Listed = readonly Readonly<{ found: Found; members: Members }>[];

const HEAD = ['ADDRESS', 'SET', 'LEFT', 'PACKETS', 'DROPPED', 'COMMENT'];

/** `whole`: nothing else is there that could not be looked at. */
function showTable(listed: Listed, io: ActDeps['io'], whole: boolean): void {
  const all = {
    sets: listed.map(({ found }) => found.set),
    members: new Map(listed.map(({ found, members }) => [found.set.key, members])),
  };
  const rows = listed.flatMap(({ found: { set }, members }) =>
    Array.from({ length: members.length }, (_, index) => {
      const list = listHolding(all, set, memberNet(members, index));
      return rowOf(set, members, { index, list });
    }),
  );
  if (rows.length > 0) io.stdout.write(printTable([HEAD, ...rows], [2, 3]));
  const empty = listed.filter(({ members }) => members.length === 0).map(({ found }) => shownName(found.set));
  if (empty.length > 0) io.stdout.write(`empty: ${sanitise([...new Set(empty)].join(', '), 400)}\n`);
  const findings = worstOnce(listed.flatMap(({ found: { set } }) => findingRows(set)));
  if (findings.length > 0) io.stdout.write(`\n${printTable(findings)}`);
  if (listed.length > 0) return;
  const none = whole ? 'no ban set found' : 'no ban set found where it could be looked at';
  io.stdout.write(`${none}; the first ban makes the table of opsconsole\n`);
}

/** As the console calls it: beside a jail there is the kernel's set that it fills. */
function shownName(set: SetInfo): string {
  return set.backend === 'fail2ban' ? `jail ${set.name}` : fullName(set);
}

/** Harms first; what twins of one name both say, once. */
function worstOnce(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const sorted = rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  const words = sorted.map((row) => row.slice(1).join('\n'));
  return sorted.filter((_, at) => words.indexOf(words[at] ?? '') === at);
}

/** Notes are in the JSON only: they are no faults. */
function findingRows(set: SetInfo): readonly (readonly string[])[] {
  return (set.findings ?? [])
    .filter(({ level }) => level !== 'note')
    .map(({ level, says, todo }) => [
      level,
      sanitise(shownName(set), 60),
      todo === undefined ? says : `${says} (${todo})`,
    ]);
}

/** `list`: of the daemon that put it into the set, and takes it out. */
type Place = Readonly<{ index: number; list: SetInfo | undefined }>;

function rowOf(set: SetInfo, members: Members, { index, list }: Place): readonly string[] {
  const seconds = secondsLeft(members, index, members.at);
  const byList = list?.backend === 'fail2ban' ? 'by its jail' : 'by its list';
  const noEnd = set.shields === true ? 'with shields' : list === undefined ? 'until changed' : byList;
  const left = seconds === null ? noEnd : seconds === undefined ? UNKNOWN : formatDuration(seconds);
  return [
    memberNet(members, index).text,
    sanitise(shownName(set), 60),
    left,
    formatCount(members.packets?.[index]),
    enforcementWord(set),
    sanitise(members.comments.get(index) ?? '', 80),
  ];
}

function enforcementWord(set: SetInfo): string {
  const { enforcement } = set;
  switch (enforcement.kind) {
    case 'dropped':
      if (hasHarm(set)) return 'in part';
      return enforcement.afterEstablished ? 'yes, new flows' : 'yes';
    case 'not-dropped':
      return enforcement.because === 'accepts' ? 'no: let pass' : 'no: rule does not drop';
    case 'unused':
      return 'no: no rule';
    case 'unknown':
      return 'unknown';
  }
}

function setJson(set: SetInfo, members: Members, now: number): unknown {
  const why = explainEnforcement(set.name, set.enforcement);
  return {
    set: set.key,
    family: set.family,
    type: set.type,
    owner: set.owner,
    ...(set.shields === true ? { shields: true } : {}),
    enforced: set.enforcement.kind === 'dropped' ? true : set.enforcement.kind === 'unknown' ? null : false,
    ...(set.enforcement.kind === 'dropped' ? { rule: set.enforcement.rule } : { why }),
    ...(set.enforcement.kind === 'dropped' && set.enforcement.position !== undefined
      ? { position: set.enforcement.position }
      : {}),
    findings: set.findings ?? [],
    ...(set.max === undefined ? {} : { max: set.max }),
    members: Array.from({ length: members.length }, (_, index) => memberJson(members, index, now)),
  };
}

function memberJson(members: Members, index: number, now: number): unknown {
  const seconds = secondsLeft(members, index, now);
  const comment = members.comments.get(index);
  const packets = members.packets?.[index];
  return {
    address: memberNet(members, index).text,
    ...(seconds === undefined ? {} : { seconds }),
    ...(packets === undefined || Number.isNaN(packets) ? {} : { packets }),
    ...(comment === undefined || comment === '' ? {} : { comment: sanitise(comment, 200) }),
  };
}
