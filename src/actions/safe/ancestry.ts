// Who started us: the chain of parent processes, and the ssh connections that their environments remember.
// sudo and su drop SSH_CONNECTION from our own environment, but the shell above them still has it.

import { type Net, parseHost } from '../../core/address.ts';
import { parentIn } from '../../core/proc-stat.ts';
import type { Host } from '../../host/host.ts';

export type Ancestry = Readonly<{
  pids: ReadonlySet<number>;
  /** From SSH_CONNECTION ("peer port own port"), nearest first. */
  remembered: readonly Readonly<{ peer: Net; localPort: number }>[];
}>;

const DEPTH_MAX = 32;

export async function readAncestry(host: Host): Promise<Ancestry> {
  const pids = new Set<number>();
  const remembered = new Map<string, Readonly<{ peer: Net; localPort: number }>>();
  let at = 'self';
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const [stat, environ] = await Promise.all([
      host.read(`/proc/${at}/stat`),
      host.read(`/proc/${at}/environ`, 4_194_304),
    ]);
    if (environ.ok) {
      const found = sshConnectionOf(environ.value.toString('latin1'));
      if (found !== undefined && !remembered.has(found.peer.text)) remembered.set(found.peer.text, found);
    }
    const ids = stat.ok ? parseStat(stat.value.toString('latin1')) : undefined;
    if (ids === undefined || pids.has(ids.pid)) break;
    pids.add(ids.pid);
    if (ids.parent <= 0) break;
    at = String(ids.parent);
  }
  return { pids, remembered: [...remembered.values()] };
}

export function parseStat(text: string): Readonly<{ pid: number; parent: number }> | undefined {
  const pid = Number.parseInt(text, 10);
  const parent = parentIn(text);
  return parent !== undefined && Number.isInteger(pid) ? { pid, parent } : undefined;
}

/** Value of SSH_CONNECTION in an environ block, "198.51.100.7 59037 203.0.113.5 2222" (ssh(1)). */
export function sshConnectionOf(environ: string): Readonly<{ peer: Net; localPort: number }> | undefined {
  const entry = environ.split('\0').find((variable) => variable.startsWith('SSH_CONNECTION='));
  const fields = entry?.slice('SSH_CONNECTION='.length).split(' ') ?? [];
  const peer = parseHost((fields[0] ?? '').replace(/%.*$/, ''));
  const localPort = Number(fields[3]);
  return peer.ok && Number.isInteger(localPort) && localPort > 0
    ? { peer: peer.value, localPort }
    : undefined;
}
