// The Debian packages that the real tests drive: installed when missing, as root, on Debian and its kin; else said.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Program → Debian package. */
const NEEDED = {
  nft: 'nftables',
  ipset: 'ipset',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  tmux: 'tmux',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'fail2ban-server': 'fail2ban',
  sysctl: 'procps',
  sudo: 'sudo',
  awk: 'gawk',
};
const PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

export function ensureSystemPackages() {
  const missing = Object.keys(NEEDED).filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => NEEDED[tool]))];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    console.error(
      `the kernel and terminal tests need ${missing.join(', ')}; on Debian, as root: apt-get install ${packages.join(' ')}`,
    );
    return;
  }
  console.error(`installing ${packages.join(' ')} for the kernel and terminal tests …`);
  // Daemons that these packages bring must not start on this machine: the tests start their own, privately.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const quiet = { stdio: ['ignore', 2, 2], env };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
}

function isInstalled(tool) {
  return PATH.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
