// From the command line to the running console: is this a terminal, is it large enough, which session; then the console.

import { ok } from '../core/result.ts';
import type { Host } from '../host/host.ts';
import { colourDepth } from '../views/themes/depth.ts';
import { parseTheme } from './console/command-line.ts';
import type { HostFlags } from './hosts/flags.ts';
import { openWithHosts } from './hosts/open-with.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { plainLines } from './plain-text.ts';

export type OpenOptions = Omit<HostFlags, 'session' | 'json'> &
  Readonly<{
    session: string | undefined;
    readOnly?: boolean;
    ascii?: boolean;
    theme?: string;
    mouse: boolean;
  }>;

/** Below this even one pane without a frame shows nothing of use. */
const SIZE_MIN = { columns: 20, rows: 5 };

export async function openConsole(
  options: OpenOptions,
  io: Io,
  host: () => Promise<Host>,
): Promise<ExitStatus> {
  const unfit = whyNot(io);
  if (unfit !== undefined) {
    io.stderr.write(`opsconsole: ${unfit}\n`);
    return EXIT.usage;
  }
  const local = await host();
  const { session: argument, ...flags } = options;
  const opened = await openWithHosts(local, argument, { flags, io });
  if (!opened.ok) {
    const { summary, hint } = opened.problem;
    io.stderr.write(`${plainLines(`${summary}${hint === undefined ? '' : `; ${hint}`}`)}\n`);
    return EXIT.usage;
  }
  const { hosts, overlay } = opened.value;
  const { session, text, passedOver } = opened.value.opened;
  const theme = options.theme === undefined ? ok(session.theme) : parseTheme(options.theme);
  if (!theme.ok) {
    io.stderr.write(`${plainLines(theme.problem.summary)}\n`);
    await hosts.close();
    return EXIT.usage;
  }
  const { runConsole } = await import('./console.tsx');
  return runConsole({
    session: { ...session, theme: theme.value },
    text,
    ...(passedOver === undefined ? {} : { remark: passedOver }),
    host: local,
    ...{ hosts, overlay },
    io,
    readOnly: options.readOnly === true,
    ascii: options.ascii === true || needsAscii(io.env),
    depth: colourDepth(io.env),
    mouse: options.mouse && session.mouse,
  });
}

/** One sentence when the console cannot be drawn here. */
function whyNot(io: Io): string | undefined {
  if (!io.terminal) {
    return 'this is not a terminal; run it in one, or use a subcommand (opsconsole --help)';
  }
  if (io.env.TERM === 'dumb' || (io.env.TERM ?? '') === '') {
    return `the terminal type is ${io.env.TERM === 'dumb' ? '"dumb"' : 'not set'}, which cannot place the cursor; set TERM`;
  }
  const { columns, rows } = process.stdout;
  if (columns < SIZE_MIN.columns || rows < SIZE_MIN.rows) {
    return `the terminal is ${columns}x${rows}; at least ${SIZE_MIN.columns}x${SIZE_MIN.rows} is needed`;
  }
  return undefined;
}

/** Consoles and teletypes whose own fonts know no box characters in UTF-8, whatever the locale says. */
const ASCII_TERMS = /^(linux|cons25|vt\d|ansi)/;

/** A locale without UTF-8 would show every box character as noise. */
function needsAscii(env: Io['env']): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => (value ?? '') !== '') ?? '';
  return ASCII_TERMS.test(env.TERM ?? '') || !/utf-?8/i.test(locale);
}
