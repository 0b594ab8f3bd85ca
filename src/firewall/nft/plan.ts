// Adding and deleting nft elements: one transaction on stdin, made only of checked names, our own spelling of addresses
// and cleaned comments. Never in argv, which `nft` re-reads as its own language. Text, because `nft -j -f -` opens
// /dev/stdin (1.0.6), and that fails where stdin is a socket, as it is for every child of Node.

import type { Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element } from '../backend.ts';
import { isUsableName, splitOverlaps } from '../hold.ts';

/** An add to an interval set of a million takes two minutes with nft 1.0.6; a plain set answers in milliseconds. */
const PLAIN_TIMEOUT_MS = 30_000;
const INTERVAL_TIMEOUT_MS = 300_000;
const LONG_STDIN = 4_000_000;

/**
 * add, delete, add in one transaction: kernels before 6.12 keep the old timeout when an element is added again, and
 * deleting an absent element would fail the whole transaction.
 * `overlapped`: existing elements inside or equal to the new ones, deleted first because an interval set allows no overlap;
 * they must exist, because nft 1.0.6 counts even an element that the same batch deletes again as overlapping.
 */
export function planNftAdd(
  set: SetInfo,
  elements: readonly Element[],
  overlapped: readonly Net[] = [],
): readonly Step[] {
  if (elements.length === 0 || !isUsableName(set)) return [];
  const kept = splitOverlaps(elements).kept;
  const bare = kept.map(({ net }) => net.text);
  const gone = overlapped.map(({ text }) => text);
  const adds = kept.map((element) => printElement(set, element));
  const lines =
    gone.length === 0
      ? [verb('add', set, adds), verb('delete', set, bare), verb('add', set, adds)]
      : [verb('delete', set, gone), verb('add', set, adds)];
  return [transaction(set, lines, [...show('delete', set, gone), ...show('add', set, adds)])];
}

/** add, then delete: an element that expired in between must not fail the batch. */
export function planNftDelete(set: SetInfo, holders: readonly Net[]): readonly Step[] {
  if (holders.length === 0 || !isUsableName(set)) return [];
  const texts = holders.map(({ text }) => text);
  // In an auto-merge set an add could widen a neighbour; there nft itself cuts the element out of its range.
  const first = set.autoMerge === true ? [] : [verb('add', set, texts)];
  return [transaction(set, [...first, verb('delete', set, texts)], show('delete', set, texts))];
}

function transaction(set: SetInfo, lines: readonly string[], shown: readonly SafeText[]): Step {
  const stdin = `${lines.join('\n')}\n`;
  // A million elements (some 80 MB here) take nft 25 s on a free machine.
  const long = set.holdsNets || stdin.length > LONG_STDIN;
  const timeoutMs = long ? INTERVAL_TIMEOUT_MS : PLAIN_TIMEOUT_MS;
  return { command: command(['nft', '-f', '-'], { stdin, timeoutMs, privileged: true }), shown };
}

function verb(kind: 'add' | 'delete', set: SetInfo, elements: readonly string[]): string {
  return `${kind} element ${set.table} ${set.name} { ${elements.join(', ')} }`;
}

function printElement(set: SetInfo, { net, seconds, comment, lifetime }: Element): string {
  const words = set.comments ? cleanComment(comment ?? '') : '';
  const timeout = seconds === null ? '' : printTimeout(seconds, lifetime);
  return `${net.text}${timeout}${words === '' ? '' : ` comment "${words}"`}`;
}

/** Both words, so that a listing shows the element as before: `timeout` what it was given, `expires` what is left (kernel 5.3). */
function printTimeout(seconds: number, lifetime: number | undefined): string {
  if (lifetime === undefined || (lifetime > 0 && lifetime < seconds)) return ` timeout ${seconds}s`;
  return lifetime === 0 ? ` expires ${seconds}s` : ` timeout ${lifetime}s expires ${seconds}s`;
}

const COMMENT_BYTES_MAX = 128;

/**
 * What every listing can hold and read back: printable, no quotes (nft prints them unescaped and then cannot load its own
 * listing; ipset refuses them), no backslash, at most 128 bytes.
 */
export function cleanComment(raw: string): string {
  const words = sanitise(raw, COMMENT_BYTES_MAX).replace(/["\\]/g, "'").trim();
  const bytes = Buffer.from(words);
  if (bytes.length <= COMMENT_BYTES_MAX) return words;
  return bytes.toString('utf8', 0, COMMENT_BYTES_MAX).replace(/\ufffd*$/u, '');
}

const SHOWN_MAX = 8;

function show(kind: 'add' | 'delete', set: SetInfo, elements: readonly string[]): readonly SafeText[] {
  const lines = elements.slice(0, SHOWN_MAX).map((element) => sanitise(`nft ${verb(kind, set, [element])}`));
  const more = elements.length - lines.length;
  return more > 0 ? [...lines, sanitise(`… and ${groupDigits(more)} more in the same transaction`)] : lines;
}
