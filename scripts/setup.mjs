// What `npm start` and `npm test` share: install once per lock file, build once per source state, find the pinned Node.
// Runs on any Node >= 20 with nothing installed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');
/** What the npm package "node" has binaries for; elsewhere (FreeBSD, OpenBSD) the Node that runs this must do. */
const pinsNode = ['linux', 'darwin'].includes(process.platform);
const NODE_LEAST = [22, 22];
const installStamp = join(root, 'node_modules', '.opsconsole-installed');
const buildStamp = join(root, 'dist', '.built-from');

/** Environment in which `node` is the pinned one. */
export function pinnedEnv(extra = {}) {
  return {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    ...extra,
  };
}

/** Runs a program with our terminal; ends this process with its status when it fails. */
export function mustRun(argv, options = {}) {
  const done = spawnSync(argv[0], argv.slice(1), { cwd: root, stdio: 'inherit', ...options });
  if (done.error) {
    console.error(`opsconsole: cannot run ${argv[0]}: ${done.error.message}`);
    process.exit(1);
  }
  if (done.status !== 0) process.exit(done.status ?? 1);
}

export function ensureInstalled() {
  const wanted = hashFiles([join(root, 'package-lock.json')]);
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === wanted && hasNode()) return;
  if (!pinsNode && isTooOld(process.versions.node)) {
    console.error(
      `opsconsole: Node ${process.versions.node} is too old; ${NODE_LEAST.join('.')} or later is needed`,
    );
    process.exit(1);
  }
  console.error('opsconsole: installing packages (once per lock file) …');
  const npm = process.env.npm_execpath;
  const argv = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  // The only scripts of our packages fetch binaries that are not made for these systems.
  const how = pinsNode ? [] : ['--ignore-scripts'];
  mustRun([...argv, 'ci', ...how, '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (!hasNode()) {
    console.error(
      'opsconsole: the npm package "node" did not install its binary; allow install scripts and run again',
    );
    process.exit(1);
  }
  writeFileSync(installStamp, wanted);
}

const hasNode = () => !pinsNode || existsSync(pinnedNode);

function isTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < NODE_LEAST[0] || (major === NODE_LEAST[0] && minor < NODE_LEAST[1]);
}

export function ensureBuilt() {
  const wanted = hashFiles([
    join(root, 'package-lock.json'),
    join(root, 'scripts', 'build.mjs'),
    ...filesUnder(join(root, 'src')),
  ]);
  if (existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === wanted) return;
  mustRun([pinsNode ? pinnedNode : process.execPath, join(root, 'scripts', 'build.mjs')], {
    stdio: ['ignore', 2, 2],
  });
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, wanted);
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashFiles(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}
