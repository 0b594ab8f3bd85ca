// Does a rule drop what is in a set? One walk over chains as the kernel would pass them, shared by nft and iptables:
// from each hook that sees incoming packets, through jumps and gotos, minding an accept of established flows before it.

import type { Enforcement } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';

export type Verdict =
  | Readonly<{ kind: 'drop' | 'accept' | 'return' }>
  | Readonly<{ kind: 'jump' | 'goto'; chain: string }>;

/** `source`: matches members as the sender; `other`: destination, negated, or filled by the rule (a meter). */
export type SetUse = Readonly<{ set: string; as: 'source' | 'other' }>;

/** One rule, reduced to what decides enforcement. */
export type RuleFacts = Readonly<{
  text: string;
  uses: readonly SetUse[];
  /** Several when a verdict map decides; empty when the packet goes on to the next rule. */
  verdicts: readonly Verdict[];
  /** Nothing in the rule can fail to match. */
  unconditional: boolean;
  /** Accepts packets of established flows. */
  acceptsEstablished: boolean;
  /** Matches only packets that begin a flow, so established flows are not dropped by it. */
  newOnly: boolean;
  /** Drops only a share (limit, meter, connection count). */
  limited: boolean;
}>;

export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'other';

export type Chain = Readonly<{
  /** Shown before the rule: "inet filter input". */
  label: string;
  /** Unique among the chains of one walk; what jumps name. */
  id: string;
  base?: Readonly<{ hook: Hook; priority: number; newOnly: boolean }>;
  /** The table is switched off (nft "flags dormant"). */
  dormant: boolean;
  rules: readonly RuleFacts[];
}>;

const HOOK_ORDER: Readonly<Record<Hook, number>> = {
  ingress: 0,
  prerouting: 1,
  input: 2,
  forward: 3,
  other: 9,
};
const RULE_TEXT_MAX = 160;
/** Rulesets in which every chain jumps to many others would take forever; past this the answer is "unknown". */
const STEPS_MAX = 500_000;

type Found = Map<string, Enforcement>;
type Walk = {
  chains: ReadonlyMap<string, Chain>;
  found: Found;
  stack: string[];
  established: boolean;
  base: string;
  steps: number;
};

/** By set id: what the rules do to its members. A set that is not in the answer is used by no rule at all. */
export function enforcementOf(chains: readonly Chain[]): ReadonlyMap<string, Enforcement> {
  const byId = new Map(chains.map((chain) => [chain.id, chain]));
  const walk: Walk = { chains: byId, found: new Map(), stack: [], established: false, base: '', steps: 0 };
  const bases = chains
    .filter((chain) => chain.base !== undefined && chain.base.hook !== 'other' && !chain.dormant)
    .sort((a, b) => orderOf(a) - orderOf(b));
  for (const chain of bases) {
    walk.established = chain.base?.newOnly === true;
    walk.base = chain.label;
    visit(walk, chain);
  }
  for (const chain of chains) noteUnreached(walk, chain);
  return walk.found;
}

function orderOf(chain: Chain): number {
  if (chain.base === undefined) return Number.POSITIVE_INFINITY;
  return HOOK_ORDER[chain.base.hook] * 1e7 + chain.base.priority;
}

/** `ended`: no packet gets past this chain, back to the caller or on to its next rule. */
function visit(walk: Walk, chain: Chain): 'ended' | 'goes-on' {
  if (walk.stack.includes(chain.id)) return 'goes-on';
  walk.stack.push(chain.id);
  let result: 'ended' | 'goes-on' = 'goes-on';
  for (const rule of chain.rules) {
    if (++walk.steps > STEPS_MAX) break;
    noteUses(walk, chain, rule);
    const step = follow(walk, rule);
    if (rule.acceptsEstablished) walk.established = true;
    if (step === 'next') continue;
    result = step === 'ended' ? 'ended' : 'goes-on';
    break;
  }
  walk.stack.pop();
  return result;
}

function follow(walk: Walk, rule: RuleFacts): 'next' | 'back' | 'ended' {
  let outcome: 'next' | 'back' | 'ended' = 'next';
  for (const verdict of rule.verdicts) {
    if (verdict.kind === 'jump' || verdict.kind === 'goto') {
      const target = walk.chains.get(verdict.chain);
      const inner = target === undefined ? 'goes-on' : visit(walk, target);
      if (!rule.unconditional) continue;
      if (inner === 'ended') outcome = 'ended';
      else if (verdict.kind === 'goto') outcome = 'back';
    } else if (rule.unconditional) {
      outcome = verdict.kind === 'return' ? 'back' : 'ended';
    }
  }
  return outcome;
}

function noteUses(walk: Walk, chain: Chain, rule: RuleFacts): void {
  for (const use of rule.uses) {
    const drops = use.as === 'source' && !rule.limited && ruleDrops(walk, rule);
    const shown = ruleText(chain, rule);
    note(
      walk.found,
      use.set,
      drops
        ? { kind: 'dropped', rule: shown, afterEstablished: walk.established || rule.newOnly }
        : { kind: 'not-dropped', rule: shown },
    );
  }
}

function ruleDrops(walk: Walk, rule: RuleFacts): boolean {
  return rule.verdicts.some((verdict) => {
    if (verdict.kind === 'jump' || verdict.kind === 'goto') return chainDrops(walk, verdict.chain, []);
    return verdict.kind === 'drop';
  });
}

/** A chain made to drop ("log, then drop"): it drops before anything lets every packet through. */
function chainDrops(walk: Walk, id: string, seen: readonly string[]): boolean {
  const chain = walk.chains.get(id);
  if (chain === undefined || seen.includes(id) || seen.length > 16) return false;
  for (const rule of chain.rules) {
    if (++walk.steps > STEPS_MAX) return false;
    for (const verdict of rule.verdicts) {
      if (verdict.kind === 'drop' && !rule.limited) return true;
      if (verdict.kind !== 'jump' && verdict.kind !== 'goto') continue;
      if (chainDrops(walk, verdict.chain, [...seen, id])) return true;
    }
    const last = rule.verdicts[0]?.kind;
    if (rule.unconditional && (last === 'accept' || last === 'return' || last === 'goto')) return false;
  }
  return false;
}

/** Rules that no incoming packet meets still say that the set is in use. */
function noteUnreached(walk: Walk, chain: Chain): void {
  for (const rule of chain.rules) {
    for (const use of rule.uses) {
      if (walk.found.has(use.set)) continue;
      if (walk.steps > STEPS_MAX) {
        note(walk.found, use.set, { kind: 'unknown', why: sanitise('the ruleset is too tangled to follow') });
        continue;
      }
      const why = chain.dormant
        ? 'table is dormant'
        : chain.base === undefined
          ? 'chain is never reached'
          : 'not an incoming hook, or behind a final rule';
      note(walk.found, use.set, { kind: 'not-dropped', rule: sanitise(`${why}: ${ruleText(chain, rule)}`) });
    }
  }
}

function ruleText(chain: Chain, rule: RuleFacts): SafeText {
  return sanitise(`${chain.label}: ${rule.text}`, RULE_TEXT_MAX);
}

const rank = (found: Enforcement): number => {
  if (found.kind === 'dropped') return found.afterEstablished ? 2 : 3;
  return found.kind === 'not-dropped' ? 1 : 0;
};

function note(found: Found, set: string, enforcement: Enforcement): void {
  const known = found.get(set);
  if (known === undefined || rank(enforcement) > rank(known)) found.set(set, enforcement);
}
