// A real local Host on which `pfctl` is the stand-in and `uname` says which BSD it is: no nft, no ipset, no root needed.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Host } from '../../src/host/host.ts';
import { createLocalHost } from '../../src/host/local.ts';
import { createRunner } from '../../src/host/run.ts';
import type { Which } from '../../src/host/which.ts';
import { capturedHost } from './pfctl/fixtures.ts';
import { type Pf, type System, writePf } from './pfctl/state.ts';

export type PfCall = Readonly<{ argv: readonly string[]; stdin: string; exitCode: number }>;

export type PfHost = Readonly<{
  host: Host;
  /** Holds `pfctl` and `uname`, and the pf. */
  folder: string;
  state(): Pf;
  change(how: (pf: Pf) => void): void;
  /** Every call so far, in order. */
  calls(): readonly PfCall[];
  /** Away with one of the programs: "pfctl". */
  remove(tool: string): void;
  dispose(): Promise<void>;
}>;

const UNAME: Readonly<Record<System, string>> = {
  freebsd15: 'FreeBSD 15.0-RELEASE',
  openbsd78: 'OpenBSD 7.8',
};
const SERVER = join(import.meta.dirname, 'pfctl/server.ts');

/** What is on stdin is taken where pfctl would read it: `-f -`. */
const FRONT = (folder: string): string => `
call='${folder}/call.'$$
mkdir "$call" || exit 70
for word; do printf '%s\\0' "$word"; done >"$call/argv"
case " $* " in *" -f - "*) cat >"$call/stdin" ;; esac
mkfifo "$call/done"
exec 3<>"$call/done"
echo "$call" >'${folder}/ask'
read -r status <&3
cat "$call/err" >&2
cat "$call/out"
rm -r "$call"
exit "$status"`;

/** `time`: the clock of pf; `captured` stands still at the time of the captures. */
export type PfHostOptions = Readonly<{ time?: 'captured' | 'now'; change?: (pf: Pf) => void }>;

export type PfFolder = Readonly<{ folder: string; dispose(): void }>;

/** The folder with the programs, also for a console that runs them for real, and the process that answers. */
export function makePfFolder(system: System, options: PfHostOptions = {}): PfFolder {
  const folder = mkdtempSync(join(tmpdir(), 'oc-pf-'));
  const pf = capturedHost(system);
  if (options.time !== 'captured') startNow(pf);
  options.change?.(pf);
  writeFileSync(join(folder, 'pf.json'), JSON.stringify(pf));
  program(folder, 'uname', `echo '${UNAME[system]}'`);
  const bundle = join(folder, 'server.mjs');
  buildSync({ entryPoints: [SERVER], bundle: true, platform: 'node', format: 'esm', outfile: bundle });
  program(folder, 'pfctl', FRONT(folder));
  execFileSync('mkfifo', [join(folder, 'ask')]);
  const server = spawn(process.execPath, [bundle, folder], { stdio: ['pipe', 'ignore', 'inherit'] });
  server.unref();
  return {
    folder,
    dispose() {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Between two calls: what one of them changes at the same time may be lost. */
export function changePf(folder: string, how: (pf: Pf) => void): void {
  const file = join(folder, 'pf.json');
  const pf = JSON.parse(readFileSync(file, 'utf8')) as Pf;
  how(pf);
  writePf(file, JSON.stringify(pf));
}

export async function createPfHost(system: System, options: PfHostOptions = {}): Promise<PfHost> {
  const { folder, dispose } = makePfFolder(system, options);
  const tools = new Map(['pfctl', 'uname'].map((tool) => [tool, join(folder, tool)]));
  const which: Which = {
    find: (tool) => Promise.resolve(tools.get(tool)),
    forget: () => undefined,
  };
  const local = await createLocalHost({ sudo: 'never' });
  const runner = createRunner(which, (command, path) => [path, ...command.argv.slice(1)]);
  const state = join(folder, 'pf.json');
  const read = (): Pf => JSON.parse(readFileSync(state, 'utf8')) as Pf;
  return {
    host: { ...local, ...runner, name: 'pf-host', privileged: true, which: which.find },
    folder,
    state: read,
    change: (how) => changePf(folder, how),
    calls: () => callsOf(state),
    remove: (tool) => void tools.delete(tool),
    async dispose() {
      await local.endPtys();
      dispose();
    },
  };
}

function callsOf(state: string): readonly PfCall[] {
  try {
    const lines = readFileSync(`${state}.calls`, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as PfCall);
  } catch {
    return [];
  }
}

/** What was there stays as old as it was. */
function startNow(pf: Pf): void {
  const shift = Math.floor(Date.now() / 1000) - (pf.now ?? 0);
  delete pf.now;
  pf.since += shift;
  for (const table of pf.tables) {
    table.cleared += shift;
    for (const address of table.addresses) address.cleared += shift;
  }
}

function program(folder: string, name: string, line: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}
