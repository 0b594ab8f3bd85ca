// What the names of the allow-list resolved to when they last did, and what we put into which set: so that name servers that
// are down lose nobody, and that only what we put is ever taken out. A file of JSON:
//   {"version":1,"names":{"home.example.net":{"at":1795206324000,"addresses":["203.0.113.7"]}},
//    "put":{"nft:inet filter friends":["203.0.113.7"]}}

import { type Net, parseHost } from '../../core/address.ts';
import { type UnixMs, unixMs } from '../../core/brand.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { asArray, asNumber, asObject, asString, parseJson } from '../../firewall/json.ts';

/** `at`: when the name last resolved. */
export type LastAnswer = Readonly<{ at: UnixMs; nets: readonly Net[] }>;
/** `put`: by set key, the addresses in it that are there through us. */
export type AllowBook = Readonly<{
  names: ReadonlyMap<string, LastAnswer>;
  put: ReadonlyMap<string, readonly Net[]>;
}>;

export const EMPTY_BOOK: AllowBook = { names: new Map(), put: new Map() };
const VERSION = 1;

export function printAllowBook({ names, put }: AllowBook): string {
  const answers = [...names].map(([name, { at, nets }]) => [name, { at, addresses: textsOf(nets) }]);
  const sets = [...put].map(([key, nets]) => [key, textsOf(nets)]);
  const book = { version: VERSION, names: Object.fromEntries(answers), put: Object.fromEntries(sets) };
  return `${JSON.stringify(book, undefined, 2)}\n`;
}

const textsOf = (nets: readonly Net[]): readonly string[] => nets.map(({ text }) => text).sort();

/** A damaged or newer file is a problem: forgetting what was put would leave addresses allowed for ever. */
export function parseAllowBook(text: string, path: string): Result<AllowBook> {
  const book = asObject(parseJson(text));
  const names = asObject(book?.names);
  const put = asObject(book?.put);
  if (book?.version !== VERSION || names === undefined || put === undefined) {
    const newer = typeof book?.version === 'number' && book.version > VERSION;
    return fail(
      problem(
        'unreadable',
        `${sanitise(path, 200)} ${newer ? 'was written by a newer opsconsole' : 'is damaged'}`,
        {
          hint: newer
            ? 'update opsconsole'
            : 'move it away: addresses that were put into a set before must then be taken out by hand',
        },
      ),
    );
  }
  return ok({
    names: new Map(
      Object.entries(names).flatMap(([name, value]) => {
        const answer = asObject(value);
        const at = asNumber(answer?.at);
        const nets = netsOf(answer?.addresses);
        return at === undefined || nets.length === 0 ? [] : [[name, { at: unixMs(at), nets }] as const];
      }),
    ),
    put: new Map(Object.entries(put).map(([key, value]) => [key, netsOf(value)] as const)),
  });
}

function netsOf(value: unknown): readonly Net[] {
  const found = new Map<string, Net>();
  for (const one of asArray(value) ?? []) {
    const host = parseHost(asString(one) ?? '');
    if (host.ok) found.set(host.value.text, host.value);
  }
  return [...found.values()];
}
