// The terse listings of each installed backend, with as few program starts as the truth allows: the rules are read again
// only when the sets changed or after a while, the text of nft only when its JSON changed.

import type { Command } from '../../core/plan.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { BackendId, SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Backend, SetsReading } from '../../firewall/backend.ts';
import { readSets } from '../../firewall/read-sets.ts';
import { BACKENDS } from '../../firewall/registry.ts';
import { relate } from '../../firewall/relate.ts';
import type { Host } from '../../host/host.ts';
import type { ReadWish } from '../source.ts';
import { createDaemons, type DaemonReading } from './daemons.ts';

/** Numbers that change without anything having been changed. */
const COUNTERS =
  /(Number of entries|Size in memory|"packets"|"bytes"|(No)?Match|Packets|Bytes): \d+|^# (Generated|Completed).*|\[\d+:\d+\]$/gm;

type Kept = Readonly<{ stdout: string; at: number }>;
const KEPT_OF_DAEMONS_MAX = 65_536;

export type TerseReader = Readonly<{
  /** `asked`: all is read, however young what is kept. */
  read(host: Host, signal: AbortSignal, wish?: ReadWish): Promise<Result<TerseReading>>;
}>;
/** `hung`: backends (no daemons) that gave no answer; their sets are as they were. */
export type TerseReading = SetsReading & Readonly<{ hung: readonly BackendId[] }>;

/**
 * A problem only when no backend answered; backends that are not installed are passed over.
 * `rulesMaxAgeMs`: how old a reading of rules may be while nothing says that they changed.
 */
export function createTerseReader(rulesMaxAgeMs: () => number): TerseReader {
  const kept = new Map<string, Kept>();
  const shapes = new Map<string, string>();
  /** Listings that the first ones named, by backend. */
  const followed = new Map<string, Set<string>>();
  const daemons = createDaemons();
  /** Read in vain the last time: their first listing may be as old as any other, and another backend's will do. */
  const idle = new Set<string>();

  const run = async (host: Host, backend: Backend, command: Command, signal: AbortSignal) => {
    const [first] = backend.listSets;
    const id = idOf(command);
    if (command !== first || idle.has(backend.id)) {
      const known = kept.get(id);
      if (known !== undefined && host.now() - known.at < rulesMaxAgeMs()) return ok({ stdout: known.stdout });
      if (isLegacy(command) && !(await hasLegacyTables(host))) return ok({ stdout: '' });
    }
    const finished = await host.run(command, signal);
    if (!finished.ok) return finished;
    const { stdout } = finished.value;
    // What a daemon lists in full is another text each time, and its clock says when to ask again.
    if (command === first && backend.daemon === true && stdout.length > KEPT_OF_DAEMONS_MAX)
      return ok({ stdout });
    if (command === first) {
      const shape = stdout.replace(COUNTERS, '');
      if (shapes.get(backend.id) !== shape) forget(backend);
      shapes.set(backend.id, shape);
    }
    kept.set(id, { stdout, at: host.now() });
    if (!named(backend).includes(command)) follow(backend, id);
    return ok({ stdout });
  };

  const follow = (backend: Backend, id: string): void => {
    followed.set(backend.id, (followed.get(backend.id) ?? new Set()).add(id));
  };

  const forget = (backend: Backend): void => {
    for (const id of [...named(backend).map(idOf), ...(followed.get(backend.id) ?? [])]) kept.delete(id);
    followed.delete(backend.id);
  };

  return {
    async read(host, signal, wish) {
      // Forgotten, not passed over: should this reading fail, the next one reads them.
      const asked = wish?.asked === true;
      if (asked) kept.clear();
      const late: Promise<DaemonReading>[] = [];
      const told: Told[] = [];
      for (const backend of SLOWEST_FIRST) {
        if (!(await isInstalled(host, backend))) continue;
        const read = () => readSets(backend, (command) => run(host, backend, command, signal));
        if (isLate(backend)) {
          late.push(daemons.read(backend, { now: host.now, asked, read }));
          continue;
        }
        const reading = await read();
        // The rules of a host without ban chains are read for its ipsets already, if at all.
        if (backend.id === 'iptables' && reading.ok && reading.value.sets.length === 0) idle.add(backend.id);
        else if (reading.ok) idle.delete(backend.id);
        told.push({ backend, reading });
      }
      return gather(told, await Promise.all(late));
    },
  };
}

type Told = Readonly<{ backend: Backend; reading: Result<SetsReading> }>;

function gather(told: readonly Told[], late: readonly DaemonReading[]): Result<TerseReading> {
  const sets: SetInfo[] = [];
  const gaps: SafeText[] = [];
  let failed: Result<never> | undefined;
  let answered = late.filter((one) => one.answered).length;
  for (const { backend, reading } of told) {
    if (reading.ok) {
      answered++;
      sets.push(...reading.value.sets);
      gaps.push(...reading.value.gaps);
    } else {
      failed = reading;
      gaps.push(sanitise(`${backend.id}: ${reading.problem.summary}`));
    }
  }
  // The kernel's own sets before the lists of daemons.
  const kernelFirst = [...late].sort((a, b) => Number(isDaemon(a)) - Number(isDaemon(b)));
  for (const reading of kernelFirst) {
    sets.push(...reading.sets);
    gaps.push(...reading.gaps);
    // A firewall that cannot be read is no empty one; a daemon that is away has no lists.
    if (!isDaemon(reading) && !reading.answered && reading.problem !== undefined)
      failed ??= fail(reading.problem);
  }
  return answered === 0 && failed !== undefined
    ? failed
    : ok({
        sets: relate(sets, failed !== undefined),
        gaps,
        hung: late.filter((one) => one.late && !isDaemon(one)).map(({ backend }) => backend.id),
      });
}

const isDaemon = ({ backend }: DaemonReading): boolean => backend.daemon === true;

const isLate = ({ daemon, mayHang }: Backend): boolean => daemon === true || mayHang === true;

/** Daemons are asked first, so that they think while the kernel is read. */
const SLOWEST_FIRST = [...BACKENDS].sort((a, b) => Number(isLate(b)) - Number(isLate(a)));

const named = (backend: Backend): readonly Command[] => [
  ...backend.listSets,
  ...(backend.listSetsOptional ?? []),
];

async function isInstalled(host: Host, backend: Backend): Promise<boolean> {
  const [tool] = backend.tools;
  return tool !== undefined && (await host.which(tool)) !== undefined;
}

/** One program may be asked several things on stdin. */
const idOf = ({ argv, stdin = '' }: Command): string => `${argv.join(' ')}\n${stdin}`;

const isLegacy = (command: Command): boolean => command.argv[0].includes('-legacy-');

/** The kernel names the tables that legacy iptables has made; none, and there is no need to start its tools. */
async function hasLegacyTables(host: Host): Promise<boolean> {
  for (const path of ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names']) {
    const names = await host.read(path);
    if (names.ok ? names.value.length > 0 : names.problem.code !== 'not-found') return true;
  }
  return false;
}
