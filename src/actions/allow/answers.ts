// From what name servers say to what may be allowed: only addresses that somebody can come from, and the last good answer
// where there is none. A name server that is spoofed or broken must not open the set to everybody.

import { type Net, parseHost } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { AllowBook, LastAnswer } from './book.ts';

/** Names of home lines have one or two addresses; a name with more is not one of a person. */
export const ADDRESSES_MAX = 16;

export type NameAnswer = Readonly<{
  name: string;
  /** Of now, or of the last time that it resolved. */
  nets: readonly Net[];
  /** Absent: it never resolved. */
  at?: UnixMs;
  /** Why the answer of now was not taken. */
  trouble?: SafeText;
}>;

export type Resolve = (name: string) => Promise<Result<readonly string[]>>;

export async function answerNames(
  names: readonly string[],
  resolve: Resolve,
  { book, now }: Readonly<{ book: AllowBook; now: UnixMs }>,
): Promise<readonly NameAnswer[]> {
  return Promise.all(
    names.map(async (name) => {
      const last = book.names.get(name);
      const asked = await resolve(name);
      if (!asked.ok) return keepLast(name, last, { why: 'does not resolve', now });
      const nets = usable(asked.value);
      if (nets.length === 0)
        return keepLast(name, last, { why: 'resolves to no address that anybody comes from', now });
      if (nets.length > ADDRESSES_MAX)
        return keepLast(name, last, { why: `resolves to more than ${ADDRESSES_MAX} addresses`, now });
      return { name, nets, at: now };
    }),
  );
}

type Kept = Readonly<{ why: string; now: UnixMs }>;

function keepLast(name: string, last: LastAnswer | undefined, { why, now }: Kept): NameAnswer {
  const shown = sanitise(name, 120);
  if (last === undefined)
    return { name, nets: [], trouble: sanitise(`${shown} ${why}, and never did before`) };
  const age = formatDuration(Math.max(1, Math.round((now - last.at) / 1000)));
  return { name, ...last, trouble: sanitise(`${shown} ${why}: its answer of ${age} ago is kept`) };
}

/** Not loopback, unspecified, link-local, multicast or broadcast; sorted, each once. */
function usable(texts: readonly string[]): readonly Net[] {
  const found = new Map<string, Net>();
  for (const text of texts) {
    const host = parseHost(text);
    if (host.ok && isSomebody(host.value)) found.set(host.value.text, host.value);
  }
  return [...found.values()].sort((a, b) => a.family - b.family || (a.value < b.value ? -1 : 1));
}

function isSomebody({ family, value }: Net): boolean {
  if (family === 4) {
    const first = Number(value >> 24n);
    const linkLocal = value >> 16n === 0xa9fen;
    return first !== 0 && first !== 127 && first < 224 && !linkLocal;
  }
  return value > 1n && value >> 118n !== 0xfe80n >> 6n && value >> 120n !== 0xffn;
}

/** The book after these answers; what was put stays as it is. Names that are asked no more are forgotten. */
export function bookAfter(book: AllowBook, answers: readonly NameAnswer[]): AllowBook {
  const names = new Map<string, LastAnswer>();
  for (const { name, nets, at } of answers) if (at !== undefined) names.set(name, { at, nets });
  return { ...book, names };
}
