// The panes of a session file as zod schemas: what each kind takes.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { parseDuration } from '../core/duration.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { oneOrMany, text, textThat } from './fields.ts';
import { hostName } from './hosts-schema.ts';
import { UPLINKS_KEYS, uplinksOptions } from './uplinks-schema.ts';

export const REFRESH_MS_MIN = 250;

export const refresh = textThat(parseRefresh).describe('250ms to 1h');
const pattern = textThat(parsePattern).describe('A regular expression');
const patterns = z.union([pattern, z.array(pattern).min(1)]);
const absolutePath = textThat(parsePath).describe('An absolute path or glob');
const paths = z.union([absolutePath, z.array(absolutePath).min(1)]);
const start = z
  .enum(['auto', 'suspended'])
  .describe('Whether opening the session starts it; "suspended" (the default) waits for Enter');

const logOptions = z
  .strictObject({
    files: paths.optional().describe('Paths and globs'),
    units: oneOrMany.optional().describe('journald units; "*" is the whole journal'),
    command: z.array(text).min(1).optional().describe('A program and its arguments; no shell'),
    start: start.optional(),
    merge: z.enum(['time', 'side-by-side']).optional(),
    in: patterns.optional().describe('Show only lines that match one of these regular expressions'),
    out: patterns.optional().describe('Hide lines that match one of these regular expressions'),
    wrap: z.boolean().optional(),
    history: z.number().int().min(100).max(200_000).optional().describe('Lines kept for scrolling back'),
  })
  .describe('What a log pane reads: at least one of files, units, command');

const command = z
  .union([text, z.array(text).min(1)])
  .describe('A line for /bin/sh, or a program and its arguments without a shell');
const programShape = {
  command,
  start: start.optional(),
  cwd: absolutePath.optional().describe('Where it runs; absent: where the console was started'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'), z.string())
    .optional()
    .describe('Environment variables besides those of the console'),
};
const runOptions = z.strictObject({
  ...programShape,
  history: z.number().int().min(0).max(50_000).optional().describe('Lines kept for scrolling back'),
});
const watchOptions = z.strictObject(programShape);

const nothing = z.union([z.null(), z.literal(true)]);
const PANE_KINDS = {
  log: z
    .union([absolutePath, z.array(absolutePath).min(1), logOptions])
    .describe('A path or glob, several, or a mapping with options'),
  bans: z.union([nothing, text, z.array(text)]).describe('Set names to show; empty: all'),
  conntrack: nothing,
  traffic: z.union([nothing, text, z.array(text)]).describe('Interfaces; empty: those that carry traffic'),
  host: z.union([nothing, hostName]).describe('A pane of this kind, or the host that another kind shows'),
  journal: nothing,
  jails: nothing,
  uplinks: z.union([nothing, uplinksOptions]),
  services: nothing,
  hosts: z
    .union([nothing, text, z.array(text)])
    .describe('A row per host: names of hosts and groups; empty: all'),
  'all-bans': z
    .union([nothing, text, z.array(text)])
    .describe('The bans of several hosts in one table: names of hosts and groups; empty: all'),
  run: z.union([command, runOptions]).describe('A program in a terminal of its own'),
  watch: z.union([command, watchOptions]).describe('A command run again every refresh (2s when absent)'),
};
export const PANE_KIND_NAMES = Object.keys(PANE_KINDS) as readonly (keyof typeof PANE_KINDS)[];

/** The kinds that an entry names. Beside another kind, `host` says whose that pane is; alone it may say it, too. */
export function paneKindsOf(entry: Exclude<PaneEntry, string>): readonly (keyof typeof PANE_KINDS)[] {
  const kinds = PANE_KIND_NAMES.filter((kind) => entry[kind] !== undefined);
  return typeof entry.host === 'string' && kinds.length > 1 ? kinds.filter((kind) => kind !== 'host') : kinds;
}

const paneMap = z.strictObject({
  log: PANE_KINDS.log.optional(),
  bans: PANE_KINDS.bans.optional(),
  conntrack: PANE_KINDS.conntrack.optional(),
  traffic: PANE_KINDS.traffic.optional(),
  host: PANE_KINDS.host.optional(),
  journal: PANE_KINDS.journal.optional(),
  jails: PANE_KINDS.jails.optional(),
  uplinks: PANE_KINDS.uplinks.optional(),
  services: PANE_KINDS.services.optional(),
  hosts: PANE_KINDS.hosts.optional(),
  'all-bans': PANE_KINDS['all-bans'].optional(),
  run: PANE_KINDS.run.optional(),
  watch: PANE_KINDS.watch.optional(),
  title: text.optional().describe('Shown on the frame instead of what is watched'),
  refresh: refresh.optional().describe("This pane's own refresh"),
});
export const pane = z.union([
  z.enum([
    'bans',
    'conntrack',
    'traffic',
    'host',
    'journal',
    'jails',
    'uplinks',
    'services',
    'hosts',
    'all-bans',
  ]),
  paneMap,
]);

export type PaneEntry = z.infer<typeof pane>;

const OPTIONS_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['log', Object.keys(logOptions.shape)],
  ['run', Object.keys(runOptions.shape)],
  ['watch', Object.keys(watchOptions.shape)],
  ...UPLINKS_KEYS,
]);

/** The keys that the options of a kind may have, for "did you mean". */
export function paneKeysAt(last: string | undefined): readonly string[] | undefined {
  return last === 'panes' ? Object.keys(paneMap.shape) : OPTIONS_OF.get(last ?? '');
}

/** Milliseconds; "500ms" is accepted here, because a refresh may be shorter than any other duration. */
export function parseRefresh(written: string): Result<number> {
  const short = /^(\d{1,4})ms$/.exec(written);
  const seconds = short === null ? parseDuration(written) : ok(Number(short[1]) / 1000);
  if (!seconds.ok) return seconds;
  const ms = seconds.value * 1000;
  if (ms >= REFRESH_MS_MIN && ms <= 3_600_000) return ok(ms);
  return fail(problem('bad-input', `refresh must be between ${REFRESH_MS_MIN}ms and 1h`));
}

function parsePattern(written: string): Result<RegExp> {
  try {
    return ok(new RegExp(written, 'u'));
  } catch (error) {
    return fail(problem('bad-input', error instanceof Error ? error.message : 'not a regular expression'));
  }
}

function parsePath(written: string): Result<string> {
  if (written.startsWith('/') && !written.includes('\0')) return ok(written);
  return fail(problem('bad-input', `"${sanitise(written, 60)}" is not an absolute path`));
}
