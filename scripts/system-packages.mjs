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
  ping: 'iputils-ping',
  tmux: 'tmux',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'fail2ban-server': 'fail2ban',
  sshguard: 'sshguard',
  sysctl: 'procps',
  sudo: 'sudo',
  awk: 'gawk',
  // For journald itself, which the tests run by hand: 3 MB, and without systemd-sysv it changes no boot.
  journalctl: 'systemd',
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
  const install = ['install', '-y', '-qq', '--no-install-recommends'];
  const others = packages.filter((name) => name !== 'systemd');
  if (others.length > 0) spawnSync('apt-get', [...install, ...others], quiet);
  // Where another init has its place, it keeps it, and the journald tests are skipped.
  if (packages.includes('systemd')) spawnSync('apt-get', [...install, '--no-remove', 'systemd'], quiet);
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
