// The session file, version 1, as zod schemas: what an operator may write. Checking and the JSON Schema for editors
// both come from here; the meaning (core/pane.ts Session) is made in normalise.ts.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { parseNet } from '../core/address.ts';
import { parseDuration } from '../core/duration.ts';
import { NAMED_LAYOUTS } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { text, textThat } from './fields.ts';
import { shieldsKeysAt, shieldsSchema } from './shields-schema.ts';

export const REFRESH_MS_MIN = 250;

const oneOrMany = z.union([text, z.array(text).min(1)]);
const duration = textThat(parseDuration).describe('A duration such as 90s, 10m, 1h, 1d12h, 2w');
const refresh = textThat(parseRefresh).describe('250ms to 1h');
const pattern = textThat(parsePattern).describe('A regular expression');
const patterns = z.union([pattern, z.array(pattern).min(1)]);
const absolutePath = textThat(parsePath).describe('An absolute path or glob');
const paths = z.union([absolutePath, z.array(absolutePath).min(1)]);
const size = z
  .union([
    z.number().int().min(1),
    z.string().regex(/^(100|[1-9]?[0-9])%$/, 'write cells as a number or a share as "60%"'),
  ])
  .describe('Cells (a number) or a share of the parent ("60%")');

const logOptions = z
  .strictObject({
    files: paths.optional().describe('Paths and globs'),
    units: oneOrMany.optional().describe('journald units; "*" is the whole journal'),
    command: z.array(text).min(1).optional().describe('A program and its arguments; no shell'),
    merge: z.enum(['time', 'side-by-side']).optional(),
    in: patterns.optional().describe('Show only lines that match one of these regular expressions'),
    out: patterns.optional().describe('Hide lines that match one of these regular expressions'),
    wrap: z.boolean().optional(),
    history: z.number().int().min(100).max(200_000).optional().describe('Lines kept for scrolling back'),
  })
  .describe('What a log pane reads: at least one of files, units, command');

const nothing = z.union([z.null(), z.literal(true)]);
const PANE_KINDS = {
  log: z
    .union([absolutePath, z.array(absolutePath).min(1), logOptions])
    .describe('A path or glob, several, or a mapping with options'),
  bans: z.union([nothing, text, z.array(text)]).describe('Set names to show; empty: all'),
  conntrack: nothing,
  traffic: z.union([nothing, text, z.array(text)]).describe('Interfaces; empty: those that carry traffic'),
  host: nothing,
  journal: nothing,
};
export const PANE_KIND_NAMES = Object.keys(PANE_KINDS) as readonly (keyof typeof PANE_KINDS)[];

const paneMap = z.strictObject({
  log: PANE_KINDS.log.optional(),
  bans: PANE_KINDS.bans.optional(),
  conntrack: PANE_KINDS.conntrack.optional(),
  traffic: PANE_KINDS.traffic.optional(),
  host: PANE_KINDS.host.optional(),
  journal: PANE_KINDS.journal.optional(),
  title: text.optional().describe('Shown on the frame instead of what is watched'),
  refresh: refresh.optional().describe("This pane's own refresh"),
});
const pane = z.union([z.enum(['bans', 'conntrack', 'traffic', 'host', 'journal']), paneMap]);

const paneNumber = z.number().int().min(1).describe('A pane by its place in the list, from 1');

export type LayoutEntry = number | LayoutMap;
export type LayoutMap = Readonly<{
  pane?: number | undefined;
  rows?: readonly LayoutEntry[] | undefined;
  columns?: readonly LayoutEntry[] | undefined;
  size?: number | string | undefined;
}>;
const layoutMap: z.ZodType<LayoutMap> = z
  .lazy(() =>
    z.strictObject({
      pane: paneNumber.optional(),
      rows: z.array(layoutEntry).min(1).optional().describe('One above the other'),
      columns: z.array(layoutEntry).min(1).optional().describe('Side by side'),
      size: size.optional(),
    }),
  )
  .meta({ id: 'layoutTree' });
const layoutEntry: z.ZodType<LayoutEntry> = z.lazy(() => z.union([paneNumber, layoutMap]));

const window = z.strictObject({
  name: text,
  layout: z
    .union([z.enum(NAMED_LAYOUTS), layoutMap])
    .optional()
    .describe('A tmux layout name, or a tree of rows and columns'),
  main: size.optional().describe('Size of the first pane in main-vertical and main-horizontal'),
  focus: paneNumber.optional(),
  panes: z.array(pane).min(1),
});

export const sessionSchema = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,39}$/u, 'letters, digits, space, ".", "_", "-"; at most 40')
    .optional(),
  refresh: refresh.optional().describe('How often panes read their source; 1s when absent'),
  theme: z.enum(['ansi', 'mono']).optional(),
  mouse: z.boolean().optional(),
  prefix: text.optional().describe('The tmux-like prefix key, "C-b" when absent'),
  allow: z
    .array(textThat(parseAllowed))
    .optional()
    .describe('Addresses, networks and host names that are never banned or cut'),
  bans: z
    .strictObject({
      durations: z.array(duration).min(1).max(9).optional().describe('Choices in the ban dialog'),
      default: z
        .union([z.literal('until changed'), duration])
        .optional()
        .describe('A duration, or "until changed"'),
      target: text.optional().describe('Set that bans go to; "ours" or absent: our own table'),
      cut: z.boolean().optional().describe('Whether a ban also deletes the flows of the address'),
    })
    .optional(),
  shields: shieldsSchema.optional(),
  keys: z
    .record(z.string(), z.record(z.string(), oneOrMany))
    .optional()
    .describe('Key table → intent → keys, as in docs/keys.md: { log: { follow: f } }'),
  windows: z.array(window).min(1),
});

export type SessionFile = z.infer<typeof sessionSchema>;
export type PaneEntry = SessionFile['windows'][number]['panes'][number];
export type WindowEntry = SessionFile['windows'][number];

/** JSON Schema (draft 2020-12) for editors; written to docs/session.schema.json. */
export function sessionJsonSchema(): unknown {
  return z.toJSONSchema(sessionSchema, { unrepresentable: 'any', io: 'input' });
}

/** The keys that a mapping at `path` may have, for "did you mean". */
export function knownKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const last = [...path].reverse().find((part) => typeof part === 'string');
  const inLayout = path.some((part) => part === 'layout');
  if (path.length === 0) return Object.keys(sessionSchema.shape);
  if (path[0] === 'shields') return shieldsKeysAt(path.slice(1));
  if (inLayout) return ['pane', 'rows', 'columns', 'size'];
  if (last === 'windows') return Object.keys(window.shape);
  if (last === 'panes') return Object.keys(paneMap.shape);
  if (last === 'log') return Object.keys(logOptions.shape);
  if (last === 'bans') return ['durations', 'default', 'target', 'cut'];
  return [];
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

function parseAllowed(written: string): Result<string> {
  if (parseNet(written).ok || isHostName(written)) return ok(written);
  return fail(
    problem('bad-input', `"${sanitise(written, 60)}" is neither an address, a network nor a host name`),
  );
}

/** RFC 1123 names with at least one letter, so that a mistyped address is not taken for a name. */
function isHostName(written: string): boolean {
  if (written.length > 253 || !/[a-z]/i.test(written)) return false;
  const labels = written.replace(/\.$/, '').split('.');
  return labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}
