// The console at run time: opens the screen, joins store, keys, sources, desk and frames, and takes all of it down
// again on any way out. Everything that is decided is decided elsewhere.

import { inspect } from 'node:util';
import { render } from 'ink';
import type { Operator } from '../core/act.ts';
import { LOCAL } from '../core/hosts.ts';
import { hostOfPane, type Session } from '../core/pane.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import { selectPageLines } from '../store/select/shields-status.ts';
import { selectStrip } from '../store/select/strip.ts';
import type { ConsoleState } from '../store/state.ts';
import { type ConsoleStore, createConsoleStore } from '../store/store.ts';
import { createFrameStream } from '../terminal/ink-streams.ts';
import { type EndReason, exitStatus, openScreen, type Screen } from '../terminal/screen.ts';
import { App } from '../views/app.tsx';
import { helpHeight } from '../views/dialogs/help.ts';
import { wrapPage } from '../views/dialogs/page.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../views/glyphs.ts';
import { createPaced, type Paced } from '../views/paced.ts';
import { PAINTERS } from '../views/painters.ts';
import { createScreenDrawer, helpSections, type KeyTexts, type ScreenOptions } from '../views/screen.ts';
import type { ColourDepth } from '../views/themes/depth.ts';
import { runActs } from './console/acts.ts';
import { createController } from './console/controller.ts';
import { type CopyPort, createCopyPort } from './console/copy-port.ts';
import { runFleet } from './console/fleet.ts';
import type { HostsControl } from './console/host-command.ts';
import { hostLines } from './console/host-lines.ts';
import { type HostRuns, type HostsPort, runHosts, TOUCHED } from './console/host-runs.ts';
import { createFilterTester } from './console/jail-keys.ts';
import { saidOfKeys } from './console/key-problems.ts';
import { type LiveKeys, liveKeys } from './console/live-keys.ts';
import { newPaneLooks } from './console/new-pane-looks.ts';
import { runPrograms } from './console/programs.ts';
import { openSessions } from './console/session-open.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { readOperator } from './operator.ts';

/** `ascii`, `depth`: what the terminal can show. `io` is that of a terminal. */
export type ConsoleOptions = Readonly<{
  session: Session;
  /** What the session was made of. */
  text: string;
  /** To be said at the start. */
  remark?: SafeText;
  /** This machine: its files, its clock. */
  host: Host;
  hosts: HostsPort;
  /** What the command line says of hosts, over every session that is read. */
  overlay: (session: Session) => Session;
  io: Io;
  readOnly: boolean;
  ascii: boolean;
  depth: ColourDepth;
  mouse: boolean;
}>;

/** Runs until the operator leaves; a signal or a lost line ends the process with its own status. */
export async function runConsole(options: ConsoleOptions): Promise<ExitStatus> {
  const { session, host, readOnly } = options;
  const { env } = options.io;
  const operator = readOperator(env);
  const live = liveKeys(session, { readOnly });
  const keys = live.texts;
  const ended = Promise.withResolvers<EndReason | 'quit'>();
  let onInput: Parameters<typeof openScreen>[0]['onInput'] = () => undefined;
  let onResize: (size: Readonly<{ columns: number; rows: number }>) => void = () => undefined;
  const screen = openScreen({
    stdin: process.stdin,
    stdout: process.stdout,
    mouse: options.mouse,
    onInput: (event) => onInput(event),
    onResize: (size) => onResize(size),
    onEnd: ended.resolve,
  });
  const at = { now: host.now(), size: screen.size(), privileged: host.privileged };
  const store = createConsoleStore({ session, ...at, readOnly, operator });
  const look = screenOptions(options, keys);
  const frames = openFrames({ store, screen, options: look });
  onResize = frames.resize;

  const { runs, acts, programs } = startWork({ options, store, operator });
  const tell = (problems: LiveKeys['problems']): void => sayOfKeys(store, problems);
  const sessions = openSessions({
    ...{ store, host, io: options.io, opened: options.text, keys: live, tell },
    ...{ overlay: options.overlay, onTaken: runs.renew },
    intent: (intent) => controller.intent(intent),
  });
  const controller = createController({
    store,
    get keymap() {
      return live.keymap();
    },
    mouse: options.mouse,
    mono: options.depth === 'none',
    look,
    drawn: frames.paced.drawn,
    helpTotal: () => helpTotal(store.getState(), keys),
    effects: {
      quit: () => ended.resolve('quit'),
      ...screenEffects(screen),
      poke: (ids) => runs.now().poke(ids),
      listAsked: () => runs.now().sources.listAsked(),
      copy: copyPort({ options, look, screen, store }),
      session: sessions,
      ...{ programs, paste: programs.paste, programMouse: programs.mouse },
      newPane: newPaneLooks(() => runs.now().host, env),
      hosts: linesOf({ options, store, screen, runs }),
      testFilter: createFilterTester(() => runs.now().host, store),
      later,
    },
  });
  onInput = (event) => frames.paced.typed(() => controller.input(event));
  sayFirst(store, options.remark, live.problems);
  const stopClock = startClock(store, { host, screen });

  const reason = await ended.promise;
  // The terminal first: whatever takes long below, the operator has a shell again.
  screen.close();
  stopClock();
  frames.close();
  await Promise.all([acts.close(), sessions.close(), programs.close()]);
  await runs.close();
  await options.hosts.close();
  return leaveBy(reason, options.io);
}

type Lines = Readonly<{ options: ConsoleOptions; store: ConsoleStore; screen: Screen; runs: HostRuns }>;

function linesOf({ options, store, screen, runs }: Lines): HostsControl {
  return hostLines({
    ...{ store, lend: (use) => screen.lend(use) },
    linkOf: (id) => runs.of(id).host.link,
    print: (text) => void options.io.stdout.write(text),
  });
}

function leaveBy(reason: EndReason | 'quit', { stderr }: Io): ExitStatus {
  if (reason === 'quit') return EXIT.done;
  if (reason.kind === 'crash') stderr.write(`opsconsole: a bug ended it: ${inspect(reason.error)}\n`);
  return process.exit(exitStatus(reason));
}

const screenEffects = (screen: Screen) => ({
  suspend: () => screen.suspend(),
  redraw: () => screen.writer.repaint(),
  setMouse: (on: boolean) => screen.setMouse(on),
});

type CopyParts = Readonly<{
  options: ConsoleOptions;
  look: ScreenOptions;
  screen: Screen;
  store: ConsoleStore;
}>;

function copyPort({ options, look, screen, store }: CopyParts): CopyPort {
  return createCopyPort({
    env: options.io.env,
    glyphs: look.glyphs,
    now: () => options.host.now(),
    folder: () => options.io.cwd,
    send: (bytes) => screen.send(bytes),
    state: () => store.getState(),
    draw: createScreenDrawer(look),
  });
}

type Work = Readonly<{ options: ConsoleOptions; store: ConsoleStore; operator: Operator }>;

/** What watches the hosts and what changes them. */
function startWork({ options, store, operator }: Work) {
  const { session, hosts, readOnly } = options;
  const { env } = options.io;
  const runs = runHosts({ store, hosts, session, env, readOnly, operator });
  const acts = runActs({
    store,
    // A dialog is of the host that is looked at, and that stays while it is open.
    desk: {
      preview: (draft, signal) => runs.now().desk.preview(draft, signal),
      perform: (token, wish) => runs.now().desk.perform(token, wish),
    },
    readOnly,
    later,
    onReported: (_report, id) => runs.of(id).poke(TOUCHED),
  });
  const fleet = runFleet({
    ...{ store, readOnly, later },
    // A host that left the session has no branch: nobody else's desk stands in for it.
    port: { deskOf: (id) => (store.getState().hosts[id] === undefined ? undefined : runs.of(id).desk) },
    onReported: (id) => runs.of(id).poke(TOUCHED),
  });
  const programs = runPrograms({
    store,
    hostOf: (pane) => runs.of(hostOfPane(store.getState().session, pane)).host,
    hosts: () => runs.all().map(({ host }) => host),
    nowMs: () => performance.now(),
    later,
  });
  const close = async (): Promise<void> => void (await Promise.all([acts.close(), fleet.close()]));
  return { runs, acts: { close }, programs };
}

function helpTotal(state: ConsoleState, keys: KeyTexts): number {
  const { modal } = state.modal;
  if (modal.kind === 'page') return wrapPage(selectPageLines(state, modal.page), state.size).length;
  if (modal.kind === 'review') return wrapPage(modal.review.lines, state.size).length;
  return modal.kind === 'help' ? helpHeight(helpSections(state, keys), modal, state.size) : 0;
}

function sayOfKeys(store: ConsoleStore, problems: LiveKeys['problems']): void {
  const text = saidOfKeys(problems);
  if (text !== undefined) store.dispatch({ kind: 'modal/noticed', role: 'warn', text });
}

function sayFirst(store: ConsoleStore, remark: SafeText | undefined, problems: LiveKeys['problems']): void {
  sayOfKeys(store, problems);
  if (remark !== undefined) store.dispatch({ kind: 'modal/noticed', role: 'warn', text: remark });
}

function screenOptions(options: ConsoleOptions, keys: KeyTexts): ScreenOptions {
  const name = sanitise(options.host.name);
  return {
    theme: {
      name: options.depth === 'none' ? 'mono' : 'ansi',
      ascii: options.ascii,
      depth: options.depth,
    },
    glyphs: options.ascii ? ASCII_GLYPHS : UNICODE_GLYPHS,
    painters: PAINTERS,
    keys,
    summary: (state) => ({
      host: state.at === LOCAL ? name : sanitise(state.at),
      numbers: selectStrip(state),
    }),
  };
}

function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

/** Ticks at the turn of each second, so that ages and the clock change together. */
function startClock(
  store: ConsoleStore,
  { host, screen }: Readonly<{ host: Host; screen: Screen }>,
): () => void {
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    const now = host.now();
    store.dispatch({ kind: 'line/measured', line: screen.line() });
    store.dispatch({ kind: 'clock/ticked', now });
    timer = setTimeout(tick, 1000 - (now % 1000));
  };
  tick();
  return () => clearTimeout(timer);
}

type Frames = Readonly<{
  paced: Paced;
  resize(size: Readonly<{ columns: number; rows: number }>): void;
  close(): void;
}>;

function openFrames({
  store,
  screen,
  options,
}: Readonly<{ store: ConsoleStore; screen: Screen; options: ScreenOptions }>): Frames {
  const stream = createFrameStream(() => undefined, screen.size());
  const paced = createPaced({
    store,
    draw: createScreenDrawer(options),
    pace: { nowMs: () => performance.now(), later, gapMs: () => screen.gapMs() },
  });
  const ink = render(<App paced={paced} show={screen.writer.write} />, {
    stdout: stream.stdout,
    stdin: stream.stdin,
    debug: true,
    interactive: false,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
  return {
    paced,
    resize: ({ columns, rows }) => {
      store.dispatch({ kind: 'terminal/resized', columns, rows });
      paced.refresh();
    },
    close: () => {
      paced.close();
      ink.unmount();
    },
  };
}
