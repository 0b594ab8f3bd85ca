// Addresses and durations as the headless commands take them.

import type { Readable } from 'node:stream';
import { type Net, parseNet } from '../core/address.ts';
import { parseDuration } from '../core/duration.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';

/** `widened`: how inputs with host bits were understood, to be shown before acting. */
export type Addresses = Readonly<{ nets: readonly Net[]; widened: readonly string[] }>;

const STDIN_MAX_BYTES = 64 * 1024 * 1024;
const PROBLEMS_SHOWN = 10;

/** Arguments, and for "-" one address per line of stdin; "#" starts a comment. All bad ones are named, nothing is guessed. */
export async function readAddresses(words: readonly string[], stdin: Readable): Promise<Result<Addresses>> {
  const texts: { text: string; place: string }[] = [];
  for (const word of words) {
    if (word !== '-') texts.push({ text: word, place: '' });
    else {
      const read = await readAll(stdin);
      if (!read.ok) return read;
      texts.push(...linesOf(read.value));
    }
  }
  const nets: Net[] = [];
  const widened: string[] = [];
  const wrong: string[] = [];
  for (const { text, place } of texts) {
    const parsed = parseNet(text);
    if (!parsed.ok) {
      const { summary, hint } = parsed.problem;
      wrong.push(`${place}${summary}${hint === undefined ? '' : `: ${hint}`}`);
    } else {
      nets.push(parsed.value.net);
      if (parsed.value.widened) widened.push(`${sanitise(text, 60)} is taken as ${parsed.value.net.text}`);
    }
  }
  if (wrong.length > 0) {
    const more = wrong.length > PROBLEMS_SHOWN ? [`… and ${wrong.length - PROBLEMS_SHOWN} more`] : [];
    return fail(
      problem('bad-input', [...wrong.slice(0, PROBLEMS_SHOWN), ...more].map((w) => sanitise(w)).join('\n')),
    );
  }
  if (nets.length === 0) return fail(problem('bad-input', 'no address was given'));
  return ok({ nets, widened });
}

function linesOf(text: string): readonly { text: string; place: string }[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.replace(/#.*$/, '').trim(), place: `line ${index + 1}: ` }))
    .filter(({ text: word }) => word !== '');
}

async function readAll(stdin: Readable): Promise<Result<string>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > STDIN_MAX_BYTES)
      return fail(problem('too-large', 'standard input is too long: at most 64 MiB'));
    chunks.push(bytes);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}

/** "1h", "forever" (= until changed, null). */
export function readSpan(text: string): Result<number | null> {
  if (/^(forever|until[- ]changed)$/i.test(text.trim())) return ok(null);
  return parseDuration(text);
}
