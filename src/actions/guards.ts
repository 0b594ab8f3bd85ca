// What no act may do and what wants a second thought. Pure: networks and a safe set in, words out.

import type { SafeEntry, SafeSet } from '../core/act.ts';
import { contains, type Net, sizeOf } from '../core/address.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { formatCount } from '../core/units.ts';
import { rangeIndex } from './ranges.ts';

/** Wider than this wants the prefix typed. */
export const WIDE_PREFIX = { 4: 16, 6: 32 } as const;
/** More networks than this in one act want their number typed. */
export const MANY_ROWS = 10;
const REASONS_SHOWN = 5;

/** Sentences why these networks may not be banned or cut; empty = nothing against it. */
export function refusals(nets: readonly Net[], safeSet: SafeSet): readonly SafeText[] {
  if (nets.length === 0) return [safe('no address was given')];
  const index = rangeIndex(safeSet.entries, (entry) => entry.net);
  const reasons: SafeText[] = [];
  let refused = 0;
  for (const net of nets) {
    const reason = refusal(net, index.overlapping(net));
    if (reason === undefined) continue;
    refused++;
    if (reasons.length < REASONS_SHOWN) reasons.push(reason);
  }
  if (refused > reasons.length)
    reasons.push(sanitise(`and ${refused - reasons.length} more of ${nets.length} touch the safe set`));
  return reasons;
}

function refusal(net: Net, found: readonly SafeEntry[]): SafeText | undefined {
  if (net.prefix === 0) return sanitise(`${net.text} is everybody, you included`);
  const entry = mostTelling(found);
  if (entry === undefined) return undefined;
  const others = found.length > 1 ? ` (and ${found.length - 1} more safe addresses)` : '';
  if (entry.net.text === net.text) return sanitise(`${net.text} is safe: ${entry.why}${others}`);
  if (contains(net, entry.net))
    return sanitise(`${net.text} covers ${entry.net.text}: ${entry.why}${others}`);
  return sanitise(`${net.text} lies in ${entry.net.text}: ${entry.why}${others}`);
}

/** The operator's own session is the reason worth reading; then any session; then the smallest network. */
function mostTelling(found: readonly SafeEntry[]): SafeEntry | undefined {
  const rank = (entry: SafeEntry): number => {
    if (entry.why.startsWith('your ssh session')) return 0;
    if (entry.why.includes('ssh session')) return 1;
    return sizeOf(entry.net) === 1n ? 2 : 3;
  };
  return [...found].sort((a, b) => rank(a) - rank(b))[0];
}

/** What must be typed before Enter works, for a disruptive act: the prefix of a wide network, or how many there are. */
export function mustType(nets: readonly Net[]): string | undefined {
  if (nets.length > MANY_ROWS) return String(nets.length);
  const wide = nets.filter((net) => net.prefix < WIDE_PREFIX[net.family]);
  const [first] = wide;
  if (first === undefined) return undefined;
  return wide.length === 1 ? first.text : String(nets.length);
}

/** Whether what was typed is what was asked for; spaces around and digit grouping do not matter. */
export function typedMatches(wanted: string, typed: string | undefined): boolean {
  return typed !== undefined && typed.trim().replaceAll(',', '') === wanted;
}

/** Notes for the dialog about what the guards could not see. */
export function guardNotes(safeSet: SafeSet): readonly SafeText[] {
  const notes = safeSet.gaps.map((words) => sanitise(`not protected: ${words}`));
  if (!safeSet.operatorFound)
    notes.push(safe('no ssh session was found to protect: are you on the console?'));
  return notes;
}

/**
 * Why nobody may be banned or cut on a far host: there we are always somebody's ssh peer, so an address of ours that was not
 * found is not protected. Empty = it was found, or the session file names whom to spare.
 */
export function strangers({ entries }: SafeSet, host: SafeText): readonly SafeText[] {
  const known = entries.some(({ why }) => why.startsWith('your ssh session') || why.startsWith('allowed by'));
  if (known) return [];
  return [
    sanitise(`your own address, as ${host} sees it, was not found: it could be the one that is banned`),
    safe('put your address or network under `allow` in the session file'),
  ];
}

/** "203.0.113.9", or "12 addresses (203.0.113.0/24, …)". */
export function nameNets(nets: readonly Net[]): string {
  const [first] = nets;
  if (first === undefined) return 'nothing';
  if (nets.length === 1) return first.text;
  return `${formatCount(nets.length)} addresses (${nets
    .slice(0, 2)
    .map((net) => net.text)
    .join(', ')}${nets.length > 2 ? ', …' : ''})`;
}
