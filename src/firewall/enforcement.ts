// Does a rule drop what is in a set? One walk over chains as the kernel would pass them, shared by nft and iptables:
// from each hook that sees incoming packets, through jumps and gotos, minding an accept of established flows before it.

import type { DropHook, Enforcement, NotDropped } from '../core/rows.ts';
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
  /** Sends packets on to another address (DNAT); the ports it takes ("tcp 8080"), '' when they are not known. */
  publishes?: string;
}>;

export type Hook = DropHook | 'other';

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
const POSITION_MAX = 300;
/** Rulesets in which every chain jumps to many others would take forever; past this the answer is "unknown". */
const STEPS_MAX = 500_000;

type Found = Map<string, Enforcement>;
type Frame = { chain: Chain; rule: number };
type Walk = {
  chains: ReadonlyMap<string, Chain>;
  found: Found;
  stack: Frame[];
  established: boolean;
  /** The rule that accepts established flows, in words; '' when the chain never sees them. */
  acceptedBy: string;
  hook: DropHook;
  steps: number;
};

/** By set id: what the rules do to its members. A set that is not in the answer is used by no rule at all. */
export function enforcementOf(chains: readonly Chain[]): ReadonlyMap<string, Enforcement> {
  const byId = new Map(chains.map((chain) => [chain.id, chain]));
  const walk: Walk = {
    chains: byId,
    found: new Map(),
    stack: [],
    established: false,
    acceptedBy: '',
    hook: 'input',
    steps: 0,
  };
  const bases = chains.filter((chain) => !chain.dormant).sort((a, b) => orderOf(a) - orderOf(b));
  for (const chain of bases) {
    const { base } = chain;
    if (base === undefined || base.hook === 'other') continue;
    walk.established = base.newOnly;
    walk.acceptedBy = '';
    walk.hook = base.hook;
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
  if (walk.stack.some((frame) => frame.chain === chain)) return 'goes-on';
  const frame: Frame = { chain, rule: 0 };
  walk.stack.push(frame);
  let result: 'ended' | 'goes-on' = 'goes-on';
  // Some packets have left the chain before its last word (ufw-not-local: "-m addrtype … -j RETURN", then DROP).
  let left = false;
  for (const rule of chain.rules) {
    frame.rule++;
    if (++walk.steps > STEPS_MAX) break;
    noteUses(walk, chain, rule);
    const step = follow(walk, rule);
    if (rule.acceptsEstablished && !walk.established) {
      walk.established = true;
      walk.acceptedBy = placeOf(frame);
    }
    left ||= !rule.unconditional && rule.verdicts.some(({ kind }) => kind === 'return' || kind === 'goto');
    if (step === 'next') continue;
    result = step === 'ended' && !left ? 'ended' : 'goes-on';
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
    const drops = ruleDrops(walk, rule);
    const text = ruleText(chain, rule);
    if (use.as === 'source' && drops && !rule.limited)
      note(walk.found, use.set, {
        kind: 'dropped',
        rule: text,
        afterEstablished: walk.established || rule.newOnly,
        hooks: [walk.hook],
        position: positionOf(walk, rule),
      });
    else {
      const because = !drops ? whatElse(rule) : rule.limited ? 'limited' : 'reversed';
      note(walk.found, use.set, { kind: 'not-dropped', rule: text, because });
    }
  }
}

const whatElse = (rule: RuleFacts): NotDropped =>
  rule.verdicts.some(({ kind }) => kind === 'accept' || kind === 'return') ? 'accepts' : 'other';

const placeOf = ({ chain, rule }: Frame): string => `rule ${rule} of ${chain.label}`;

/** "rule 1 of ip filter f2b-web, called by rule 4 of ip filter INPUT (hook input, priority 0), behind rule 1 …". */
function positionOf(walk: Walk, rule: RuleFacts): SafeText {
  const [base] = walk.stack;
  const last = walk.stack.at(-1);
  if (base === undefined || last === undefined) return sanitise('');
  const called = base === last ? '' : `, called by ${placeOf(base)}`;
  const hook = `hook ${walk.hook}, priority ${base.chain.base?.priority ?? 0}`;
  const behind =
    walk.acceptedBy !== ''
      ? `, behind ${walk.acceptedBy}, which accepts established flows`
      : rule.newOnly || walk.established
        ? ', only for packets that begin a flow'
        : '';
  return sanitise(`${placeOf(last)}${called} (${hook})${behind}`, POSITION_MAX);
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

const UNREACHED = {
  dormant: 'table is dormant',
  unreached: 'chain is never reached',
  elsewhere: 'not an incoming hook, or behind a final rule',
} as const;

/** Rules that no incoming packet meets still say that the set is in use. */
function noteUnreached(walk: Walk, chain: Chain): void {
  for (const rule of chain.rules) {
    for (const use of rule.uses) {
      if (walk.found.has(use.set)) continue;
      if (walk.steps > STEPS_MAX) {
        note(walk.found, use.set, { kind: 'unknown', why: sanitise('the ruleset is too tangled to follow') });
        continue;
      }
      const because = chain.dormant ? 'dormant' : chain.base === undefined ? 'unreached' : 'elsewhere';
      const text = sanitise(`${UNREACHED[because]}: ${ruleText(chain, rule)}`);
      note(walk.found, use.set, { kind: 'not-dropped', rule: text, because });
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
  const better = known === undefined || rank(enforcement) > rank(known) ? enforcement : known;
  if (known?.kind !== 'dropped' || enforcement.kind !== 'dropped' || better.kind !== 'dropped') {
    found.set(set, better);
    return;
  }
  const hooks = [...new Set([...(known.hooks ?? []), ...(enforcement.hooks ?? [])])];
  found.set(set, { ...better, hooks });
}
