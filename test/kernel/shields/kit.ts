// Shields on the server namespace of a test net, with state, run directory and journal in a temporary folder.

import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Shields } from '../../../src/actions/shields/port.ts';
import { createShields, type ShieldsOptions } from '../../../src/actions/shields/shields.ts';
import type {
  LowerReport,
  MeasureSpec,
  RaiseReport,
  ShieldsPlace,
  ShieldsSettings,
} from '../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import { createNetnsHost, type NetnsHost } from '../../../src/host/netns.ts';
import { onEnd, snapshot } from '../acts/kit.ts';
import type { TestNet } from '../harness/netns.ts';
import { readIfThere } from '../harness/read-if-there.ts';
import { kill } from './revert-kit.ts';

export type ShieldsKit = Readonly<{
  shields: Shields;
  host: NetnsHost;
  place: ShieldsPlace;
  journalPath: string;
  options: ShieldsOptions;
  folder: string;
}>;

export function settingsOf(
  measures: readonly MeasureSpec[],
  more: Partial<ShieldsSettings> = {},
): ShieldsSettings {
  return { ...DEFAULT_SHIELDS, unattended: true, profiles: { default: measures }, ...more };
}

export async function openShields(net: TestNet, more: Partial<ShieldsOptions> = {}): Promise<ShieldsKit> {
  const folder = await mkdtemp(join(tmpdir(), 'oc-shields-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const host = await createNetnsHost({ name: net.server.name });
  onEnd(() => host.close());
  const options: ShieldsOptions = {
    host,
    settings: { ...DEFAULT_SHIELDS, unattended: true },
    operator: { user: 'tester', console: 'test' },
    allow: [],
    journal: join(folder, 'journal.db'),
    place: { dir: join(folder, 'state'), run: join(folder, 'run') },
    readOnly: false,
    ...more,
  };
  const shields = createShields(options);
  onEnd(async () => {
    await createShields({ ...options, readOnly: false, host }).lower();
    endWatchers(folder);
  });
  return { shields, host, place: options.place, journalPath: String(options.journal), options, folder };
}

/** A watcher looks for the outcome once a second; the folder with it is gone before, so it would wait for the deadline. */
export function endWatchers(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.watcher')) continue;
    const pid = (readIfThere(join(folder, name)) ?? '').trim();
    if (readIfThere(`/proc/${pid}/cmdline`)?.includes(folder) === true) kill(Number(pid));
  }
}

export function up(report: RaiseReport): Extract<RaiseReport, { kind: 'up' }> {
  if (report.kind === 'up') return report;
  throw new Error(`not up: ${JSON.stringify(report)}`);
}

export function down(report: LowerReport): Extract<LowerReport, { kind: 'down' }> {
  if (report.kind === 'down') return report;
  throw new Error(`not down: ${JSON.stringify(report)}`);
}

export const currentOf = ({ dir, run }: ShieldsPlace): string | undefined =>
  [dir, run].map((base) => readIfThere(join(base, 'current'))?.trim()).find((id) => id !== undefined);

/** What iptables-nft leaves behind where it once had a chain: nothing in it, and it lets all through. */
const EMPTY_TABLE =
  /table ip6? (?:filter|raw) \{\n(?:\tchain \w+ \{\n\t\ttype [^\n]*policy accept;\n\t\}\n*)*\}\n*/g;

/** All that a raise may change in a namespace, counters aside. */
export async function machineOf(net: TestNet): Promise<string> {
  return `${(await snapshot(net)).replaceAll(EMPTY_TABLE, '').trim()}\n${await sysctls(net)}`;
}

/** Values of the namespace that measures change. */
async function sysctls(net: TestNet): Promise<string> {
  const tcp = ['syncookies', 'synack_retries', 'max_syn_backlog'].map((name) => `net.ipv4.tcp_${name}`);
  const { stdout } = await net.exec(net.server, ['sysctl', 'net.netfilter', ...tcp]);
  const changing = /^net\.(?:netfilter\.nf_conntrack_(?:\w*timeout\w*|max) |ipv4)/;
  return stdout
    .split('\n')
    .filter((line) => changing.test(line))
    .join('\n');
}
