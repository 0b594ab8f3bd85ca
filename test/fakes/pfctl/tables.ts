// `-t T -T …` and `-s Tables` of the stand-in: contents, counts, and which stream says what.

import { compareNets, contains, isHost, type Net, parseNet } from '../../../src/core/address.ts';
import type { Wish } from './options.ts';
import {
  addressRows,
  clockOf,
  counterRow,
  ctime,
  Ended,
  type Pf,
  type PfAddress,
  type PfTable,
  tableRows,
  warn,
} from './state.ts';

export type Output = { out: string; err: string; exitCode: number };
const NO_TABLE = 'Table does not exist';
const NO_ANCHOR = 'Anchor does not exist';
const dot = (pf: Pf): string => (pf.system === 'freebsd15' ? '.' : '');

export const findTable = (pf: Pf, anchor: string, name: string): PfTable | undefined =>
  pf.tables.find((table) => table.anchor === anchor && table.name === name);

export const anchorExists = (pf: Pf, anchor: string): boolean =>
  anchor === '' || anchor in pf.rules || pf.tables.some((table) => table.anchor === anchor);

/** Rules of a table's own anchor; a rule in an anchor without such a table uses that of the main ruleset. */
export function referencesOf(pf: Pf, table: PfTable): number {
  let count = 0;
  for (const [anchor, rules] of Object.entries(pf.rules)) {
    const own = anchor === table.anchor;
    const inherited = table.anchor === '' && findTable(pf, anchor, table.name) === undefined;
    if (!own && !inherited) continue;
    for (const { text } of rules) count += text.split(`<${table.name}>`).length - 1;
  }
  return count;
}

function flagsOf(pf: Pf, table: PfTable): string {
  const referenced = referencesOf(pf, table) > 0;
  const flag = (on: boolean, letter: string): string => (on ? letter : '-');
  return [
    flag(table.constant, 'c'),
    flag(table.persist, 'p'),
    'a-',
    flag(referenced, 'r'),
    '-',
    flag(table.counters, 'C'),
  ].join('');
}

export function showTables(pf: Pf, wish: Wish): Output {
  const bsd = pf.system === 'freebsd15';
  const all = wish.recursive && !bsd;
  if (!anchorExists(pf, wish.anchor)) {
    if (bsd && wish.verbose >= 2) return { out: '', err: '', exitCode: 0 };
    throw new Ended(1, warn(NO_ANCHOR + dot(pf)));
  }
  const shown = pf.tables
    .filter((table) => all || table.anchor === wish.anchor)
    .sort((a, b) => (a.anchor < b.anchor ? -1 : a.anchor > b.anchor ? 1 : a.name < b.name ? -1 : 1));
  let out = '';
  for (const table of shown) {
    const place = table.anchor === '' ? '' : `@${table.anchor}`;
    if (wish.verbose === 0) {
      out += bsd ? `${table.name}\n` : `${table.name}${place}\n`;
      continue;
    }
    out += `${flagsOf(pf, table)}\t${table.name}${bsd ? place.replace('@', '\t') : place}\n`;
    if (wish.verbose >= 2) out += statsOf(pf, table);
  }
  return { out, err: '', exitCode: 0 };
}

function statsOf(pf: Pf, table: PfTable): string {
  const pad = (value: number): string => String(value).padEnd(18);
  const none = { packets: 0, bytes: 0 };
  return [
    `\tAddresses:   ${table.addresses.length}\n`,
    `\tCleared:     ${ctime(table.cleared)}\n`,
    `\tReferences:  [ Anchors: ${pad(0)} Rules: ${pad(referencesOf(pf, table))} ]\n`,
    `\tEvaluations: [ NoMatch: ${pad(table.noMatch)} Match: ${pad(table.match)} ]\n`,
    ...tableRows(pf).map((row) => counterRow(row, table.stats[row] ?? none)),
  ].join('');
}

type Entry = Readonly<{ net: Net; not: boolean }>;
export const printEntry = ({ net, not }: Entry): string => `${not ? '!' : ''}${net.text}`;

export function readEntry(text: string): Entry {
  const not = text.startsWith('!');
  const bare = not ? text.slice(1) : text;
  const parsed = parseNet(bare);
  if (parsed.ok) return { net: parsed.value.net, not };
  const [address = '', length] = bare.split('/');
  if (length !== undefined && parseNet(address).ok)
    throw new Ended(255, warn(`cannot decode ${bare}: Invalid argument`));
  throw new Ended(255, `no IP address found for ${bare}\n`);
}

/** Tokens of a list: FreeBSD takes "#" and ";" as comments, OpenBSD "#" only. */
function readList(pf: Pf, name: string, text: string): readonly string[] {
  const comment = pf.system === 'freebsd15' ? /[#;].*$/gm : /#.*$/gm;
  const words = text
    .replace(comment, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  for (const word of words) {
    try {
      readEntry(word);
    } catch (error) {
      throw new Ended(255, `${(error as Ended).message}${warn(`cannot load ${name}: Success`)}`);
    }
  }
  return words;
}

export function tableCommand(pf: Pf, wish: Wish, list: string | undefined): Output {
  const said: Output = { out: '', err: '', exitCode: 0 };
  const { command = '', table: name = '', anchor } = wish;
  const say = (text: string): void => {
    if (!wish.quiet) said.err += `${text}\n`;
  };
  const words = [...(list === undefined ? [] : readList(pf, wish.file ?? '', list)), ...wish.operands];
  if (wish.noAction) return said;
  let table = findTable(pf, anchor, name);
  if (table === undefined && (command === 'add' || command === 'replace')) {
    table = makeTable(pf, anchor, name);
    const elsewhere = pf.tables.find((other) => other.name === name && other.anchor !== '' && anchor === '');
    if (elsewhere !== undefined)
      said.err += warn(`warning: table <${name}> already defined in anchor "${elsewhere.anchor}"`);
    // Only once the addresses are known to be good.
    for (const word of words) readEntry(word);
    pf.tables.push(table);
    say('1 table created.');
  }
  if (table === undefined) {
    const why = anchorExists(pf, anchor) ? NO_TABLE : NO_ANCHOR;
    throw new Ended(255, warn(why + dot(pf)));
  }
  if (table.constant && !['show', 'test', 'zero'].includes(command))
    throw new Ended(255, warn('Operation not permitted'));
  run({ pf, wish, table, words, said, say });
  return said;
}

export function makeTable(pf: Pf, anchor: string, name: string): PfTable {
  const plain = { persist: true, constant: false, counters: false, noMatch: 0, match: 0 };
  return { name, anchor, ...plain, cleared: clockOf(pf), stats: {}, addresses: [] };
}

type Job = Readonly<{
  pf: Pf;
  wish: Wish;
  table: PfTable;
  words: readonly string[];
  said: Output;
  say: (text: string) => void;
}>;

function run(job: Job): void {
  const { pf, wish, table, words, say } = job;
  switch (wish.command) {
    case 'show':
      showAddresses(job);
      return;
    case 'add':
      add(job);
      return;
    case 'delete':
      remove(job);
      return;
    case 'test':
      testAddresses(job);
      return;
    case 'replace':
      replace(job);
      return;
    case 'expire':
      expire(job);
      return;
    case 'zero':
      zero(job);
      return;
    case 'flush':
      say(`${table.addresses.length} addresses deleted.`);
      table.addresses = [];
      return;
    case 'kill':
      say('1 table deleted.');
      table.addresses = [];
      table.persist = false;
      if (referencesOf(pf, table) === 0) pf.tables = pf.tables.filter((other) => other !== table);
      return;
    case 'reset':
      say(`${words.length}/${words.length} stats cleared.`);
      return;
    default:
  }
}

/** 13, 14 and OpenBSD answer with a letter for each address; FreeBSD 15 does not for add and delete. */
function letter(job: Job, mark: string, text: string): void {
  const silent =
    job.pf.system === 'freebsd15' && ['add', 'delete', 'expire'].includes(job.wish.command ?? '');
  if (job.wish.verbose > 0 && !silent) job.said.out += `${mark}  ${text}\n`;
}

export function sortAddresses(table: PfTable): void {
  table.addresses.sort((a, b) => compareNets(readEntry(a.text).net, readEntry(b.text).net));
}

function room(pf: Pf, more: number): void {
  const total = pf.tables.reduce((sum, table) => sum + table.addresses.length, 0);
  if (total + more > (pf.limits['table-entries'] ?? Number.POSITIVE_INFINITY))
    throw new Ended(255, warn('Cannot allocate memory'));
}

function add(job: Job): void {
  const { pf, table, words, say } = job;
  const entries = words.map(readEntry);
  const held = new Set(table.addresses.map(({ text }) => text));
  const fresh: PfAddress[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const text = printEntry(entry);
    if (seen.has(text)) letter(job, 'X', text);
    else if (!held.has(text)) {
      fresh.push({ text, cleared: clockOf(pf) });
      letter(job, 'A', text);
    }
    seen.add(text);
  }
  room(pf, fresh.length);
  table.addresses.push(...fresh);
  sortAddresses(table);
  say(`${fresh.length}/${words.length} addresses added.`);
}

function remove(job: Job): void {
  const { table, words, say } = job;
  let count = 0;
  for (const entry of words.map(readEntry)) {
    const text = printEntry(entry);
    const index = table.addresses.findIndex((held) => held.text === text);
    if (index < 0) continue;
    table.addresses.splice(index, 1);
    count++;
    letter(job, 'D', text);
  }
  say(`${count}/${words.length} addresses deleted.`);
}

function testAddresses(job: Job): void {
  const { table, words, wish, said, say } = job;
  const entries = words.map((word) => {
    const entry = readEntry(word);
    if (!isHost(entry.net)) throw new Ended(255, warn(`cannot decode ${word}: Invalid argument`));
    return entry.net;
  });
  let hits = 0;
  for (const net of entries) {
    const covering = table.addresses
      .map(({ text }) => readEntry(text))
      .filter((held) => contains(held.net, net))
      .sort((a, b) => b.net.prefix - a.net.prefix)[0];
    const hit = covering !== undefined && !covering.not;
    if (hit) hits++;
    if (wish.verbose >= 2) {
      const by = covering === undefined ? 'nomatch' : printEntry(covering);
      said.out += `${hit ? 'M' : ' '}  ${net.text}\t ${by}\n`;
    } else if (wish.verbose === 1 && hit) said.out += `M  ${net.text}\n`;
  }
  say(`${hits}/${entries.length} addresses match.`);
  if (hits < entries.length) said.exitCode = 2;
}

function replace(job: Job): void {
  const { pf, table, words, say } = job;
  const wanted = [...new Set(words.map((word) => printEntry(readEntry(word))))];
  const held = new Set(table.addresses.map(({ text }) => text));
  const added = wanted.filter((text) => !held.has(text));
  const gone = table.addresses.filter(({ text }) => !wanted.includes(text));
  room(pf, added.length);
  for (const text of added) letter(job, 'A', text);
  for (const { text } of gone) letter(job, 'D', text);
  table.addresses = table.addresses.filter(({ text }) => wanted.includes(text));
  table.addresses.push(...added.map((text) => ({ text, cleared: clockOf(pf) })));
  sortAddresses(table);
  if (added.length > 0) say(`${added.length} addresses added.`);
  if (gone.length > 0) say(`${gone.length} addresses deleted.`);
  if (added.length + gone.length === 0) say('no changes.');
}

function expire(job: Job): void {
  const { pf, table, words, say } = job;
  const seconds = Number(words[0]);
  const old = table.addresses.filter(({ cleared }) => clockOf(pf) - cleared > seconds);
  for (const { text } of old) letter(job, 'D', text);
  table.addresses = table.addresses.filter((address) => !old.includes(address));
  say(`${old.length}/${old.length} addresses expired.`);
}

function zero(job: Job): void {
  const { pf, table, words, say } = job;
  if (words.length === 0) {
    table.cleared = clockOf(pf);
    table.stats = {};
    say('1 table/stats cleared.');
    return;
  }
  const texts = words.map((word) => printEntry(readEntry(word)));
  const found = table.addresses.filter(({ text }) => texts.includes(text));
  for (const address of found) address.cleared = clockOf(pf);
  say(`${found.length}/${words.length} addresses cleared.`);
}

function showAddresses({ pf, wish, table, said }: Job): void {
  const none = { packets: 0, bytes: 0 };
  for (const address of table.addresses) {
    const not = address.text.startsWith('!');
    said.out += `  ${not ? address.text : ` ${address.text}`}\n`;
    if (wish.verbose === 0) continue;
    said.out += `\tCleared:     ${ctime(address.cleared)}\n`;
    if (!table.counters) continue;
    for (const row of addressRows(pf)) said.out += counterRow(row, address.counters?.[row] ?? none);
  }
}
