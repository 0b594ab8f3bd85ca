// What a saved file shall mean: the live workspace in words that the file as it is now can hold.

import { LOCAL } from '../core/hosts.ts';
import type { PaneSpec, Session, WindowSpec } from '../core/pane.ts';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { loadSession } from './load.ts';
import { printFileProblem } from './problems.ts';
import { roundedLayout } from './save-layout.ts';
import { placedAnew } from './save-same.ts';

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
  const strange = unknownHost(windows, disk.session);
  if (strange !== undefined) return fail(strange);
  const theme = live.theme === loaded.theme ? disk.session.theme : live.theme;
  return ok({ wanted: { ...disk.session, theme, windows }, disk: disk.session, path });
}

/** As the file can say it: a pane in a window with a host is that one's, or names its own. */
function withHost(pane: PaneSpec, window: WindowSpec, { host }: Session): PaneSpec {
  const { host: own, ...rest } = pane;
  if (window.host !== undefined) return { ...rest, host: own ?? host ?? LOCAL };
  // What a key made says its host also where the file need not.
  return own === undefined || (pane.from === undefined && own === (host ?? LOCAL)) ? rest : pane;
}

function unknownHost(windows: readonly WindowSpec[], { hosts = [] }: Session): Problem | undefined {
  const known = [LOCAL, ...hosts.map(({ id }) => id)];
  const used = windows.flatMap(({ host, panes }) => [host, ...panes.map((pane) => pane.host)]);
  const strange = used.find((host) => host !== undefined && !known.includes(host));
  if (strange === undefined) return undefined;
  const hint = `write "${strange}:" under "hosts:" in the file, then save again`;
  return problem('bad-input', `panes are on ${strange}, a host that the file does not name`, { hint });
}
