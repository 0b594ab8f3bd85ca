// Before the screen: which session and which hosts, and their lines, while ssh may still ask on the terminal.

import { type HostEntry, type HostId, LOCAL } from '../../core/hosts.ts';
import type { Session } from '../../core/pane.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Host } from '../../host/host.ts';
import { loadSession } from '../../session/load.ts';
import type { Io } from '../io.ts';
import { plainLines } from '../plain-text.ts';
import { detectedSession, type OpenedSession, openFile } from '../session-file.ts';
import type { HostFlags } from './flags.ts';
import { type Hosts, openHosts } from './hosts.ts';
import { type Wanted, wantedHosts } from './wishes.ts';

/** `overlay`: what the command line says of hosts, over a session file that is taken later. */
export type OpenedWithHosts = Readonly<{
  opened: OpenedSession;
  hosts: Hosts;
  overlay(session: Session): Session;
}>;

/** A host whose line does not come up is said in one line, and tries on by itself behind the screen. */
export async function openWithHosts(
  local: Host,
  argument: string | undefined,
  { flags, io }: Readonly<{ flags: Pick<HostFlags, 'host' | 'group' | 'all' | 'sshConfig'>; io: Io }>,
): Promise<Result<OpenedWithHosts>> {
  const file = await openFile(local, argument, io);
  if (!file.ok) return file;
  const known = file.value.file?.session;
  const wanted = wantedHosts(flags, known);
  if (!wanted.ok) return wanted;
  const entries = withWanted(known?.hosts ?? [], wanted.value);
  const config = flags.sshConfig === undefined ? {} : { config: flags.sshConfig };
  const hosts = openHosts({ local, entries, env: io.env, ...config });
  try {
    if (entries.length > 0) await login(hosts, io);
    const opened = await sessionFor(hosts, { file: file.value.file, wanted: wanted.value, entries });
    if (!opened.ok) await hosts.close();
    const { passedOver } = file.value;
    const remark = passedOver === undefined ? {} : { passedOver };
    if (!opened.ok) return opened;
    const overlay = (session: Session): Session => withHosts(session, wanted.value);
    return ok({ opened: { ...opened.value, ...remark }, hosts, overlay });
  } catch (error) {
    await hosts.close();
    throw error;
  }
}

function withWanted(entries: readonly HostEntry[], wanted: readonly Wanted[]): readonly HostEntry[] {
  const fresh = wanted.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  return [...entries, ...fresh.filter(({ id }) => !entries.some((one) => one.id === id))];
}

async function login(hosts: Hosts, io: Io): Promise<void> {
  await hosts.loginAll(io, (id, result) => {
    if (!result.ok) {
      const { summary, hint } = result.problem;
      const named = summary.startsWith(`${id}: `) ? summary : `${id}: ${summary}`;
      io.stderr.write(`${plainLines(`${named}${hint === undefined ? '' : `; ${hint}`}`)}\n`);
    }
  });
}

type Ground = Readonly<{
  file: OpenedSession | undefined;
  wanted: readonly Wanted[];
  entries: readonly HostEntry[];
}>;

/** Panes that name no host are on the first one asked for. Without a file a layout is made of what is found there. */
async function sessionFor(hosts: Hosts, { file, wanted, entries }: Ground): Promise<Result<OpenedSession>> {
  const [first] = wanted;
  if (file !== undefined) return ok({ ...file, session: withHosts(file.session, wanted) });
  if (wanted.length > 1)
    return several(
      wanted.map(({ id }) => id),
      entries,
    );
  return detectedSession(hosts.of(first?.id ?? LOCAL), first?.entry);
}

/** Panes that name no host are on the first one. */
function withHosts(session: Session, wanted: readonly Wanted[]): Session {
  const [first] = wanted;
  const entries = withWanted(session.hosts ?? [], wanted);
  const named = entries.length === 0 ? {} : { hosts: entries };
  return { ...session, ...named, ...(first === undefined ? {} : { host: first.id }) };
}

/** One window over all of them, and one for each. */
function several(ids: readonly HostId[], entries: readonly HostEntry[]): Result<OpenedSession> {
  const windows = ids.map(
    (id) => `  - { name: ${id}, host: ${id}, panes: [bans, host, conntrack, traffic] }\n`,
  );
  const all = '  - { name: all, panes: [hosts, all-bans] }\n';
  const text = `version: 1\nname: hosts\n${hostsText(entries)}windows:\n${all}${windows.join('')}`;
  const loaded = loadSession(text, 'hosts');
  if (!loaded.ok) throw new Error(`the session of several hosts does not load: ${text}`);
  return ok({ session: { ...loaded.session, origin: { kind: 'detected' } }, text });
}

/** JSON is YAML, and quotes what must be. */
function hostsText(entries: readonly HostEntry[]): string {
  if (entries.length === 0) return '';
  const lines = entries.map(
    ({ id, destination }) => `  ${JSON.stringify(id)}: { ssh: ${JSON.stringify(destination)} }\n`,
  );
  return `hosts:\n${lines.join('')}`;
}
