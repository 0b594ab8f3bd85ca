// A console on a host with pf: the stand-in of pfctl over a path of the system, in a view of the file system of its own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changePf, makePfFolder, type PfHostOptions } from '../../fakes/pf-host.ts';
import type { Pf, System } from '../../fakes/pfctl/state.ts';

export type PfWay = Readonly<{
  /** Words before those of the console. */
  through: (argv: readonly string[]) => readonly string[];
  state(): Pf;
  change(how: (pf: Pf) => void): void;
  dispose(): void;
}>;

/** Programs that no BSD has: opsconsole would find Linux's firewall behind them. */
const LINUX_ONLY = [
  ...['nft', 'ipset', 'iptables', 'ip6tables', 'iptables-save', 'ip6tables-save', 'iptables-legacy-save'],
  ...['ip6tables-legacy-save', 'conntrack', 'fail2ban-client', 'cscli'],
];

const SCRIPT = `
set -e
mount -t tmpfs none /usr/local/sbin
cp "$1/pfctl" /usr/local/sbin/pfctl
mount --bind "$1/uname" "$(command -v uname)"
for tool in ${LINUX_ONLY.join(' ')}; do
  for folder in /usr/sbin /usr/bin; do
    if [ -e "$folder/$tool" ]; then mount --bind /dev/null "$folder/$tool"; fi
  done
done
shift
exec "$@"
`;

export function openPfWay(system: System, options: PfHostOptions = {}): PfWay {
  const { folder, dispose } = makePfFolder(system, options);
  return {
    through: (argv) => ['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', folder, ...argv],
    state: () => JSON.parse(readFileSync(join(folder, 'pf.json'), 'utf8')) as Pf,
    change: (how) => changePf(folder, how),
    dispose,
  };
}
