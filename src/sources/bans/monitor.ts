// Changes of nft sets as they happen, from `nft -j monitor` (1.0.6), one JSON object per line:
//   {"add": {"element": {"family": "inet", "table": "t", "name": "a", "elem": {"set": [{"elem": {"val": "9.9.9.9", "timeout": 60, "expires": 60}}]}}}}
//   {"delete": {"set": {"family": "inet", "name": "foo", "table": "opsconsole", "type": "invalid", "handle": 2}}}
// It keeps a copy of every set in its own memory (660 bytes an element), so it runs only for sets worth that.

import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { memberNet } from '../../core/members.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import { type ElementFacts, MemberColumns } from '../../firewall/columns.ts';
import { asArray, asObject, asString, parseJson } from '../../firewall/json.ts';
import { readNftElement } from '../../firewall/nft/members.ts';
import { nftKey } from '../../firewall/nft/parse.ts';

/** `ruleset`: something else than elements changed, so the terse listing is due. */
export type NftChange =
  | Readonly<{ kind: 'add' | 'delete'; set: SetKey; nets: readonly Net[]; facts: ElementFacts }>
  | Readonly<{ kind: 'ruleset' }>;

const LINE_MAX = 1 << 20;

/** Lines may straddle chunks; what is not understood is left out. */
export function createMonitorParser(
  now: () => UnixMs,
  onChange: (change: NftChange) => void,
): Readonly<{ push(chunk: Buffer): void }> {
  let pending = '';
  const decoder = new TextDecoder();
  return {
    push(chunk) {
      pending += decoder.decode(chunk, { stream: true });
      let end = pending.indexOf('\n');
      while (end >= 0) {
        for (const change of readChange(pending.slice(0, end), now())) onChange(change);
        pending = pending.slice(end + 1);
        end = pending.indexOf('\n');
      }
      if (pending.length > LINE_MAX) pending = '';
    },
  };
}

function readChange(line: string, at: UnixMs): readonly NftChange[] {
  const event = asObject(parseJson(line)) ?? {};
  for (const kind of ['add', 'delete'] as const) {
    const body = asObject(event[kind]);
    if (body === undefined) continue;
    const element = asObject(body.element);
    if (element === undefined) return [{ kind: 'ruleset' }];
    const table = `${asString(element.family) ?? ''} ${asString(element.table) ?? ''}`;
    const set = nftKey(table, asString(element.name) ?? '');
    const items = asArray(asObject(element.elem)?.set) ?? [];
    return items.flatMap((item): NftChange[] => {
      const read = readNftElement(item, at);
      return read === undefined ? [] : [{ kind, set, ...read }];
    });
  }
  return [];
}

/** The listing with the changes in it: an add replaces the element that was there. */
export function applyChanges(
  set: SetInfo,
  members: Members,
  changes: readonly Extract<NftChange, { set: SetKey }>[],
  at: UnixMs,
): Members {
  const latest = new Map<string, Readonly<{ net: Net; facts: ElementFacts | undefined }>>();
  for (const change of changes) {
    const facts = change.kind === 'add' ? change.facts : undefined;
    for (const net of change.nets) if (net.family === set.family) latest.set(net.text, { net, facts });
  }
  const columns = new MemberColumns({ ...set, count: members.length + latest.size });
  const touched = touchedKeys(latest.values());
  for (let index = 0; index < members.length; index++) {
    // Most rows are not meant: the text is made only where the number fits.
    if (touched.has(rowKey(members, index)) && latest.has(memberNet(members, index).text)) continue;
    const facts = {
      expires: members.expires[index] ?? Number.NaN,
      packets: members.packets?.[index] ?? Number.NaN,
      bytes: members.bytes?.[index] ?? Number.NaN,
      comment: members.comments.get(index) ?? '',
    };
    const prefix = members.prefixes[index] ?? 0;
    if (members.family === 4) columns.addV4(members.values[index] ?? 0, prefix, facts);
    else columns.addV6(members.values6[2 * index] ?? 0n, members.values6[2 * index + 1] ?? 0n, prefix, facts);
  }
  for (const { net, facts } of latest.values()) if (facts !== undefined) columns.addNet(net, facts);
  return columns.finish(at);
}

function touchedKeys(items: Iterable<Readonly<{ net: Net }>>): ReadonlySet<number | bigint> {
  const keys = new Set<number | bigint>();
  for (const { net } of items)
    keys.add(net.family === 4 ? Number(net.value) : net.value & 0xffffffffffffffffn);
  return keys;
}

function rowKey(members: Members, index: number): number | bigint {
  return members.family === 4 ? (members.values[index] ?? 0) : (members.values6[2 * index + 1] ?? 0n);
}
