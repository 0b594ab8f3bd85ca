// Interface counters from netstat of FreeBSD, OpenBSD and macOS: the columns that the head names, counted from the right, because
// an interface without a hardware address leaves its column empty. FreeBSD 14.5 `netstat -ibdnW`, OpenBSD 7.9 `netstat -ibn`:
//   vtnet0  1500 <Link#1>          52:54:00:12:34:56                   155     0     0      30412      136     0      27564     0    0
//   vio0    1500  <Link>      fe:e1:bb:d1:4c:2a      123456       654321

import type { InterfaceCounters } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';

/** What the columns are called. Ifail and Ofail of OpenBSD are errors and drops together. */
const FIELDS: Readonly<Record<string, Exclude<keyof InterfaceCounters, 'name'>>> = {
  Ibytes: 'rxBytes',
  Ipkts: 'rxPackets',
  Ierrs: 'rxErrors',
  Ifail: 'rxErrors',
  Idrop: 'rxDropped',
  Obytes: 'txBytes',
  Opkts: 'txPackets',
  Oerrs: 'txErrors',
  Ofail: 'txErrors',
  Drop: 'txDropped',
  Odrop: 'txDropped',
};

type Row = { -readonly [Field in keyof InterfaceCounters]?: InterfaceCounters[Field] };

/** Several listings in one text are put together by the names. Undefined: none of them has bytes. */
export function parseNetstat(text: string): readonly InterfaceCounters[] | undefined {
  const rows = new Map<string, Row>();
  const links = new Map<string, string>();
  let columns: readonly string[] | undefined;
  let hasBytes = false;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'Name' && words[3] === 'Address') {
      columns = words.slice(4);
      hasBytes ||= columns.includes('Ibytes') && columns.includes('Obytes');
      continue;
    }
    const [written = '', , network = ''] = words;
    const link = /^<Link(?:#(\d{1,9}))?>$/.exec(network);
    const counters = columns === undefined || link === null ? undefined : countersIn(words, columns);
    if (counters === undefined) continue;
    const name = nameOf(written, link?.[1] ?? '', links);
    rows.set(name, { ...rows.get(name), ...counters, name });
  }
  return hasBytes ? [...rows.values()].filter(isWhole) : undefined;
}

/** Rows of addresses say again what the row of the link says: only those come here. */
function countersIn(words: readonly string[], columns: readonly string[]): Row | undefined {
  const before = words.length - columns.length;
  if (before !== 3 && before !== 4) return undefined;
  const row: Row = {};
  for (const [index, column] of columns.entries()) {
    const field = FIELDS[column];
    const value = words[before + index] ?? '';
    if (field !== undefined && /^\d{1,20}$/.test(value)) row[field] = Number(value);
  }
  return row;
}

/** A star: it is down. macOS cuts names to five letters: the second "utun1" is utun10 or later, and its number tells it apart. */
function nameOf(written: string, link: string, links: Map<string, string>): string {
  const name = sanitise(written.replace(/\*$/, ''), 40);
  const first = links.get(name);
  if (first === undefined) links.set(name, link);
  return first === undefined || first === link ? name : `${name}#${link}`;
}

function isWhole(row: Row): row is InterfaceCounters {
  return row.name !== undefined && row.rxBytes !== undefined && row.txBytes !== undefined;
}
