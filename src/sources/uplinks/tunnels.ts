// Tunnels as rows: each ssh that forwards something, under the autossh that looks after it, and those that the session file declares,
// also when nothing of them runs.

import type { TunnelSpec } from '../../core/pane.ts';
import type { Finding } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { TunnelAnswer, TunnelForward, TunnelRow } from '../../core/uplinks.ts';
import { type Listener, listenersAt, type SshProcess } from './processes.ts';
import { splitListen } from './ssh-args.ts';

/** `listeners` undefined: what listens could not be read. `answers`: of declared tunnels, by name. */
export type TunnelFacts = Readonly<{
  processes: readonly SshProcess[];
  listeners: readonly Listener[] | undefined;
  declared: readonly TunnelSpec[];
  answers: ReadonlyMap<string, TunnelAnswer>;
}>;

type Found = Readonly<{ process?: SshProcess; keeper?: SshProcess; forwards: readonly TunnelForward[] }>;

export function tunnelRows(facts: TunnelFacts): readonly TunnelRow[] {
  const found = foundTunnels(facts.processes);
  const used = new Set<Found>();
  const declared = facts.declared.map((spec) => {
    const own = found.find((one) => belongs(one, spec, facts.listeners));
    if (own !== undefined) used.add(own);
    return rowOf(facts, own, spec);
  });
  return [...declared, ...found.filter((one) => !used.has(one)).map((one) => rowOf(facts, one, undefined))];
}

/** An ssh under an autossh is one tunnel with it; autossh puts forwards of its own beside, to see that the line lives. */
function foundTunnels(processes: readonly SshProcess[]): readonly Found[] {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const rows: Found[] = [];
  const kept = new Set<number>();
  for (const process of processes) {
    if (process.keeper) continue;
    const parent = byPid.get(process.parent);
    const keeper = parent?.keeper === true ? parent : undefined;
    if (keeper !== undefined) kept.add(keeper.pid);
    const forwards = keeper !== undefined && keeper.forwards.length > 0 ? keeper.forwards : process.forwards;
    if (forwards.length > 0) rows.push({ process, forwards, ...(keeper === undefined ? {} : { keeper }) });
  }
  for (const keeper of processes)
    if (keeper.keeper && !kept.has(keeper.pid)) rows.push({ keeper, forwards: keeper.forwards });
  return rows;
}

function belongs(
  { process, forwards }: Found,
  { listen }: TunnelSpec,
  listeners: TunnelFacts['listeners'],
): boolean {
  if (listen === undefined) return false;
  const pids = listenersAt(listeners ?? [], listen).flatMap((one) => one.pids);
  if (process !== undefined && pids.includes(process.pid)) return true;
  const wanted = splitListen(listen);
  return forwards.some((forward) => {
    const own = forward.listen === undefined ? undefined : splitListen(forward.listen);
    return own !== undefined && own.port === wanted?.port && (own.host === wanted.host || own.host === '*');
  });
}

function rowOf(facts: TunnelFacts, found: Found | undefined, spec: TunnelSpec | undefined): TunnelRow {
  const { process, keeper, forwards = [] } = found ?? {};
  const listen = spec?.listen ?? forwards.find((forward) => forward.listen !== undefined)?.listen;
  const answer = spec === undefined ? undefined : facts.answers.get(spec.name);
  const row: Omit<TunnelRow, 'findings'> = {
    key: spec === undefined ? `pid ${process?.pid ?? keeper?.pid ?? 0}` : `name ${spec.name}`,
    name: nameOf(found, spec),
    ...(spec === undefined
      ? {}
      : {
          declared: {
            name: spec.name,
            canRestart: spec.restart !== undefined,
            canStop: spec.stop !== undefined,
          },
        }),
    ...(listen === undefined ? {} : { listen }),
    forwards,
    ...(process === undefined
      ? {}
      : { process: { pid: process.pid, args: process.args, since: process.since, user: process.user } }),
    ...(keeper === undefined ? {} : { keeper: { pid: keeper.pid, since: keeper.since } }),
    listening: listeningOf(facts.listeners, { listen, process }),
    ...(answer === undefined ? {} : { answer }),
  };
  return { ...row, findings: tunnelFindings(row) };
}

function nameOf(found: Found | undefined, spec: TunnelSpec | undefined): SafeText {
  if (spec !== undefined) return sanitise(spec.name, 60);
  const to = found?.process?.to ?? found?.keeper?.to;
  return to === undefined ? safe('ssh') : sanitise(to, 60);
}

type Place = Readonly<{ listen: string | undefined; process: SshProcess | undefined }>;

/** Undefined: it has nothing that listens here, or that could not be read. */
function listeningOf(listeners: TunnelFacts['listeners'], { listen, process }: Place): boolean | undefined {
  if (listen === undefined || listeners === undefined) return undefined;
  const there = listenersAt(listeners, listen);
  const told = there.filter(({ pids }) => pids.length > 0);
  // Somebody else may have the port.
  if (process !== undefined && there.length > 0 && told.length === there.length)
    return there.some(({ pids }) => pids.includes(process.pid));
  return there.length > 0;
}

function tunnelFindings(row: Omit<TunnelRow, 'findings'>): readonly Finding[] {
  const { process, keeper, listen, listening, answer, declared, forwards } = row;
  const found: Finding[] = [];
  const add = (level: Finding['level'], says: string, todo?: string): void =>
    void found.push({ level, says: sanitise(says), ...(todo === undefined ? {} : { todo: sanitise(todo) }) });
  if (process === undefined && keeper !== undefined)
    add(
      'harm',
      'autossh waits, and no ssh of it runs: it is between two tries',
      'can the other side be reached? its words are in the system log',
    );
  else if (declared !== undefined && process === undefined && listening === false)
    add('harm', `it does not run: nothing listens at ${listen ?? '?'}`);
  else if (declared !== undefined && process === undefined && listening === undefined)
    add(
      'note',
      'no ssh of it is seen, and whether it listens is not known',
      listen === undefined ? 'say in the session file where it listens' : undefined,
    );
  else if (process !== undefined && listening === false)
    add(
      'harm',
      `ssh runs, and it does not listen at ${listen ?? '?'}`,
      'the port was taken when it began: ExitOnForwardFailure=yes would have said so',
    );
  if (answer === 'closed')
    add(
      'harm',
      'it takes connections and hangs up at once: the far end does not answer',
      'is the service behind it up? ssh says "open failed" in its log',
    );
  if (answer === 'refused' && listening === true) add('warning', 'a connection to it was refused');
  if (
    forwards.some(({ flag, listen: at }) => (flag === 'L' || flag === 'D') && at?.startsWith('*:') === true)
  )
    add('note', 'it listens on all addresses: whoever reaches this host can use it');
  return found;
}
