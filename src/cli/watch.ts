// opsconsole watch: opens the session, takes the lock, leaves raise.sh behind for the day Node cannot start, and watches.
// Lines go to standard output with the time before them; nothing here may load the screen.

import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { WatchShields } from '../actions/watch/answers.ts';
import { parseTold, printTold } from '../actions/watch/events.ts';
import { createSampler } from '../actions/watch/sample.ts';
import { factsOf } from '../actions/watch/signals.ts';
import { INITIAL_TRIGGER, type Stepped, sayNumber, step } from '../actions/watch/trigger.ts';
import { runWatch, type WatchMemory } from '../actions/watch/watch.ts';
import { problem } from '../core/problem.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import { findCurrent, readNow } from '../firewall/shields/read-now.ts';
import type { Host } from '../host/host.ts';
import type { ActDeps } from './act-desk.ts';
import { complain } from './act-run.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { type Opened, openSessionApart } from './session-apart.ts';
import { wholeProgram } from './watch-child.ts';
import type { WatchFlags } from './watch-commands.ts';
import { makeFolderNow } from './watch-folder.ts';
import { createHands } from './watch-hands.ts';
import { takeLock } from './watch-lock.ts';

type Watching = Opened & Readonly<{ host: Host; io: Io }>;

export async function watchHost(flags: WatchFlags, { io, ...deps }: ActDeps): Promise<ExitStatus> {
  const host = await deps.host();
  const opened = await openSessionApart(flags.session, io);
  if (!opened.ok) return complain(opened.problem, io);
  const watching: Watching = { ...opened.value, host, io };
  if (flags.once === true) return lookOnce(watching);
  if (flags.dryRun === true) return watchUntilEnded(watching, true);
  if (process.geteuid?.() !== 0)
    return complain(
      problem('not-permitted', 'the watch must run as root', {
        hint: 'opsconsole watch --print-unit prints a systemd unit; --dry-run and --once work for everybody',
      }),
      io,
    );
  const lock = takeLock(join(watching.place.run, 'watch.pid'));
  if (!lock.ok) return complain(lock.problem, io);
  try {
    return await watchUntilEnded(watching, false);
  } finally {
    lock.value();
  }
}

/** `script`: where raise.sh lies, when it does. */
function handsOf({ host, session, place }: Watching, script: string | undefined): WatchShields {
  const { origin } = session;
  return createHands({
    now: () => readNow(host, place, { last: true }),
    isAnythingThere: async () => (await findCurrent(host, place)).kind !== 'none',
    program: wholeProgram,
    session: origin.kind === 'file' ? origin.path : undefined,
    script,
  });
}

async function watchUntilEnded(watching: Watching, dryRun: boolean): Promise<ExitStatus> {
  const { host, session, place, io } = watching;
  const say = (line: SafeText): void => void io.stdout.write(`${timeOf(host)} ${line}\n`);
  const { watch } = session.shields;
  say(sanitise(`watching ${host.name} every ${watch.everyMs / 1000} s, profile ${session.shields.profile}`));
  const script = dryRun ? undefined : leaveScript(watching, say);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  // Whoever read our lines has gone: that must not end the watch.
  io.stdout.on('error', () => undefined);
  try {
    await runWatch({
      host,
      shields: handsOf(watching, script),
      settings: session.shields,
      memory: memoryIn(place, say),
      say,
      node: process.execPath,
      signal: stop.signal,
      dryRun,
    });
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.off(signal, end);
  }
  return EXIT.done;
}

/** Local time to the second with its offset from UTC, as log readers know it: 2026-11-21T13:01:02+01:00. */
function timeOf(host: Host): string {
  const now = new Date(host.now());
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

const MEMORY = 'watch.json';

/** In the durable directory, else in the other: told twice after a reboot is better than never. */
function memoryIn({ dir, run }: ShieldsPlace, say: (line: SafeText) => void): WatchMemory {
  return {
    read() {
      for (const base of [dir, run]) {
        try {
          const told = parseTold(readFileSync(join(base, MEMORY), 'utf8'));
          if (told !== undefined) return told;
        } catch {
          // Not there: the other, or none yet.
        }
      }
      return undefined;
    },
    write(told) {
      if (![dir, run].some((base) => replaced(join(base, MEMORY), printTold(told), 0o600)))
        say(sanitise(`cannot write ${join(dir, MEMORY)}: after a restart, hooks may run again`));
    },
  };
}

function replaced(path: string, text: string, mode: number): boolean {
  try {
    makeFolderNow(dirname(path), 0o755);
    const fresh = `${path}.${process.pid}`;
    writeFileSync(fresh, text, { mode });
    chmodSync(fresh, mode);
    renameSync(fresh, path);
    return true;
  } catch {
    return false;
  }
}

/** The path, when it lies there as it should. */
function leaveScript({ place, script }: Watching, say: (line: SafeText) => void): string | undefined {
  const path = join(place.dir, 'raise.sh');
  if (script.ok && replaced(path, script.value, 0o700)) return path;
  say(sanitise(script.ok ? `cannot write ${path}` : `no ${path}: ${script.problem.summary}`));
  return undefined;
}

/** Two looks, because most signals are rates. */
async function lookOnce({ host, session, place, io }: Watching): Promise<ExitStatus> {
  const settings = session.shields.watch;
  const sampler = createSampler(host, settings);
  let stepped: Stepped | undefined;
  for (const wait of [0, settings.everyMs]) {
    await pause(wait);
    const sampled = await sampler({ all: true });
    if (!sampled.ok) return complain(sampled.problem, io);
    const moment = {
      sample: sampled.value,
      facts: factsOf(await readNow(host, place, { last: true }), host.now()),
    };
    stepped = step(stepped?.state ?? INITIAL_TRIGGER, moment, settings);
  }
  for (const { words, value, threshold, level } of stepped?.signals ?? [])
    io.stdout.write(
      `${words.padEnd(20)} ${sayNumber(value).padStart(10)}  of ${String(threshold).padEnd(8)} ${level}\n`,
    );
  const verdict = stepped?.attack === undefined ? 'unknown' : stepped.attack ? 'yes' : 'no';
  io.stdout.write(`${'calls for shields'.padEnd(20)} ${verdict.padStart(10)}\n`);
  return EXIT.done;
}
