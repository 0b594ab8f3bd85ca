// What a saved file shall mean: the live workspace in words that the file as it is now can hold.

import { type HostEntry, type HostId, LOCAL } from '../core/hosts.ts';
import type { PaneSpec, Session, WindowSpec } from '../core/pane.ts';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { loadSession } from './load.ts';
import { printFileProblem } from './problems.ts';
import { roundedLayout } from './save-layout.ts';
import { placedAnew } from './save-same.ts';
import { isPlainMap, type Plain, type PlainMap } from './save-text.ts';

/** `loaded`: the session as its file gave it, which the places in `live` are of. `path`: of the file. */
export type SaveWish = Readonly<{ live: Session; loaded: Session; path: string }>;

/** `disk`: the file as it is now. */
export type Wanted = Readonly<{ wanted: Session; disk: Session; path: string }>;

export function wantedOf(text: string, { live, loaded, path }: SaveWish): Result<Wanted> {
  const disk = loadSession(text, path);
  if (!disk.ok) {
    const [first] = disk.problems;
    const summary = first === undefined ? `${path} cannot be read` : printFileProblem(path, first);
    return fail(problem('bad-input', summary, { hint: 'mend the file, or save under another name' }));
  }
  const placed = placedAnew(live.windows, loaded, disk.session);
  const windows = placed.map((window) => ({
    ...window,
    layout: roundedLayout(window.layout),
    panes: window.panes.map((pane) => withHost(pane, window, disk.session)),
  }));
  const hosts = hostsWanted(windows, { live, loaded, disk: disk.session });
  const strange = unknownHost(windows, hosts);
  if (strange !== undefined) return fail(strange);
  const theme = live.theme === loaded.theme ? disk.session.theme : live.theme;
  const wanted = { ...disk.session, theme, windows, ...(hosts.length === 0 ? {} : { hosts }) };
  return ok({ wanted, disk: disk.session, path });
}

/** As the file can say it: a pane in a window with a host is that one's, or names its own. */
function withHost(pane: PaneSpec, window: WindowSpec, { host }: Session): PaneSpec {
  const { host: own, ...rest } = pane;
  if (window.host !== undefined) return { ...rest, host: own ?? host ?? LOCAL };
  // What a key made says its host also where the file need not.
  return own === undefined || (pane.from === undefined && own === (host ?? LOCAL)) ? rest : pane;
}

type Sessions = Readonly<{ live: Session; loaded: Session; disk: Session }>;

/** Those of the file, those that were added since it was read, and those that panes have come to be on. */
function hostsWanted(windows: readonly WindowSpec[], { live, loaded, disk }: Sessions): readonly HostEntry[] {
  const has = ({ hosts = [] }: Session, id: HostId): boolean => hosts.some((entry) => entry.id === id);
  const used = hostsUsed(windows);
  const added = (live.hosts ?? []).filter(
    ({ id }) => !has(disk, id) && (!has(loaded, id) || used.includes(id)),
  );
  return [...(disk.hosts ?? []), ...added];
}

const hostsUsed = (windows: readonly WindowSpec[]): readonly (HostId | undefined)[] =>
  windows.flatMap(({ host, panes }) => [host, ...panes.map((pane) => pane.host)]);

function unknownHost(windows: readonly WindowSpec[], hosts: readonly HostEntry[]): Problem | undefined {
  const known = [LOCAL, ...hosts.map(({ id }) => id)];
  const strange = hostsUsed(windows).find((host) => host !== undefined && !known.includes(host));
  if (strange === undefined) return undefined;
  const hint = `write "${strange}:" under "hosts:" in the file, then save again`;
  return problem('bad-input', `panes are on ${strange}, a host that the file does not name`, { hint });
}

/** What changes in the file besides its windows. `written`: the file as it is. */
export function settingsOf({ wanted, disk }: Wanted, written?: unknown): PlainMap {
  const hosts = wanted.hosts ?? [];
  const added = hosts.slice(disk.hosts?.length ?? 0);
  const before = isPlainMap(written) && isPlainMap(written.hosts) ? written.hosts : {};
  const entries = added.map((entry): readonly [string, Plain] => [entry.id, hostPlain(entry)]);
  return {
    ...(wanted.theme === disk.theme ? {} : { theme: wanted.theme }),
    ...(added.length === 0 ? {} : { hosts: { ...before, ...Object.fromEntries(entries) } }),
  };
}

/** An entry of `hosts:` as a file has it. */
export function hostPlain({ id, destination, colour, sudo }: HostEntry): Plain {
  const options: PlainMap = {
    ...(destination === (id as string) ? {} : { ssh: destination }),
    ...(colour === undefined ? {} : { colour }),
    ...(sudo === 'auto' ? {} : { sudo }),
  };
  return Object.keys(options).length === 0 ? null : options;
}
