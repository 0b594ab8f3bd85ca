// One rule of `nft -j -t list ruleset`, reduced to what decides enforcement, and printed back in short nft words.
// Input (nft 1.0.6), the value of "rule":
//   {"family":"inet","table":"filter","chain":"input","handle":10,"expr":[{"match":{"op":"==","left":{"payload":
//   {"protocol":"ip","field":"saddr"}},"right":"@ban4"}},{"counter":{"packets":0,"bytes":0}},{"drop":null}]}

import type { RuleFacts, SetUse, Verdict } from '../enforcement.ts';
import { asArray, asObject, asString, type JsonObject } from '../json.ts';

type Draft = {
  words: string[];
  uses: SetUse[];
  verdicts: Verdict[];
  conditions: number;
  established: boolean | undefined;
  statesAccepted: boolean;
  limited: boolean;
  unreadable: boolean;
  publishes: boolean;
  ports: string;
};

/** `place`: turns a name used in this rule's table into the id of that chain or set. */
export function readRule(expressions: readonly unknown[], place: (name: string) => string): RuleFacts {
  const draft: Draft = {
    words: [],
    uses: [],
    verdicts: [],
    conditions: 0,
    established: undefined,
    statesAccepted: false,
    limited: false,
    unreadable: false,
    publishes: false,
    ports: '',
  };
  for (const expression of expressions) readExpression(draft, asObject(expression) ?? {}, place);
  const accepts = draft.verdicts.some((verdict) => verdict.kind === 'accept');
  return {
    text: draft.words.filter((word) => word !== '').join(' '),
    uses: draft.uses,
    verdicts: draft.verdicts,
    unconditional: draft.conditions === 0 && !draft.limited && !draft.unreadable,
    acceptsEstablished:
      draft.statesAccepted || (accepts && draft.established === true && draft.uses.length === 0),
    newOnly: draft.established === false,
    limited: draft.limited,
    ...(draft.publishes ? { publishes: draft.ports } : {}),
  };
}

const VERDICTS = ['accept', 'drop', 'return'] as const;
/** Matches only some of the packets that reach it. */
const LIMITS = ['limit', 'quota', 'ct count', 'meter'];
/** Goes on to the next rule whatever it does. */
const SILENT = ['counter', 'log', 'mangle', 'notrack', 'ct helper', 'ct timeout', 'dup', 'secmark', 'flow'];

function readExpression(draft: Draft, expression: JsonObject, place: (name: string) => string): void {
  for (const [kind, value] of Object.entries(expression)) {
    const verdict = readVerdict(kind, value, place);
    if (verdict !== undefined) {
      draft.verdicts.push(verdict);
      draft.words.push('chain' in verdict ? `${kind} ${localName(value)}` : kind);
    } else if (kind === 'match') readMatch(draft, asObject(value) ?? {}, place);
    else if (kind === 'vmap') readVerdictMap(draft, asObject(value) ?? {}, place);
    else if (kind === 'set') readSetStatement(draft, asObject(value) ?? {}, place);
    else if (LIMITS.includes(kind)) {
      draft.limited = true;
      draft.words.push(kind);
    } else if (SILENT.includes(kind)) draft.words.push(kind === 'log' ? 'log' : '');
    else {
      // Extensions of iptables-nft and statements newer than this program: they may match or not.
      draft.unreadable = true;
      if (kind === 'dnat' || (kind === 'xt' && asObject(value)?.name === 'DNAT')) draft.publishes = true;
      draft.words.push(kind === 'xt' ? `xt ${asString(asObject(value)?.name) ?? ''}` : kind);
    }
  }
}

function readVerdict(kind: string, value: unknown, place: (name: string) => string): Verdict | undefined {
  for (const known of VERDICTS) if (kind === known) return { kind: known };
  if (kind === 'reject') return { kind: 'drop' };
  if (kind === 'jump' || kind === 'goto') return { kind, chain: place(localName(value)) };
  const target = asObject(value);
  if (kind === 'xt' && target?.type === 'target' && target.name === 'REJECT') return { kind: 'drop' };
  return undefined;
}

const localName = (value: unknown): string => asString(asObject(value)?.target) ?? '';

function readMatch(draft: Draft, match: JsonObject, place: (name: string) => string): void {
  draft.conditions++;
  const negated = match.op === '!=';
  const left = asObject(match.left) ?? {};
  const right = match.right;
  draft.words.push(`${printLeft(left)}${printOp(asString(match.op))} ${printRight(right)}`);
  if (asObject(left.ct)?.key === 'state') {
    const has = namesIn(right).includes('established');
    draft.established = has !== negated;
    return;
  }
  const payload = asObject(left.payload);
  const field = payload?.field;
  if (field === 'dport' && !negated)
    draft.ports = `${asString(payload?.protocol) ?? ''} ${printRight(right)}`;
  if (typeof right !== 'string' || !right.startsWith('@')) return;
  const source = field === 'saddr' && !negated;
  draft.uses.push({ set: place(right.slice(1)), as: source ? 'source' : 'other' });
}

function readVerdictMap(draft: Draft, map: JsonObject, place: (name: string) => string): void {
  draft.conditions++;
  const key = asObject(map.key) ?? {};
  const pairs = asArray(asObject(map.data)?.set);
  draft.words.push(`${printLeft(key)} vmap ${pairs === undefined ? printRight(map.data) : '{ … }'}`);
  // A named map keeps its verdicts to itself in a terse listing.
  if (pairs === undefined) draft.unreadable = true;
  for (const pair of pairs ?? []) {
    const [value, action] = asArray(pair) ?? [];
    for (const [kind, target] of Object.entries(asObject(action) ?? {})) {
      const verdict = readVerdict(kind, target, place);
      if (verdict === undefined) continue;
      draft.verdicts.push(verdict);
      const onState = asObject(key.ct)?.key === 'state' && namesIn(value).includes('established');
      if (onState && verdict.kind === 'accept') draft.statesAccepted = true;
    }
  }
}

/** "update @set { ip saddr limit rate … }": the rule fills the set; with an inner limit it drops only the excess. */
function readSetStatement(draft: Draft, statement: JsonObject, place: (name: string) => string): void {
  const name = asString(statement.set) ?? '';
  draft.uses.push({ set: place(name.replace(/^@/, '')), as: 'other' });
  draft.words.push(`${asString(statement.op) ?? 'add'} ${name}`);
  if ((asArray(statement.stmt)?.length ?? 0) > 0) draft.limited = true;
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  const many = asArray(value) ?? asArray(asObject(value)?.set) ?? [];
  return many.flatMap((one) => (typeof one === 'string' ? [one] : []));
}

const printOp = (op: string | undefined): string =>
  op === undefined || op === '==' || op === 'in' ? '' : ` ${op}`;

function printLeft(left: JsonObject): string {
  const payload = asObject(left.payload);
  if (payload !== undefined) return `${asString(payload.protocol) ?? '@'} ${asString(payload.field) ?? '…'}`;
  const meta = asString(asObject(left.meta)?.key);
  if (meta !== undefined) return /^[io]ifname$/.test(meta) ? meta : `meta ${meta}`;
  const ct = asString(asObject(left.ct)?.key);
  if (ct !== undefined) return `ct ${ct}`;
  const parts = asArray(left.concat);
  if (parts !== undefined) return parts.map((part) => printLeft(asObject(part) ?? {})).join(' . ');
  return Object.keys(left)[0] ?? '…';
}

const ITEMS_SHOWN = 6;

function printRight(right: unknown): string {
  if (typeof right === 'string' || typeof right === 'number') return String(right);
  const list = asArray(right);
  if (list !== undefined) return list.slice(0, ITEMS_SHOWN).map(printRight).join(',');
  const value = asObject(right) ?? {};
  const set = asArray(value.set);
  if (set !== undefined) {
    const more = set.length > ITEMS_SHOWN ? ', …' : '';
    return `{ ${set.slice(0, ITEMS_SHOWN).map(printRight).join(', ')}${more} }`;
  }
  const prefix = asObject(value.prefix);
  if (prefix !== undefined) return `${printRight(prefix.addr)}/${printRight(prefix.len)}`;
  const range = asArray(value.range);
  return range === undefined ? '…' : range.map(printRight).join('-');
}
