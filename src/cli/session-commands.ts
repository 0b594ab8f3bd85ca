// opsconsole validate | init | print-layout: the session file without the screen. They read; only `init` writes one file.

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command as Program } from 'commander';
import type { PaneSpec } from '../core/pane.ts';
import { sanitise } from '../core/sanitise.ts';
import { DEFAULT_KEYMAP } from '../keys/keymap.ts';
import { applyOverrides } from '../keys/overrides.ts';
import { sessionTextFor } from '../session/detect.ts';
import { loadSession } from '../session/load.ts';
import { arrange } from '../views/arrange.ts';
import { drawArrangement } from '../views/draw-arrangement.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../views/glyphs.ts';
import { type ActDeps, placesOf } from './act-desk.ts';
import { type HostFlags, onAnyHost, onHosts } from './hosts/flags.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { findSetNames, gatherFacts } from './machine-facts.ts';
import { openSession, printProblems, readText } from './session-file.ts';

export function registerSessionCommands(program: Program, deps: ActDeps): void {
  program
    .command('validate')
    .description('check a session file: every error with file:line:column')
    .argument('<file>', 'the session file')
    .action(async (file: string) => deps.exit(await validate(file, deps)));
  onAnyHost(program.command('init'))
    .description('write the layout detected from this machine, or another, as a commented session file')
    .argument('[file]', 'where to write it; "-" is standard output', '.opsconsole.yml')
    .action(async (file: string, flags: HostFlags) =>
      deps.exit(await onHosts(flags, deps, (at) => init(file, at))),
    );
  program
    .command('print-layout')
    .description('draw the arrangement of a session as text')
    .argument('[session]', 'a session file or name; absent: the one that would open')
    .argument('[size]', 'columns x rows', '80x24')
    .option('--ascii', 'draw with ASCII signs')
    .action(async (session: string | undefined, size: string, options: { ascii?: boolean }) =>
      deps.exit(await printLayout({ session, size, ascii: options.ascii === true }, deps)),
    );
}

async function validate(file: string, { io, host }: ActDeps): Promise<ExitStatus> {
  const text = await readText(await host(), file);
  if (!text.ok) return complain(io, text.problem.summary);
  const loaded = loadSession(text.value, file);
  // Keys that cannot be bound are dropped by the console, with a word; a check says so before the night they are needed.
  const problems = loaded.ok ? applyOverrides(DEFAULT_KEYMAP, loaded.session).problems : loaded.problems;
  if (!loaded.ok || problems.length > 0) {
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    return complain(io, `${printProblems(file, problems)}\n${count}`);
  }
  const panes = loaded.session.windows.reduce((sum, window) => sum + window.panes.length, 0);
  io.stdout.write(`${sanitise(file)}: good (${loaded.session.windows.length} windows, ${panes} panes)\n`);
  return EXIT.done;
}

async function init(file: string, { io, host, entry, gate }: ActDeps): Promise<ExitStatus> {
  if (gate !== undefined) return complain(io, 'one file is for one host: name one');
  const here = await host();
  const facts = { ...(await gatherFacts(here)), sets: await findSetNames(here) };
  const text = sessionTextFor(facts, entry);
  if (file === '-') {
    io.stdout.write(text);
    return EXIT.done;
  }
  try {
    // 'wx': an existing session is somebody's work and is never overwritten.
    const handle = await open(file, 'wx', 0o644);
    await handle.writeFile(text);
    await handle.close();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST')
      return complain(io, `${sanitise(file)} exists already; give another name or remove it first`);
    return complain(
      io,
      `cannot write ${sanitise(file)}: ${sanitise(error instanceof Error ? error.message : 'unknown error')}`,
    );
  }
  io.stdout.write(
    `wrote ${sanitise(file)}; start it with: opsconsole ${sanitise(basename(file) === file ? `./${file}` : file)}\n`,
  );
  return EXIT.done;
}

type LayoutArgs = Readonly<{ session: string | undefined; size: string; ascii: boolean }>;

async function printLayout(args: LayoutArgs, { io, host }: ActDeps): Promise<ExitStatus> {
  const { session: argument, size, ascii } = args;
  const looksLikeSize = argument !== undefined && /^\d+x\d+$/.test(argument);
  const named = looksLikeSize ? undefined : argument;
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(looksLikeSize ? argument : size);
  const columns = Number(match?.[1]);
  const rows = Number(match?.[2]);
  if (match === null || columns < 1 || rows < 1)
    return complain(io, `${JSON.stringify(sanitise(size, 40))} is not a size such as 80x24`);
  const session = await openSession(await placesOf({ host }), named, io);
  if (!session.ok) return complain(io, session.problem.summary);
  for (const window of session.value.windows) {
    const focus = window.focus ?? window.panes[0]?.id;
    const arrangement = arrange(
      window,
      { recent: focus === undefined ? [] : [focus], zoomed: false },
      { columns, rows },
    );
    const names = new Map(window.panes.map((pane) => [pane.id, paneName(pane)]));
    const drawn = drawArrangement(arrangement, names, ascii ? ASCII_GLYPHS : UNICODE_GLYPHS);
    io.stdout.write(`${sanitise(window.name)} (${columns}x${rows})\n${drawn.join('\n')}\n`);
  }
  return EXIT.done;
}

function complain(io: Io, text: string): ExitStatus {
  io.stderr.write(`${text}\n`);
  return EXIT.usage;
}

function paneName(pane: PaneSpec): string {
  if (pane.title !== undefined) return pane.title;
  const { body } = pane;
  return body.kind === 'log'
    ? `log ${[...body.files, ...body.units, ...(body.command ?? [])].join(' ')}`
    : body.kind;
}
