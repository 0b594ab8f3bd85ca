// The addresses of one table and family from `pfctl -t NAME -T show`, with -v where the table has counters; read as bytes.
//      198.51.100.0/24                                                 (FreeBSD 13 to 15, OpenBSD 7.x; "!" = an exception)
//   	Cleared:     Fri Nov 20 19:02:44 2026
//   	In/Block:    [ Packets: 40211              Bytes: 2412660            ]

import { bitsOf } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { MembersParser } from '../backend.ts';
import { createByteLines } from '../byte-lines.ts';
import { AddressReader } from '../bytes.ts';
import { type ElementFacts, MemberColumns, noFacts } from '../columns.ts';

const TAB = 0x09;
const SPACE = 0x20;
const BANG = 0x21;
/** "@em0" behind an address that belongs to an interface (OpenBSD). */
const AT = 0x40;

export function createPfMembersParser(set: SetInfo, at: UnixMs): MembersParser {
  const columns = new MemberColumns(set);
  const readers = { 4: new AddressReader(4, bitsOf(4)), 6: new AddressReader(6, bitsOf(6)) };
  const mine = readers[set.family];
  const other = readers[set.family === 4 ? 6 : 4];
  const facts = noFacts();
  let waiting = false;
  let unreadable = 0;
  const forget = (): void => {
    // pf keeps no ends: the journal may know.
    facts.expires = Number.NaN;
    facts.since = Number.NaN;
    facts.packets = set.counters ? 0 : Number.NaN;
    facts.bytes = set.counters ? 0 : Number.NaN;
  };
  const flush = (): void => {
    if (waiting && mine.family === 4) columns.addV4(mine.value, mine.prefix, facts);
    else if (waiting) columns.addV6(mine.high(), mine.low(), mine.prefix, facts);
    waiting = false;
    forget();
  };
  const lines = createByteLines((bytes, start, end) => {
    if (start === end) return;
    if (bytes[start] === TAB) {
      if (waiting) addDetail(bytes.toString('latin1', start, end), facts);
      return;
    }
    flush();
    // Three characters: a letter of feedback, a blank, "!" or a blank.
    const first = start + 3;
    const said = bytes[start + 1] === SPACE && (bytes[start + 2] === SPACE || bytes[start + 2] === BANG);
    const exception = bytes[start + 2] === BANG;
    const ends = (index: number): boolean =>
      index === end || (index > 0 && index < end && bytes[index] === AT);
    if (said && ends(mine.read(bytes, first))) waiting = !exception;
    else if (!said || !ends(other.read(bytes, first))) unreadable++;
  });
  return {
    push: (chunk) => lines.push(chunk),
    end(): Result<Members> {
      lines.end();
      flush();
      if (unreadable === 0) return ok(columns.finish(at));
      return fail(
        problem('unreadable', `the listing of ${set.key} has ${unreadable} unreadable lines`, {
          hint: 'list it again',
        }),
      );
    },
  };
}

const CLEARED = /^\tCleared: +[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/;

/** What was blocked, both ways; what passed was no ban at that time. */
function addDetail(line: string, facts: ElementFacts): void {
  const [, day, time, year] = CLEARED.exec(line) ?? [];
  // When it was put in, or when its counters were last set back. In local time, as ctime(3); 1970 = loaded at boot.
  if (day !== undefined && Number(year) > 1970) facts.since = new Date(`${day} ${year} ${time}`).getTime();
  const [, packets, bytes] =
    /^\t(?:In|Out)\/Block: +\[ Packets: (\d{1,20}) +Bytes: (\d{1,20}) +\]$/.exec(line) ?? [];
  if (packets === undefined || bytes === undefined) return;
  facts.packets += Number(packets);
  facts.bytes += Number(bytes);
}
