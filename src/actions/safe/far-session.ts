// Whom the far sshd sees at the other end of our own lane: behind NAT, a jump host or a shared connection that is another address
// than any of ours. Asked over there, of the session that asks.
//   ssh 198.51.100.7 59037 203.0.113.5 22       (SSH_CONNECTION; sshd(8))
//   pid 4711                                    (who started that shell, up to process 1; none where there is no /proc)

import type { Operator } from '../../core/act.ts';
import { command } from '../../core/plan.ts';
import type { Host } from '../../host/host.ts';
import { type Ancestry, sshConnectionOf } from './ancestry.ts';

/** Not as root: sudo strips the variable. */
const ASK = command(
  [
    'sh',
    '-c',
    `echo "ssh $SSH_CONNECTION"
P=$$
while [ "$P" -gt 0 ] && { read -r STAT; } 2>/dev/null <"/proc/$P/stat"; do
  echo "pid $P"
  set -f -- \${STAT##*') '}
  P=$2
done`,
  ],
  { timeoutMs: 10_000, outputMaxBytes: 65_536 },
);

/** Undefined: it could not be asked. */
export async function readFarAncestry(host: Host, signal?: AbortSignal): Promise<Ancestry | undefined> {
  const ran = await host.run(ASK, signal);
  return ran.ok ? parseFarAncestry(ran.value.stdout) : undefined;
}

export function parseFarAncestry(text: string): Ancestry {
  const lines = text.split('\n');
  const pids = lines.flatMap((line) => {
    const pid = /^pid (\d{1,10})$/.exec(line)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
  const said = lines.find((line) => line.startsWith('ssh '))?.slice('ssh '.length) ?? '';
  const found = sshConnectionOf(`SSH_CONNECTION=${said}`);
  return { pids: new Set(pids), remembered: found === undefined ? [] : [found] };
}

/** Terminal and ssh peer of the operator are of the machine that the console runs on: they say nothing of a far host. */
export function operatorOn(host: Host, operator: Operator): Operator {
  if (host.link === undefined) return operator;
  const { sshPeer: _, tty: __, ...rest } = operator;
  return rest;
}
