// The file of `opsconsole bans save`: plain text, one line per ban with its absolute end, under the set that holds it.
//   set 4 nft:inet opsconsole ban4
//   203.0.113.9 2026-11-21T20:00:00Z ssh scan          (version 1, written and read here)

import { type Family, type Net, parseNet } from '../core/address.ts';
import { type UnixMs, unixMs } from '../core/brand.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { SetKey } from '../core/rows.ts';
import { sanitise } from '../core/sanitise.ts';
import { cleanComment } from './nft/plan.ts';

const VERSION = 1;

/** `endsAt`: null = never, undefined = was not known when it was saved. `comment`: cleaned. */
export type SavedBan = Readonly<{ net: Net; endsAt: UnixMs | null | undefined; comment: string }>;
export type SavedSet = Readonly<{ key: SetKey; family: Family; bans: readonly SavedBan[] }>;
export type SavedBans = Readonly<{ savedAt: UnixMs; sets: readonly SavedSet[] }>;

export function printSavedBans({ savedAt, sets }: SavedBans): string {
  const lines = [
    `opsconsole-bans ${VERSION}`,
    `saved ${printTime(savedAt)}`,
    '# Below each set, one line per ban: address, end in UTC (or: never, unknown), comment.',
    '# Put back by: opsconsole bans restore',
  ];
  for (const { key, family, bans } of sets) {
    lines.push(`set ${family} ${sanitise(key)}`);
    for (const ban of bans) lines.push(printBan(ban));
  }
  return `${lines.join('\n')}\n`;
}

function printBan({ net, endsAt, comment }: SavedBan): string {
  const end = endsAt === null ? 'never' : endsAt === undefined ? 'unknown' : printTime(endsAt);
  const words = savedComment(comment);
  return words === '' ? `${net.text} ${end}` : `${net.text} ${end} ${words}`;
}

/** What the file can hold of a comment: one printable line without spaces around it. */
export const savedComment = (raw: string): string => cleanComment(raw).trim();

/** Whole seconds, rounded down: what is put back never lasts longer than it would have. */
const printTime = (at: UnixMs): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const YEAR_10000 = 253_402_300_800_000;

function readTime(text: string): UnixMs | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const at = Date.parse(text);
  // "02-31" is read as the 3rd of March by some.
  return at >= 0 && at < YEAR_10000 && printTime(unixMs(at)) === text ? unixMs(at) : undefined;
}

type Trouble = Readonly<{ column: number; says: string }>;
const TROUBLES_SHOWN = 10;

/** All or nothing: one bad line and nothing is taken. `name`: of the file, for "file:line:column". */
export function parseSavedBans(text: string, name: string): Result<SavedBans> {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const head = readHead(lines, name);
  if (!head.ok) return head;
  const reader = new SectionReader();
  const troubles: string[] = [];
  let wrong = 0;
  for (let index = 2; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) continue;
    const trouble = reader.push(line);
    if (trouble === undefined) continue;
    wrong++;
    if (troubles.length < TROUBLES_SHOWN)
      troubles.push(`${sanitise(name, 200)}:${index + 1}:${trouble.column}: ${sanitise(trouble.says, 300)}`);
  }
  if (wrong === 0) return ok({ savedAt: head.value, sets: reader.sets });
  if (wrong > troubles.length) troubles.push(`… and ${wrong - troubles.length} more`);
  return fail(
    problem('bad-input', troubles.join('\n'), {
      hint: 'nothing was changed: mend or delete these lines, or give another file',
    }),
  );
}

function readHead(lines: readonly string[], name: string): Result<UnixMs> {
  const at = (line: number): string => `${sanitise(name, 200)}:${line}:1`;
  const version = /^opsconsole-bans (\d{1,9})\r?$/.exec(lines[0] ?? '')?.[1];
  if (version === undefined)
    return fail(
      problem('bad-input', `${at(1)}: this is no file of \`opsconsole bans save\``, {
        hint: 'a plain list of addresses is taken by `opsconsole bans import`',
      }),
    );
  if (Number(version) !== VERSION)
    return fail(
      problem('bad-input', `${at(1)}: version ${version} was written by a newer opsconsole`, {
        hint: `update opsconsole: this one reads version ${VERSION}`,
      }),
    );
  const saved = readTime(/^saved (\S+)\r?$/.exec(lines[1] ?? '')?.[1] ?? '');
  if (saved !== undefined) return ok(saved);
  return fail(
    problem('bad-input', `${at(2)}: "saved" and a time such as 2026-11-21T20:00:00Z should be here`),
  );
}

type Open = { key: SetKey; family: Family; bans: SavedBan[]; seen: Set<string> };

class SectionReader {
  readonly #sets = new Map<string, Open>();
  #open: Open | undefined;

  get sets(): readonly SavedSet[] {
    return [...this.#sets.values()].map(({ key, family, bans }) => ({ key, family, bans }));
  }

  push(line: string): Trouble | undefined {
    return line.startsWith('set ') ? this.#section(line) : this.#ban(line);
  }

  #section(line: string): Trouble | undefined {
    // Bans under a bad heading belong to nothing.
    this.#open = undefined;
    const [, family, key = ''] = /^set ([46]) (.+)$/.exec(line) ?? [];
    if (family === undefined) return { column: 5, says: '"set 4" or "set 6" and the key of a set is needed' };
    if (!KEY.test(key) || sanitise(key) !== key) return { column: 7, says: `${key} is no key of a set` };
    if (this.#sets.has(key)) return { column: 7, says: `set ${key} is in the file twice` };
    this.#open = { key: key as SetKey, family: family === '4' ? 4 : 6, bans: [], seen: new Set() };
    this.#sets.set(key, this.#open);
    return undefined;
  }

  #ban(line: string): Trouble | undefined {
    const open = this.#open;
    if (open === undefined) return { column: 1, says: 'there is no good "set" line above this ban' };
    const [address = '', end = ''] = line.split(' ', 2);
    const parsed = parseNet(address);
    if (!parsed.ok) return { column: 1, says: parsed.problem.summary };
    const { net, widened } = parsed.value;
    if (widened) return { column: 1, says: `${address} has host bits: write ${net.text}` };
    if (net.family !== open.family) return { column: 1, says: `${net.text} is no IPv${open.family} address` };
    if (open.seen.has(net.text)) return { column: 1, says: `${net.text} is in set ${open.key} twice` };
    const column = address.length + 2;
    const endsAt = readEnd(end);
    if (endsAt === 'bad')
      return { column, says: `the end must be a time such as 2026-11-21T20:00:00Z, or: never, unknown` };
    open.seen.add(net.text);
    const comment = savedComment(line.slice(column + end.length));
    open.bans.push({ net, endsAt, comment });
    return undefined;
  }
}

const KEY = /^(?:nft|ipset|iptables|fail2ban|crowdsec|pf)6?:.{1,300}$/;

function readEnd(text: string): UnixMs | null | undefined | 'bad' {
  if (text === 'never') return null;
  if (text === 'unknown') return undefined;
  return readTime(text) ?? 'bad';
}
