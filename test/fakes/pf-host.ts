// A real local Host on which `pfctl` is the stand-in and `uname` says which BSD it is: no nft, no ipset, no root needed.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Host } from '../../src/host/host.ts';
import { createLocalHost } from '../../src/host/local.ts';
import { createRunner } from '../../src/host/run.ts';
import type { Which } from '../../src/host/which.ts';
import { capturedHost } from './pfctl/fixtures.ts';
import type { Pf, System } from './pfctl/state.ts';

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
const MAIN = join(import.meta.dirname, 'pfctl/main.ts');

/** `time`: the clock of pf; `captured` stands still at the time of the captures. */
export type PfHostOptions = Readonly<{ time?: 'captured' | 'now'; change?: (pf: Pf) => void }>;

/** The folder with the programs, also for a console that runs them for real. */
export function makePfFolder(system: System, options: PfHostOptions = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'oc-pf-'));
  const pf = capturedHost(system);
  if (options.time !== 'captured') startNow(pf);
  options.change?.(pf);
  writeFileSync(join(folder, 'pf.json'), JSON.stringify(pf));
  program(folder, 'uname', `echo '${UNAME[system]}'`);
  const state = join(folder, 'pf.json');
  const bundle = join(folder, 'pfctl.mjs');
  // One file starts in half the time of many in TypeScript, and an act has dozens of calls.
  buildSync({ entryPoints: [MAIN], bundle: true, platform: 'node', format: 'esm', outfile: bundle });
  program(folder, 'pfctl', `PFCTL_STATE='${state}' exec '${process.execPath}' '${bundle}' "$@"`);
  return folder;
}

export async function createPfHost(system: System, options: PfHostOptions = {}): Promise<PfHost> {
  const folder = makePfFolder(system, options);
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
    change(how) {
      const pf = read();
      how(pf);
      writeFileSync(state, JSON.stringify(pf));
    },
    calls: () => callsOf(state),
    remove: (tool) => void tools.delete(tool),
    async dispose() {
      await local.endPtys();
      rmSync(folder, { recursive: true, force: true });
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
