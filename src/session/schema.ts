// The session file, version 1, as zod schemas: what an operator may write. Checking and the JSON Schema for editors
// both come from here; the meaning (core/pane.ts Session) is made in normalise.ts.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { parseNet } from '../core/address.ts';
import { parseDuration } from '../core/duration.ts';
import { ACCENTS, NAMED_LAYOUTS, THEME_NAMES } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { oneOrMany, text, textThat } from './fields.ts';
import { groupsSchema, hostKeysAt, hostName, hostsSchema } from './hosts-schema.ts';
import { pane, paneKeysAt, refresh } from './pane-schema.ts';
import { serviceKeysAt, servicesSchema } from './services-schema.ts';
import { shieldsKeysAt, shieldsSchema } from './shields-schema.ts';

export const REFRESH_MS_MIN = 250;

const duration = textThat(parseDuration).describe('A duration such as 90s, 10m, 1h, 1d12h, 2w');
const milliseconds = textThat(parseMilliseconds).describe('100ms to 10s');
const size = z
  .union([
    z.number().int().min(1),
    z.string().regex(/^(100|[1-9]?[0-9](\.[0-9]{1,2})?)%$/, 'write cells as a number or a share as "60%"'),
  ])
  .describe('Cells (a number) or a share of the parent ("60%")');

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
  host: hostName.optional().describe('Of the panes that name none'),
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
  theme: z.enum(THEME_NAMES).optional().describe('"ansi", the colours of your terminal, when absent'),
  accent: z.enum(ACCENTS).optional().describe('A colour that tells this session from others'),
  label: text.max(24).optional().describe('A word that tells this session from others: PRODUCTION'),
  times: z
    .strictObject({
      repeat: milliseconds.optional().describe('How long keys after the prefix repeat without it; 500ms'),
      numbers: milliseconds.optional().describe('How long pane numbers are shown; 1s'),
    })
    .optional(),
  reload: z.enum(['ask', 'auto']).optional().describe('When this file changes: say so, or take it at once'),
  mouse: z.boolean().optional(),
  prefix: text.optional().describe('The tmux-like prefix key, "C-b" when absent'),
  allow: z
    .array(textThat(parseAllowed))
    .optional()
    .describe('Addresses, networks and host names that are never banned or cut'),
  'allow-into': oneOrMany
    .optional()
    .describe('Sets that `opsconsole allow sync` fills with the addresses of the names in `allow`'),
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
  services: servicesSchema.optional(),
  shields: shieldsSchema.optional(),
  hosts: hostsSchema.optional(),
  groups: groupsSchema.optional(),
  host: hostName.optional().describe('Of the panes that name none; absent: this machine'),
  keys: z
    .record(z.string(), z.record(z.string(), oneOrMany))
    .optional()
    .describe('Key table → intent → keys, as in docs/keys.md: { log: { follow: f } }'),
  windows: z.array(window).min(1),
});

export type SessionFile = z.infer<typeof sessionSchema>;
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
  if (path[0] === 'hosts' || path[0] === 'groups') return hostKeysAt(path);
  if (path[0] === 'services') return serviceKeysAt(path);
  if (path[0] === 'shields') return shieldsKeysAt(path.slice(1));
  if (inLayout) return ['pane', 'rows', 'columns', 'size'];
  if (last === 'windows') return Object.keys(window.shape);
  if (last === 'times') return ['repeat', 'numbers'];
  const inPane = paneKeysAt(last);
  if (inPane !== undefined) return inPane;
  if (last === 'bans') return ['durations', 'default', 'target', 'cut'];
  return [];
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

/** Times that a hand waits for. */
export function parseMilliseconds(written: string): Result<number> {
  const parts = /^(\d{1,5})(ms|s)$/.exec(written);
  const ms = Number(parts?.[1]) * (parts?.[2] === 's' ? 1000 : 1);
  if (parts !== null && ms >= 100 && ms <= 10_000) return ok(ms);
  return fail(problem('bad-input', 'must be between 100ms and 10s'));
}
