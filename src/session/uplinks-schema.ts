// The uplinks panes of a session file: what is pinged, which tunnels are declared.

import * as z from 'zod';
import { parseHost } from '../core/address.ts';
import type { TunnelSpec, UplinksSpec } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { text, textThat } from './fields.ts';
import { accepted, listOf, type Path } from './normalise-context.ts';
import type { Plain, PlainMap } from './save-text.ts';

const target = textThat(parseTarget).describe('An address');
const argv = z.array(text).min(1);

const tunnel = z.strictObject({
  name: textThat(parseName).describe('Letters, digits, ".", "_", "@", "-"; unique in its pane'),
  listen: textThat(parseListen).optional().describe('Where it takes connections: "127.0.0.1:5432"'),
  restart: argv.optional().describe('A program and its arguments, run after a dialog'),
  stop: argv.optional().describe('A program and its arguments, run after a dialog'),
});

export const uplinksOptions = z
  .strictObject({
    targets: z
      .union([target, z.array(target).max(16)])
      .optional()
      .describe('Addresses to ping from each of its own, besides the gateways; nothing else is pinged'),
    gateways: z.enum(['auto', 'none']).optional().describe('Whether gateways are pinged; "auto" when absent'),
    tunnels: z
      .array(tunnel)
      .max(32)
      .optional()
      .describe('Tunnels that are asked for answers, and their commands'),
  })
  .describe('Ways out of the host');

type Written = z.infer<typeof uplinksOptions>;
export type UplinksEntry = Written | true | null | undefined;

export const UPLINKS_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['uplinks', Object.keys(uplinksOptions.shape)],
  ['tunnels', Object.keys(tunnel.shape)],
]);

export function uplinksOf(entry: UplinksEntry, report: (at: Path, message: string) => void): UplinksSpec {
  const written: Written = entry === true || entry === null || entry === undefined ? {} : entry;
  const seen = new Set<string>();
  for (const [index, { name }] of (written.tunnels ?? []).entries()) {
    if (seen.has(name)) report(['tunnels', index, 'name'], `there is a tunnel ${name} already`);
    seen.add(name);
  }
  return {
    kind: 'uplinks',
    targets: listOf(written.targets).map((one) => accepted(parseTarget, one) ?? one),
    gateways: written.gateways ?? 'auto',
    tunnels: (written.tunnels ?? []).map(tunnelOf),
  };
}

function tunnelOf({ name, listen, restart, stop }: NonNullable<Written['tunnels']>[number]): TunnelSpec {
  const [again, ...againArgs] = restart ?? [];
  const [end, ...endArgs] = stop ?? [];
  return {
    name,
    ...(listen === undefined ? {} : { listen }),
    ...(again === undefined ? {} : { restart: [again, ...againArgs] as const }),
    ...(end === undefined ? {} : { stop: [end, ...endArgs] as const }),
  };
}

/** In the words of the file; undefined: nothing is said but the kind. */
export function uplinksPlain({ targets, gateways, tunnels }: UplinksSpec): Plain | undefined {
  const options: PlainMap = {
    ...(targets.length === 0 ? {} : { targets: [...targets] }),
    ...(gateways === 'auto' ? {} : { gateways }),
    ...(tunnels.length === 0 ? {} : { tunnels: tunnels.map(tunnelPlain) }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

function tunnelPlain({ name, listen, restart, stop }: TunnelSpec): PlainMap {
  return {
    name,
    ...(listen === undefined ? {} : { listen }),
    ...(restart === undefined ? {} : { restart: [...restart] }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
  };
}

function parseTarget(written: string): Result<string> {
  const parsed = parseHost(written);
  return parsed.ok ? ok(parsed.value.text) : parsed;
}

function parseName(written: string): Result<string> {
  if (/^[A-Za-z0-9][A-Za-z0-9._@:-]{0,62}$/.test(written)) return ok(written);
  return fail(
    problem('bad-input', `"${sanitise(written, 60)}" is not a name: letters, digits, ".", "_", "@", "-"`),
  );
}

/** An address (or localhost, or *) and a port. */
function parseListen(written: string): Result<string> {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written) ?? [];
  const host = six ?? four ?? '';
  const known = host === '*' || host === 'localhost' || parseHost(host).ok;
  if (known && Number(port) >= 1 && Number(port) <= 65_535) return ok(written);
  return fail(
    problem('bad-input', `"${sanitise(written, 60)}" is not a place to listen: write 127.0.0.1:5432`),
  );
}
