// Do the rules of pf stop who is in a table? pf takes the last rule that matches, or the first one that is quick; and a
// packet of a connection that has a state meets no rule at all. One walk per table and family, through the anchors.

import type { Family } from '../../core/address.ts';
import type { Enforcement, NotDropped } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { PfRule } from './rules.ts';
import type { PfTable } from './tables.ts';

/** `main`: undefined = could not be read. `anchors`: the rules of those whose rules do not stand in braces in `main`. */
export type PfRuleset = Readonly<{
  main: readonly PfRule[] | undefined;
  anchors: ReadonlyMap<string, readonly PfRule[]>;
}>;

/** `covers`: what the block is limited to; empty = everything. `holes`: rules that let some of it pass all the same. */
export type PfVerdict = Readonly<{
  enforcement: Enforcement;
  covers: readonly string[];
  holes: readonly string[];
}>;

/** A rule with the limits of the anchors that it stands in. */
export type Placed = Readonly<{ rule: PfRule; path: string; limits: readonly string[] }>;

const RULE_TEXT_MAX = 160;
const RULES_MAX = 100_000;
const HOLES_MAX = 5;
const DEPTH_MAX = 32;

export function verdictOf(
  table: PfTable,
  family: Family,
  ruleset: PfRuleset,
  tables: readonly PfTable[],
): PfVerdict {
  const plain = { covers: [], holes: [] };
  if (ruleset.main === undefined) {
    // The kernel counts the rules that use it, whatever they are.
    const enforcement: Enforcement =
      table.rules === 0 || table.flags?.referenced === false
        ? { kind: 'unused' }
        : { kind: 'unknown', why: sanitise('the rules of pf could not be read') };
    return { enforcement, ...plain };
  }
  const means = meaningOf(table, tables);
  const walk = walkRules(rulesInOrder(ruleset), family, means);
  if (walk.block !== undefined) {
    const { rule, path } = walk.block;
    // States come before all rules.
    const enforcement: Enforcement = { kind: 'dropped', rule: textOf(rule, path), afterEstablished: true };
    return { enforcement, covers: walk.covers, holes: walk.holes };
  }
  return { enforcement: whyNot(table, walk, ruleset, means), ...plain };
}

type Means = (name: string, path: string) => boolean;

/** A rule in an anchor means the anchor's own table of that name, else that of the main ruleset. */
function meaningOf(table: PfTable, tables: readonly PfTable[]): Means {
  const places = new Set(tables.filter(({ name }) => name === table.name).map(({ anchor }) => anchor));
  return (name, path) =>
    name === table.name && (table.anchor === path || (table.anchor === '' && !places.has(path)));
}

/** In the order in which packets meet them. */
export function rulesInOrder(ruleset: PfRuleset): readonly Placed[] {
  const placed: Placed[] = [];
  const visit = (rules: readonly PfRule[], path: string, limits: readonly string[], depth: number): void => {
    for (const rule of rules) {
      if (placed.length >= RULES_MAX) return;
      if (rule.action !== 'anchor') {
        placed.push({ rule, path, limits: [...limits, ...rule.limits] });
        continue;
      }
      if (rule.dir === 'out' || depth > DEPTH_MAX) continue;
      const inner = [...limits, ...rule.limits, ...sidesOf(rule)];
      for (const [where, children] of calledBy(rule, path, ruleset)) visit(children, where, inner, depth + 1);
    }
  };
  visit(ruleset.main ?? [], '', [], 0);
  return placed;
}

/** An anchor that is called for some addresses only. */
const sidesOf = ({ from, to, family }: PfRule): readonly string[] => [
  ...(from.kind === 'any' ? [] : [`from ${from.name}`]),
  ...(to.kind === 'any' ? [] : [`to ${to.name}`]),
  ...(family === undefined ? [] : [family === 4 ? 'inet' : 'inet6']),
];

function calledBy(
  rule: PfRule,
  path: string,
  ruleset: PfRuleset,
): readonly (readonly [string, readonly PfRule[]])[] {
  const { calls = '', children } = rule;
  const full = pathOf(calls, path);
  if (!full.endsWith('*')) {
    const found = children ?? ruleset.anchors.get(full);
    return found === undefined ? [] : [[full, found]];
  }
  // All anchors directly below, by name.
  const parent = full.slice(0, -1);
  const below = [...ruleset.anchors].filter(
    ([where]) => where.startsWith(parent) && !where.slice(parent.length).includes('/'),
  );
  return below.sort(([a], [b]) => (a < b ? -1 : 1));
}

function pathOf(calls: string, path: string): string {
  if (calls.startsWith('/')) return calls.slice(1);
  if (calls === '') return path;
  return path === '' ? calls : `${path}/${calls}`;
}

type Use = Readonly<{ rule: PfRule; path: string; because: NotDropped; says?: string }>;
type Walk = { block?: Placed; covers: readonly string[]; holes: string[]; uses: Use[] };

/** Is a packet from a member, of this family and coming in, one that the rule means? */
function meansMembers({ rule, path }: Placed, family: Family, means: Means): 'members' | 'anybody' | 'no' {
  const { from } = rule;
  if (rule.dir === 'out' || (rule.family !== undefined && rule.family !== family)) return 'no';
  if (from.kind === 'any') return 'anybody';
  const mine = from.kind === 'table' && means(from.name, path);
  if (mine) return from.not ? 'no' : 'members';
  // "from 10.0.0.0/8": somebody else. "from ! 10.0.0.0/8": nearly everybody.
  return from.not ? 'anybody' : 'no';
}

function walkRules(rules: readonly Placed[], family: Family, means: Means): Walk {
  const walk: Walk = { covers: [], holes: [], uses: [] };
  const before: string[] = [];
  /** Blocks of some of what members send; and the block of all of it. */
  let parts: readonly Placed[] = [];
  let whole: Placed | undefined;
  let ended: Placed | undefined;
  for (const placed of rules) {
    const { rule } = placed;
    const who = meansMembers(placed, family, means);
    const some = limitsOf(placed).length > 0;
    noteUse(walk, placed, means, ended);
    if (ended !== undefined || who === 'no' || isLoopback(placed)) continue;
    if (rule.action === 'block' && who === 'members') {
      if (whole === undefined && parts.length === 0) walk.holes.push(...before);
      if (some) parts = [...parts, placed];
      else whole = placed;
      if (!some && rule.quick) ended = placed;
    } else if (rule.action === 'pass') {
      if (rule.quick && !some) ended = placed;
      else if (rule.quick) before.push(placedText(placed));
      // The last one that matches wins, unless the block was quick.
      const lost = [...parts, ...(whole === undefined ? [] : [whole])].filter((one) => !one.rule.quick);
      if (lost.length > 0 && some) walk.holes.push(placedText(placed));
      if (lost.length === 0 || some) continue;
      for (const one of lost)
        walk.uses.push({ ...one, because: 'elsewhere', says: `a later rule passes all: ${rule.text}` });
      parts = parts.filter((one) => one.rule.quick);
      whole = undefined;
    } else if (rule.action === 'block' && rule.quick && !some) ended = placed;
  }
  const block = whole ?? parts[0];
  if (block !== undefined) walk.block = block;
  if (whole === undefined) walk.covers = parts.map((part) => limitsOf(part).join(' '));
  walk.holes = [...new Set(walk.holes)].slice(0, HOLES_MAX);
  return walk;
}

const placedText = ({ rule, path }: Placed): string => textOf(rule, path);

/** What passes on the host's own loopback comes from nobody outside. */
const isLoopback = ({ limits }: Placed): boolean => limits.some((limit) => /^on lo\d*$/.test(limit));

function limitsOf({ rule, limits }: Placed): readonly string[] {
  return rule.to.kind === 'any' ? limits : [...limits, `to ${rule.to.not ? '! ' : ''}${nameOf(rule.to)}`];
}

const nameOf = ({ kind, name }: PfRule['to']): string => (kind === 'table' ? `<${name}>` : name);

/** Rules that mention the table without stopping who is in it. */
function noteUse(walk: Walk, { rule, path }: Placed, means: Means, ended: Placed | undefined): void {
  const isFrom = rule.from.kind === 'table' && means(rule.from.name, path);
  const isTo = rule.to.kind === 'table' && means(rule.to.name, path);
  const fills = rule.overload !== undefined && means(rule.overload, path);
  if (!isFrom && !isTo && !fills) return;
  const use = (because: NotDropped, says?: string): void =>
    void walk.uses.push({ rule, path, because, ...(says === undefined ? {} : { says }) });
  if (rule.action === 'block' && isFrom && !rule.from.not && rule.dir !== 'out') {
    if (ended !== undefined) use('elsewhere', `behind a rule that ends all: ${ended.rule.text}`);
    else use('other');
  } else if (rule.action === 'block') use('reversed');
  else if (isFrom || isTo) use(rule.action === 'pass' ? 'accepts' : 'other');
  else use('other', 'only filled by a rule (overload)');
}

const RANK: readonly NotDropped[] = ['elsewhere', 'other', 'reversed', 'accepts'];

function whyNot(table: PfTable, walk: Walk, ruleset: PfRuleset, means: Means): Enforcement {
  const [worst] = [...walk.uses].sort((a, b) => RANK.indexOf(a.because) - RANK.indexOf(b.because));
  if (worst !== undefined) {
    const { rule, path, because, says } = worst;
    const text = textOf(rule, path);
    return {
      kind: 'not-dropped',
      rule: says === undefined ? text : sanitise(`${says}; ${text}`, 2 * RULE_TEXT_MAX),
      because,
    };
  }
  for (const [path, rules] of ruleset.anchors) {
    const rule = rules.find((one) => one.from.kind === 'table' && means(one.from.name, path));
    if (rule === undefined) continue;
    const shown = sanitise(`no rule calls anchor ${path}: ${rule.text}`, 2 * RULE_TEXT_MAX);
    return { kind: 'not-dropped', rule: shown, because: 'unreached' };
  }
  if (table.rules === undefined || table.rules === 0) return { kind: 'unused' };
  return { kind: 'unknown', why: sanitise(`${table.rules} rules use it, none of which could be found`) };
}

const textOf = (rule: PfRule, path: string): ReturnType<typeof sanitise> =>
  sanitise(path === '' ? rule.text : `${path}: ${rule.text}`, RULE_TEXT_MAX);
