// The part "shields" of the session file, as zod schemas: profiles of measures, the clocks, the automatic.
// What they mean is made in shields-normalise.ts.

import * as z from 'zod';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { MEASURES } from '../core/shields.ts';
import { durationWithin, text, textThat } from './fields.ts';

const MINUTE = 60;
const DAY = 86_400;

const whole = (min: number, max: number) => {
  const bounds = `must be a whole number from ${min} to ${max}`;
  return z.number().int(bounds).min(min, bounds).max(max, bounds);
};
const word = textThat(parseWord);
export const argv = z.tuple([textThat(parseProgram)], word).describe('A program and its arguments; no shell');
const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,39}$/u, 'letters, digits, space, ".", "_", "-"; at most 40')
  .describe('What it is called on the screen');
const path = textThat(parseFilePath).describe('An absolute path');
const SHARE = 'write a share as "80%"';
const share = z
  .union([z.string().regex(/^(100|[1-9][0-9]?)%$/, SHARE), z.number().gt(0, SHARE).max(1, SHARE)])
  .describe('A share, "1%" to "100%"');
const nothing = z.union([z.null(), z.literal(true)]);

const jails = z.union([word, z.array(word)]);
const PARTS = {
  'syn-rate': z
    .strictObject({
      'per-second': whole(1, 100_000).describe('New connections per second of one source (IPv6: /64)'),
      burst: whole(1, 100_000).optional().describe('At once; twice per-second when absent'),
    })
    .describe('Drop SYN packets of a source above this rate'),
  connections: whole(1, 1_000_000).describe('Open connections of one source to the public ports'),
  'unlisted-ports': nothing.describe('Close all TCP ports but the public ones and ssh'),
  'pin-ssh': nothing.describe('Keep the long timeout for ssh'),
  'conntrack-timeouts': z.enum(['modest', 'siege']).describe('Shorter timeouts of connection tracking'),
  'conntrack-max': z.number().gt(1).max(64).describe('Times as many tracked flows, where memory allows'),
  tcp: z
    .strictObject({
      syncookies: whole(1, 2).optional(),
      'synack-retries': whole(1, 255).optional(),
      'syn-backlog': whole(1, 1_048_576).optional(),
    })
    .describe('net.ipv4.tcp_syncookies, tcp_synack_retries, tcp_max_syn_backlog; never loosened'),
  fail2ban: z
    .strictObject({
      jails: jails.optional().describe('Jails to make stricter; absent or empty: all'),
      maxretry: whole(1, 1000).optional(),
      bantime: durationWithin(1, 2_147_483).optional(),
    })
    .describe('Stricter jails'),
  'ban-top': z
    .strictObject({
      flows: whole(10, 10_000_000).describe('Sources with more tracked flows than this'),
      most: whole(1, 1000).optional().describe('At most this many; 20 when absent'),
    })
    .describe('Ban the sources with the most flows while the shields are up'),
  run: z
    .strictObject({
      name,
      up: argv.describe('Run when the shields go up'),
      down: argv.describe('Run when they come down'),
      timeout: durationWithin(1, 2 * MINUTE)
        .optional()
        .describe('10s when absent'),
    })
    .describe('A pair of commands'),
  include: z
    .strictObject({
      name,
      link: path.describe('Made when the shields go up, removed when they come down'),
      file: path.describe('What the link points to'),
      test: argv.optional().describe('Must succeed, or the link goes away again'),
      reload: argv.describe('Makes the server read its configuration'),
    })
    .describe('A part of a configuration, switched on by a link'),
  service: z
    .strictObject({
      name: text.describe('A service of `services`'),
      do: z.enum(['stop', 'start']).describe('While the shields are up; put back when they come down'),
    })
    .describe('Stop or start a declared service'),
};

const measureMap = z.strictObject({
  'syn-rate': PARTS['syn-rate'].optional(),
  connections: PARTS.connections.optional(),
  'unlisted-ports': PARTS['unlisted-ports'].optional(),
  'pin-ssh': PARTS['pin-ssh'].optional(),
  'conntrack-timeouts': PARTS['conntrack-timeouts'].optional(),
  'conntrack-max': PARTS['conntrack-max'].optional(),
  tcp: PARTS.tcp.optional(),
  fail2ban: PARTS.fail2ban.optional(),
  'ban-top': PARTS['ban-top'].optional(),
  run: PARTS.run.optional(),
  include: PARTS.include.optional(),
  service: PARTS.service.optional(),
});
const measure = z.union([z.enum(MEASURES), measureMap]);

const hook = z.strictObject({
  command: argv.optional(),
  webhook: textThat(parseWebhook).optional().describe('http or https; gets JSON by POST'),
});
const logRate = z.strictObject({
  file: path,
  lines: whole(1, 10_000_000).describe('Lines per second'),
});
const off = z.literal('off');
const hookList = z.array(hook).max(9).optional();

const watch = z
  .strictObject({
    every: durationWithin(1, 5 * MINUTE)
      .optional()
      .describe('How often the signals are read'),
    load: z.number().min(0.1).max(10_000).optional().describe('1-minute load per core; never raises alone'),
    conntrack: z.union([off, share]).optional().describe('Share of the flow table in use'),
    'syn-recv': z
      .union([off, whole(1, 10_000_000)])
      .optional()
      .describe('Half-open connections'),
    'listen-drops': z
      .union([off, whole(1, 10_000_000)])
      .optional()
      .describe('Per second'),
    'new-connections': z
      .union([off, whole(1, 10_000_000)])
      .optional()
      .describe('Per second'),
    'log-rate': z.union([off, logRate]).optional(),
    'raise-after': whole(1, 1000).optional().describe('Samples in a row over the thresholds'),
    'lower-after': whole(1, 10_000).optional().describe('Samples in a row under leave-at of each threshold'),
    'leave-at': share.optional(),
    'minimum-hold': durationWithin(1, DAY).optional(),
    'cool-down': durationWithin(1, DAY).optional(),
    'manual-block': durationWithin(1, 7 * DAY)
      .optional()
      .describe('How long the automatic stays off after a person lowered the shields'),
    'on-raise': hookList.describe('Who is told'),
    'on-lower': hookList,
  })
  .describe('When `opsconsole watch` raises by itself');

export const shieldsSchema = z
  .strictObject({
    trial: durationWithin(10, 30 * MINUTE)
      .optional()
      .describe('They come down after this unless somebody says keep; 2m when absent'),
    hold: durationWithin(MINUTE, DAY)
      .optional()
      .describe('They come down after this, when kept; 1h when absent'),
    profile: text.optional().describe('The profile that ! raises; "default" when absent'),
    unattended: z.boolean().optional().describe("Raise although no operator's address could be found"),
    ports: z
      .union([z.literal('listening'), z.array(whole(1, 65_535)).min(1).max(200)])
      .optional()
      .describe('Public TCP ports, or "listening": those that listen when the shields go up'),
    profiles: z
      .record(z.string(), z.array(measure).min(1))
      .optional()
      .describe('Lists of measures; "default" replaces the built-in one'),
    watch: watch.optional(),
  })
  .describe('The reversible emergency mode, raised by !');

export type ShieldsFile = z.infer<typeof shieldsSchema>;
export type MeasureEntry = NonNullable<ShieldsFile['profiles']>[string][number];
export type MeasureMap = Exclude<MeasureEntry, string>;
export type WatchFile = NonNullable<ShieldsFile['watch']>;
export type HookEntry = NonNullable<WatchFile['on-raise']>[number];

/** The keys that a mapping at `path` below "shields" may have. */
export function shieldsKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const last = [...path].reverse().find((part) => typeof part === 'string');
  if (path.length === 0) return Object.keys(shieldsSchema.shape);
  if (path[0] === 'profiles') return measureKeysAt(path.slice(1));
  if (last === 'watch') return Object.keys(watch.shape);
  if (last === 'log-rate') return Object.keys(logRate.shape);
  if (last === 'on-raise' || last === 'on-lower') return Object.keys(hook.shape);
  return [];
}

/** `path`: profile, place in its list, measure. */
function measureKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const part = Object.entries(PARTS).find(([key]) => key === path[2])?.[1];
  if (path.length === 2) return [...MEASURES];
  return part instanceof z.ZodObject ? Object.keys(part.shape) : [];
}

const CONTROL = /[\0-\x1f\x7f-\x9f]/;

function refuse(written: string, why: string): Result<never> {
  return fail(problem('bad-input', `"${sanitise(written, 60)}" ${why}`));
}

/** Words reach a shell script, well quoted, but nobody needs control characters there. */
function parseWord(written: string): Result<string> {
  if (written.length > 4096) return refuse(written, 'is too long');
  return CONTROL.test(written) ? refuse(written, 'has control characters') : ok(written);
}

function parseProgram(written: string): Result<string> {
  if (written.startsWith('/')) return parseFilePath(written);
  if (/^[A-Za-z0-9_][A-Za-z0-9_+.@-]*$/.test(written)) return ok(written);
  return refuse(written, 'is neither the name of a program nor an absolute path');
}

function parseFilePath(written: string): Result<string> {
  if (!written.startsWith('/')) return refuse(written, 'is not an absolute path');
  if (written.endsWith('/')) return refuse(written, 'is a folder');
  if (/\/\.{0,2}\//.test(`${written}/`)) return refuse(written, 'has "..", "." or "//" in it');
  return parseWord(written);
}

function parseWebhook(written: string): Result<string> {
  const url = CONTROL.test(written) || !/^https?:\/\/\S+$/.test(written) ? null : URL.parse(written);
  return url === null || url.hostname === ''
    ? refuse(written, 'is not an http or https address')
    : ok(written);
}
