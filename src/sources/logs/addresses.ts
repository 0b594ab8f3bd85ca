// All addresses that stand in a line, with their columns. An address counts only where it is a word of its
// own: not within a version number (1.2.3.4.5, Chrome/118.0.0.0), a host name (192.0.2.1.example.org) or a
// longer run of digits.

import { type Net, parseHost } from '../../core/address.ts';

export type FoundAddress = Readonly<{ net: Net; start: number; end: number }>;

/** A hostile line could name hundreds; what the operator can cycle through is bounded. */
const FOUND_MAX = 64;

const V6_RUN = /[0-9A-Fa-f:.]+/g;
const V4_RUN = /\d+(?:\.\d+)+/g;
const WORD = /[A-Za-z0-9_]/;

/** In order of appearance, at most 64. `text` may be sanitised or raw. */
export function findAddresses(text: string): readonly FoundAddress[] {
  const found: FoundAddress[] = [];
  for (const match of text.matchAll(V6_RUN)) {
    const run = match[0];
    if (run.length < 3 || run.indexOf(':') === run.lastIndexOf(':')) continue;
    const one = v6Within(text, match.index, run);
    if (one !== undefined && found.push(one) >= FOUND_MAX) break;
  }
  const v6Count = found.length;
  let next = 0;
  for (const match of text.matchAll(V4_RUN)) {
    if (found.length >= FOUND_MAX) break;
    const start = match.index;
    const end = start + match[0].length;
    while (next < v6Count && (found[next]?.end ?? 0) <= start) next++;
    const before = next < v6Count ? found[next] : undefined;
    if (before !== undefined && before.start < end) continue;
    if (end - start > 15 || !isV4Word(text, start, end)) continue;
    const parsed = parseHost(match[0]);
    if (parsed.ok) found.push({ net: parsed.value, start, end });
  }
  return v6Count === 0 ? found : found.sort((a, b) => a.start - b.start);
}

function v6Within(text: string, at: number, run: string): FoundAddress | undefined {
  let start = at;
  let end = at + run.length;
  if (run.startsWith(':') && run[1] !== ':') start++;
  else if (start > 0 && /[A-Za-z0-9_%/-]/.test(text[start - 1] ?? '') && !isUrlSlash(text, start))
    return undefined;
  // A sentence's full stop or a colon may follow; "::" at the end belongs to the address.
  if (run.endsWith('.') || (run.endsWith(':') && !run.endsWith('::'))) end--;
  if (end - start > 45 || end - start < 3 || !endsWord(text, end) || text[end] === '%') return undefined;
  const parsed = parseHost(text.slice(start, end));
  return parsed.ok ? { net: parsed.value, start, end } : undefined;
}

function isV4Word(text: string, start: number, end: number): boolean {
  const before = text[start - 1];
  if (before !== undefined && /[A-Za-z_.%-]/.test(before)) return false;
  if (before === '/' && !isUrlSlash(text, start)) return false;
  return endsWord(text, end);
}

/** "/1.2.3.4" and "//1.2.3.4" name an address, "Chrome/1.2.3.4" a version. */
function isUrlSlash(text: string, start: number): boolean {
  return text[start - 1] === '/' && !WORD.test(text[start - 2] ?? ' ');
}

function endsWord(text: string, end: number): boolean {
  const after = text[end];
  if (after === undefined) return true;
  if (after === '.' || after === '-') return !/[A-Za-z0-9_-]/.test(text[end + 1] ?? ' ');
  return !WORD.test(after);
}
