// opsconsole doctor: what is here, what works, and what to install or grant so that the rest works too. Changes nothing.

import { allSets, type FirewallView, readFirewalls } from '../actions/firewalls.ts';
import { createJournal } from '../actions/journal/journal.ts';
import { computeSafeSet } from '../actions/safe/safe-set.ts';
import { fullName } from '../actions/set-names.ts';
import type { SafeSet } from '../core/act.ts';
import { whyNoFirewall } from '../core/host-system.ts';
import type { Session } from '../core/pane.ts';
import type { Problem } from '../core/problem.ts';
import type { Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { ownsTable } from '../firewall/backend.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import { type ActDeps, placesOf } from './act-desk.ts';
import { backendChecks, harmSentences } from './doctor-backends.ts';
import { flowsCheck } from './doctor-flows.ts';
import { readShieldsFacts, type ShieldsFacts, shieldsCheck } from './doctor-shields.ts';
import { type FoundTool, findTools, sudoersLines } from './doctor-tools.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { journalPath, readOperator } from './operator.ts';
import { plainLines, printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';
import { resolveName } from './resolve.ts';
import { openSession } from './session-file.ts';

export type DoctorArgs = Readonly<{ json?: boolean; session?: string }>;

export type Check = Readonly<{ what: string; works: boolean; says: string; todo?: string }>;
type Facts = Readonly<{
  host: Host;
  tools: readonly FoundTool[];
  view: FirewallView;
  safeSet: SafeSet;
  session: Result<Session>;
  journal: Problem | undefined;
  tracked: boolean;
  shields: ShieldsFacts;
}>;

export async function runDoctor(args: DoctorArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  const places = await placesOf(deps);
  const { host } = places;
  const session = await openSession(places, args.session, io);
  const allow = session.ok ? session.value.allow : [];
  const [tools, view, safeSet, journal, tracked, shields] = await Promise.all([
    findTools(host),
    readFirewalls(host, BACKENDS),
    computeSafeSet(host, { allow, resolve: resolveName }),
    checkJournal(io),
    host.read('/proc/sys/net/netfilter/nf_conntrack_count').then(({ ok }) => ok),
    readShieldsFacts(host, io.env),
  ]);
  const facts = { host, tools, view, safeSet, session, journal, tracked, shields };
  const checks = checksOf(facts, io);
  const sudoers = sudoersLines(userOn(host, io), tools);
  const works = checks.find(({ what }) => what === 'ban')?.works === true;
  if (args.json === true) io.stdout.write(`${printJson(toJson(facts, checks, sudoers))}\n`);
  else print(facts, { checks, sudoers, io });
  return works ? EXIT.done : EXIT.failed;
}

/** Who logs in over there is ssh's to know. */
function userOn({ kind }: Host, io: Io): string {
  const { user, sudoUser } = readOperator(io.env);
  if (kind === 'ssh') return 'YOUR_USER';
  return user === 'root' ? (sudoUser ?? 'YOUR_USER') : user;
}

async function checkJournal(io: Io): Promise<Problem | undefined> {
  const journal = createJournal(journalPath(io.env));
  const opened = await journal.open();
  journal.close();
  return opened.ok ? undefined : opened.problem;
}

function rightsWords({ kind }: Host): string {
  if (kind === 'ssh') return 'root there, or sudo or doas';
  return process.geteuid?.() === 0 ? 'root' : 'sudo without a password';
}

const BAN_WORDS: Readonly<Record<string, string>> = { ipset: 'with ipset and iptables' };

function checksOf(facts: Facts, io: Io): readonly Check[] {
  const { host, tools, view, safeSet, session, journal } = facts;
  const has = (name: string): boolean => tools.some((one) => one.name === name && one.path !== undefined);
  const arm = view.arms.find(({ backend }) => ownsTable(backend));
  const [blind] = view.blind;
  const rights: Check = host.privileged
    ? { what: 'rights', works: true, says: rightsWords(host) }
    : {
        what: 'rights',
        works: false,
        says: 'neither root nor sudo without a password: the console is read-only and panes that need root are blind',
        todo: 'run it with sudo, or install the sudoers lines below',
      };
  const ban: Check =
    arm !== undefined && host.privileged
      ? { what: 'ban', works: true, says: BAN_WORDS[arm.backend.id] ?? `with ${arm.backend.id}` }
      : {
          what: 'ban',
          works: false,
          says:
            blind?.problem.summary ??
            (arm === undefined ? 'neither nft nor ipset with iptables is installed' : 'no rights'),
          ...(blind?.problem.code === 'refused'
            ? {}
            : { todo: arm === undefined && blind === undefined ? 'apt install nftables' : 'see rights' }),
        };
  const conntrack = flowsCheck(host, { has, tracked: facts.tracked });
  const operator: Check = {
    what: 'safe set',
    works: safeSet.operatorFound && safeSet.gaps.length === 0,
    says: `${safeSet.entries.length} addresses and networks are never banned${safeSet.operatorFound ? '' : '; no ssh session was found'}`,
    ...(safeSet.gaps.length === 0 ? {} : { todo: safeSet.gaps.join('; ') }),
  };
  const record: Check =
    journal === undefined
      ? { what: 'journal', works: true, says: sanitise(journalPath(io.env), 200) }
      : {
          what: 'journal',
          works: false,
          says: journal.summary,
          ...(journal.hint === undefined ? {} : { todo: journal.hint }),
        };
  const file: Check = session.ok
    ? {
        what: 'session',
        works: true,
        says:
          session.value.origin.kind === 'file'
            ? sanitise(session.value.origin.path, 200)
            : 'detected, no file',
      }
    : { what: 'session', works: false, says: session.problem.summary, todo: 'opsconsole validate FILE' };
  const emergency = shieldsCheck(facts.shields, {
    has,
    privileged: host.privileged,
    why: whyNoFirewall(host.system),
  });
  return [rights, ban, ...backendChecks(view), conntrack, emergency, operator, record, file];
}

type Printing = Readonly<{ checks: readonly Check[]; sudoers: readonly string[]; io: Io }>;

function print({ tools, view, safeSet, host, shields }: Facts, { checks, sudoers, io }: Printing): void {
  const lines: string[] = [];
  const table = (rows: readonly (readonly string[])[]): void => {
    if (rows.length > 0) lines.push(printTable(rows).trimEnd());
  };
  table(
    checks.map(({ what, works, says, todo }) => [
      works ? 'yes' : 'NO',
      what,
      todo === undefined ? says : `${says} (${todo})`,
    ]),
  );
  lines.push('', 'tools');
  table(
    tools.map(({ name, path, says, use, package: deb }) => [
      ` ${path === undefined ? '–' : '✓'}`,
      name,
      path ?? `apt install ${deb}`,
      says ?? '',
      use,
    ]),
  );
  const sets = allSets(view).map(({ set }) => set);
  const none = view.blind.length === 0 ? 'sets: none' : 'sets: not known';
  lines.push('', sets.length === 0 ? none : 'sets');
  table(
    sets.map((set) => [
      ` ${set.backend}`,
      sanitise(fullName(set), 80),
      `IPv${set.family}`,
      set.owner === 'unknown' ? '' : set.owner,
      set.enforcement.kind === 'dropped'
        ? `dropped by ${sanitise(set.enforcement.rule, 100)}`
        : NOT_DROPPED[set.enforcement.kind],
    ]),
  );
  for (const { problem } of view.blind) lines.push(` ${problem.summary}`);
  for (const { backend, gaps = [] } of view.arms)
    for (const gap of gaps) lines.push(` not shown of ${backend.id}: ${gap}`);
  const harms = harmSentences(view);
  if (harms.length > 0) lines.push('', 'banned and yet not stopped', ...harms.map((words) => ` ${words}`));
  lines.push('', 'never banned');
  table(safeSet.entries.map(({ net, why }) => [` ${net.text}`, why]));
  for (const gap of safeSet.gaps) lines.push(` not protected: ${gap}`);
  if (shields.warnings.length > 0) lines.push('', 'while the shields are up');
  for (const words of shields.warnings) lines.push(` ${words}`);
  if (sudoers.length > 0 && (host.kind === 'ssh' || process.geteuid?.() !== 0) && !host.privileged)
    lines.push('', 'sudoers', ...sudoers);
  else if (sudoers.length > 0)
    lines.push('', 'to let a user do this without being root (replace the name):', ...sudoers);
  io.stdout.write(`${plainLines(lines.join('\n'))}\n`);
}

const NOT_DROPPED = {
  'not-dropped': 'not dropped: its rule lets pass, or does not drop',
  unused: 'no rule uses it',
  unknown: 'not known',
} as const;

function toJson(
  { tools, view, safeSet, host, shields }: Facts,
  checks: readonly Check[],
  sudoers: readonly string[],
): unknown {
  return {
    privileged: host.privileged,
    checks,
    tools: tools.map(({ name, path, says, use, package: deb }) => ({
      name,
      path,
      version: says,
      use,
      package: deb,
    })),
    sets: allSets(view).map(({ set }) => set),
    blind: view.blind.map(({ backend, problem }) => ({ backend: backend.id, problem })),
    safe: safeSet.entries.map(({ net, why }) => ({ net: net.text, why })),
    gaps: safeSet.gaps,
    shields,
    sudoers,
  };
}
