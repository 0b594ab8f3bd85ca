// What a pane that is being chosen would look like: drawn by the painter of its kind from the state of now, as if it were
// there. Where nothing was read yet, and for programs, in words.

import type { Line } from '../../core/line.ts';
import type { PaneId, PaneSpec } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { SourceId } from '../../core/status.ts';
import { fitPanes } from '../../store/fit-panes.ts';
import type { PickerItem, PickerState } from '../../store/modal-state.ts';
import type { LogTail, TailState } from '../../store/new-pane-picker.ts';
import { reduceLogs } from '../../store/slices/logs.ts';
import type { NewPane } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';
import { paragraphs } from '../panes/explain.ts';
import type { DrawContext } from '../panes/pane.ts';
import { span } from '../parts/lines.ts';
import { commandText } from '../parts/pane-name.ts';
import type { Painters } from '../screen.ts';

const PREVIEW = 'preview' as PaneId;

export type PreviewOf = Readonly<{ item: PickerItem; painters: Painters; context: DrawContext }>;
export type Preview = Readonly<{ title: Line; body: readonly Line[] }>;

export function drawPreview(
  state: ConsoleState,
  picker: PickerState,
  { item, painters, context }: PreviewOf,
): Preview {
  const { shows } = item;
  const words = (lines: readonly Line[]): Preview => ({
    title: [span(item.label)],
    body: paragraphs(lines, context.columns).slice(0, context.rows),
  });
  if (shows === undefined) return words(askingWords(item));
  const tail = picker.tails?.get(item.id);
  const said = insteadOf(state, shows, tail);
  if (said !== undefined) return words(said);
  const read = tail?.kind === 'read' ? tail.tail : undefined;
  const { title, body } = painters[shows.body.kind](asIfThere(state, shows, read), specOf(shows), context);
  return { title, body: body.slice(0, context.rows) };
}

function askingWords({ asks }: PickerItem): readonly Line[] {
  if (asks === 'new-watch')
    return [
      [span(safe('It asks for a command, as you would type it in a shell.'))],
      [span(safe('It runs every 2 s; what changed since the run before is marked.'), 'dim')],
      [span(safe('ss -s · df -h · who · nft list counters'), 'dim')],
    ];
  return [
    [span(safe('It asks for a command, as you would type it in a shell.'))],
    [span(safe('It runs in a terminal of its own, until it ends or the pane is closed.'), 'dim')],
    [span(safe('htop · less /etc/ssh/sshd_config · tcpdump -ni any port 22'), 'dim')],
  ];
}

/** What is said when there is nothing to paint: a program does not run for its preview, a log is being read. */
function insteadOf(
  state: ConsoleState,
  { body }: NewPane,
  tail: TailState | undefined,
): readonly Line[] | undefined {
  switch (body.kind) {
    case 'run':
    case 'watch':
      return [
        [span(sanitise(`Runs ${commandText(body.command)} in a terminal of its own, at once.`))],
        [span(safe('All keys go to it but the prefix. It ends with its pane.'), 'dim')],
      ];
    case 'log':
      if (tail?.kind === 'failed')
        return [
          [span(sanitise(tail.problem.summary), 'warn')],
          ...(tail.problem.hint === undefined ? [] : [[span(sanitise(tail.problem.hint), 'dim')]]),
        ];
      return tail?.kind === 'read' ? undefined : [[span(safe('reading its last lines …'), 'dim')]];
    case 'journal':
      return isRead(state, 'journal')
        ? undefined
        : unread('the acts of opsconsole on this host', 'newest first, each with its commands and result');
    case 'uplinks':
      if (isRead(state, 'uplinks')) return undefined;
      return unread('the ways out', 'addresses, gateways, rules and tables, tunnels, WireGuard');
    case 'jails':
      if (isRead(state, 'jails')) return undefined;
      return unread('the jails of fail2ban', 'which see nothing, what they ban with, what they did last');
    case 'services':
      if (isRead(state, 'services')) return undefined;
      return unread(
        'the services that the session file names',
        'how each is, with keys to start and stop it',
      );
    case 'bans':
    case 'conntrack':
    case 'traffic':
    case 'host':
    case 'hosts':
    case 'all-bans':
      return undefined;
  }
}

function isRead({ sources }: ConsoleState, source: SourceId): boolean {
  const status = sources[source];
  return status !== undefined && status.kind !== 'off';
}

/** No pane needs it now, so nobody reads it. */
function unread(what: string, how: string): readonly Line[] {
  return [[span(sanitise(`Shows ${what}: ${how}.`), 'dim')]];
}

const previews = new WeakMap<NewPane, ConsoleState>();

/** The state with the pane in it; what was worked out for it is kept while the cursor stays on its entry. */
function asIfThere(state: ConsoleState, shows: NewPane, tail: LogTail | undefined): ConsoleState {
  const windows = [{ name: '', layout: { kind: 'named', name: 'tiled' } as const, panes: [specOf(shows)] }];
  const before = previews.get(shows);
  const fitted = fitPanes({
    ...state,
    session: { ...state.session, windows },
    ...(before === undefined ? {} : panesOf(state, before)),
  });
  const logs =
    tail === undefined || before !== undefined
      ? fitted.logs
      : reduceLogs(fitted.logs, { kind: 'log/appended', pane: PREVIEW, ...tail }, fitted);
  const live = { kind: 'live', sampledAt: state.now, everyMs: Number.POSITIVE_INFINITY } as const;
  const there: ConsoleState = { ...fitted, logs, sources: { ...state.sources, [`log:${PREVIEW}`]: live } };
  previews.set(shows, there);
  return there;
}

/** What the pane of the preview had, in the state of now. */
function panesOf(state: ConsoleState, before: ConsoleState): Partial<ConsoleState> {
  return {
    logs: { ...state.logs, panes: before.logs.panes },
    bans: { ...state.bans, panes: before.bans.panes },
    conntrack: { ...state.conntrack, views: before.conntrack.views },
    traffic: { ...state.traffic, views: before.traffic.views },
    journal: { ...state.journal, panes: before.journal.panes },
    jails: { ...state.jails, panes: before.jails.panes },
    uplinks: { ...state.uplinks, panes: before.uplinks.panes },
  };
}

function specOf({ body, refreshMs }: NewPane): PaneSpec {
  return { id: PREVIEW, body, ...(refreshMs === undefined ? {} : { refreshMs }) };
}
