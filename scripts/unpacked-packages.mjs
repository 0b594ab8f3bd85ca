// Debian packages that the real tests run but that must not be installed here: their install scripts call out to the
// network and would leave dpkg half-configured. Downloaded and unpacked into a folder of this project, once.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Folder in the cache → packages that are unpacked into it together, and a program that must then be there. */
const WANTED = {
  crowdsec: {
    packages: ['crowdsec', 'crowdsec-firewall-bouncer', 'libsqlite3-0'],
    programs: ['usr/bin/crowdsec', 'usr/bin/cscli', 'usr/bin/crowdsec-firewall-bouncer'],
  },
  // The shells of systems that we reach over ssh: mksh and posh come from the ksh that is OpenBSD's sh.
  shells: {
    packages: ['mksh', 'posh', 'busybox'],
    programs: ['bin/mksh', 'usr/bin/posh', 'bin/busybox'],
  },
};
const CACHE = join(root, 'node_modules', '.cache', 'opsconsole');

export function ensureUnpackedPackages() {
  for (const [name, { packages, programs }] of Object.entries(WANTED)) {
    const folder = join(CACHE, name);
    if (programs.every((program) => existsSync(join(folder, program)))) continue;
    const why = existsSync('/etc/debian_version') ? unpack(packages, folder) : 'this is not Debian';
    if (why !== undefined)
      console.error(`the tests of ${name} need ${packages.join(', ')} unpacked in ${folder}: ${why}`);
  }
}

/** Made beside and renamed, so that what is there is whole. Answers why not, in words. */
function unpack(packages, folder) {
  mkdirSync(CACHE, { recursive: true });
  const beside = mkdtempSync(join(CACHE, 'unpacking-'));
  try {
    console.error(`unpacking ${packages.join(' ')} for the kernel tests …`);
    if (!download(packages, beside)) {
      run(['apt-get', 'update', '-qq']);
      if (!download(packages, beside)) return 'apt-get download did not get them';
    }
    const made = join(beside, 'root');
    for (const file of readdirSync(beside).filter((entry) => entry.endsWith('.deb'))) {
      if (!run(['dpkg-deb', '-x', file, made], beside)) return `dpkg-deb could not unpack ${file}`;
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
    return undefined;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

const download = (packages, cwd) => run(['apt-get', 'download', '-qq', ...packages], cwd);

function run([program, ...args], cwd = root) {
  return spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2] }).status === 0;
}
