// opsconsole shields up | keep | renew | down | status | preview: asks the shields of this machine and tells what came of
// it. Nothing waits for input: they cannot lock anybody out and take themselves back.

import { findSaved } from '../actions/shields/bakers.ts';
import type { Shields } from '../actions/shields/port.ts';
import { formatDuration } from '../core/duration.ts';
import type { Session } from '../core/pane.ts';
import { type Problem, problem } from '../core/problem.ts';
import { ok, type Result } from '../core/result.ts';
import type { LowerReport, RaiseReport, RaiseWish, ShieldsNow, ShieldsPreview } from '../core/shields.ts';
import { DEFAULT_SHIELDS } from '../core/shields-defaults.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Host } from '../host/host.ts';
import { type ActDeps, placesOf } from './act-desk.ts';
import { sayProblem, statusOf } from './act-run.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { printJson } from './plain-text.ts';
import { openSession, type Places } from './session-file.ts';
import { shieldsFor } from './shields-desk.ts';
import { keptLines, loweredLines, nowLines, outcomeLines, previewLines, raisedLines } from './shields-say.ts';
import { checkWish, type ShieldsFlags, wishOf } from './shields-wish.ts';

export type ShieldsRequest = Readonly<{
  verb: 'up' | 'keep' | 'renew' | 'down' | 'status' | 'preview';
  flags: ShieldsFlags;
}>;

/** What a command ends with: words for people, one object for programs, one status. */
type Told = Readonly<{
  json: Readonly<Record<string, unknown>>;
  lines: readonly string[];
  status: ExitStatus;
}>;
type Settings = Pick<Session, 'shields' | 'allow'>;
type Asking = Readonly<{
  shields: Shields;
  host: Host;
  session: Settings;
  flags: ShieldsFlags;
  wish: RaiseWish;
  io: Io;
}>;

/** `shieldsOf`: other shields than this machine's own (tests). */
export async function runShieldsCommand(
  { verb, flags }: ShieldsRequest,
  deps: ActDeps,
  shieldsOf: typeof shieldsFor = shieldsFor,
): Promise<ExitStatus> {
  const { io } = deps;
  const read = wishOf(flags);
  if (!read.ok) return tell(failed(read.problem), flags, io);
  const places = await placesOf(deps);
  const { host } = places;
  const session = await openSettings(places, { verb, flags }, io);
  if (!session.ok) return tell(failed(session.problem), flags, io);
  const wish = checkWish(read.value, session.value);
  if (!wish.ok) return tell(failed(wish.problem), flags, io);
  const changes = verb !== 'status' && verb !== 'preview';
  if (changes && !host.privileged) return tell(failed(needsRoot(verb)), flags, io);
  const shields = shieldsOf(host, session.value, io.env);
  const asking = { shields, host, session: session.value, flags, wish: wish.value, io };
  // What a crash or a reboot left is taken back first, whoever comes by; a preview touches nothing.
  if (verb !== 'preview' && host.privileged) {
    const outcome = await shields.recover();
    if (outcome !== undefined && flags.json !== true)
      io.stderr.write(`${outcomeLines(outcome).join('\n')}\n`);
  }
  return tell(await doAs(verb, asking), flags, io);
}

/** Profiles and `allow` matter to whoever raises. A slip in the file must keep nobody from lowering. */
async function openSettings(
  places: Places,
  { verb, flags }: ShieldsRequest,
  io: Io,
): Promise<Result<Settings>> {
  const opened = await openSession(places, flags.session, io);
  if (opened.ok || verb === 'up' || verb === 'preview') return opened;
  if (flags.json !== true) {
    sayProblem(opened.problem, io);
    io.stderr.write(`shields ${verb} goes on without the session file\n`);
  }
  return ok({ shields: DEFAULT_SHIELDS, allow: [] });
}

async function doAs(verb: ShieldsRequest['verb'], asking: Asking): Promise<Told> {
  const { shields, host, wish, flags } = asking;
  switch (verb) {
    case 'up': {
      const blocked = wish.auto === true ? await blockedBy(asking) : undefined;
      if (blocked !== undefined) return refused([blocked]);
      return toldRaise(await shields.raise(wish, progressFor(asking)));
    }
    case 'keep':
      return toldKept(await shields.keep(), 'kept');
    case 'renew':
      return toldKept(await shields.renew(wish.holdSeconds), 'renewed');
    case 'down':
      return toldLower(await shields.lower(flags.auto === true ? 'auto' : 'operator'));
    case 'status':
      return toldNow(await shields.now(), await findSaved(host), host.now());
    case 'preview':
      return toldPreview(await shields.preview(wish));
    default:
      return unreachable(verb);
  }
}

/** monit and cron ask again every minute: after a person lowered them, that must not raise them at once. */
async function blockedBy({ shields, host, session }: Asking): Promise<string | undefined> {
  const now = await shields.now();
  if (now.kind !== 'down' || now.last?.by !== 'operator') return undefined;
  const left = session.shields.watch.manualBlockSeconds - Math.max(0, host.now() - now.last.at) / 1000;
  if (left <= 0) return undefined;
  return `a person lowered the shields: the automatic does not raise them for another ${formatDuration(Math.ceil(left))}`;
}

/** On a terminal one sees that something happens. */
function progressFor({ io, flags }: Asking): (doing: string) => void {
  const shown = io.terminal && flags.json !== true;
  return (doing) => {
    if (shown) io.stderr.write(`… ${doing}\n`);
  };
}

function needsRoot(verb: string): Problem {
  return problem(
    'not-permitted',
    `shields ${verb} changes the packet filter and the kernel: that needs root`,
    {
      hint: `sudo opsconsole shields ${verb}; without root only "status" works`,
    },
  );
}

function toldRaise(report: RaiseReport): Told {
  if (report.kind === 'refused') return refused(report.reasons);
  if (report.kind === 'failed') {
    if (!report.undone && report.problem.code === 'line-lost') return unknown(report.problem);
    const undone = report.undone
      ? 'what was begun has been taken back'
      : 'NOT everything was taken back: opsconsole shields down tries again';
    const { json, status } = failed(report.problem);
    return { json: { ...json, undone: report.undone }, lines: [undone], status };
  }
  const { now } = report;
  const stands = hasWall(now);
  return {
    json: { status: stands ? 'done' : 'unproved', ...report },
    lines: raisedLines(report),
    status: stands ? EXIT.done : EXIT.unproved,
  };
}

function toldKept(result: Result<ShieldsNow>, done: 'kept' | 'renewed'): Told {
  if (!result.ok) return failedOrUnknown(result.problem);
  const stands = result.value.kind !== 'up' || hasWall(result.value);
  return {
    json: { status: stands ? 'done' : 'unproved', now: result.value },
    lines: keptLines(result.value, done),
    status: stands ? EXIT.done : EXIT.unproved,
  };
}

/** What cannot be seen is not taken for missing. */
function hasWall({ wall }: Extract<ShieldsNow, { kind: 'up' }>): boolean {
  return wall !== 'gone' && wall !== 'expired';
}

/** What others changed meanwhile is left alone on purpose, so it is no failure; what could not be put back is. */
function toldLower(report: LowerReport): Told {
  if (report.kind === 'failed') return failedOrUnknown(report.problem);
  const { items, complete } = report.outcome;
  const whole = complete && items.every(({ result }) => result !== 'failed');
  return {
    json: { status: whole || report.already ? 'done' : 'unproved', ...report },
    lines: loweredLines(report),
    status: whole || report.already ? EXIT.done : EXIT.unproved,
  };
}

function toldNow(now: ShieldsNow, saved: readonly string[], at: number): Told {
  if (now.kind === 'unknown') {
    const { json, status } = failed(now.problem);
    return { json: { ...json, kind: 'unknown', saved }, lines: saved, status };
  }
  return { json: { ...now, saved }, lines: [...nowLines(now, at), ...saved], status: EXIT.done };
}

function toldPreview(preview: ShieldsPreview): Told {
  if (preview.kind === 'refused') return refused(preview.reasons);
  if (preview.kind === 'failed') return failed(preview.problem);
  return { json: { status: 'planned', ...preview }, lines: previewLines(preview), status: EXIT.done };
}

function refused(reasons: readonly string[]): Told {
  return { json: { status: 'refused', reasons }, lines: reasons, status: EXIT.refused };
}

const failedOrUnknown = (trouble: Problem): Told =>
  trouble.code === 'line-lost' ? unknown(trouble) : failed(trouble);

function unknown(trouble: Problem): Told {
  return { json: { status: 'unknown', problem: trouble }, lines: [], status: EXIT.unknown };
}

function failed(trouble: Problem): Told {
  return { json: { status: 'failed', problem: trouble }, lines: [], status: statusOf(trouble) };
}

/** With --json exactly one object, whatever happened; else good news to stdout, the rest to stderr. */
function tell({ json, lines, status }: Told, { json: asJson }: ShieldsFlags, io: Io): ExitStatus {
  if (asJson === true) {
    io.stdout.write(`${printJson(json)}\n`);
    return status;
  }
  const trouble = json.problem as Problem | undefined;
  if (trouble !== undefined) sayProblem(trouble, io);
  const good = status === EXIT.done || status === EXIT.unproved;
  for (const line of lines)
    (good ? io.stdout : io.stderr).write(status === EXIT.refused ? `refused: ${line}\n` : `${line}\n`);
  return status;
}
