// Adding and deleting rules of a ban chain: one iptables-restore --noflush on stdin, which is taken as a whole or not at
// all. A rule can only be deleted by its exact words, so those of the last listing are in the set.

import type { Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element } from '../backend.ts';
import { isUsableName } from '../hold.ts';
import { printBanRule, readBanRule, refOf } from './ban-rule.ts';

/** The nft variant looks through the whole chain for each rule to delete: 8 ms in one of 10,000. */
const TIMEOUT_MS = 60_000;
const TIMEOUT_PER_RULE_MS = 20;

/** A ban that is there already is replaced. At the head of the chain: before a RETURN, whatever comes to stand behind. */
export function planChainAdd(set: SetInfo, elements: readonly Element[]): readonly Step[] {
  if (elements.length === 0 || !isUsableName(set)) return [];
  const nets = elements.map(({ net }) => net);
  return [
    restore(set, [
      ...deleteLines(set, nets),
      ...elements.map((element) => `-I ${set.name} 1 ${specOf(element)}`),
    ]),
  ];
}

/** The rules of these sources as they are listed, of some only those meant by `refs`; one that is not listed is no error. */
export function planChainDelete(
  set: SetInfo,
  holders: readonly Net[],
  refs: readonly number[] = [],
): readonly Step[] {
  if (!isUsableName(set)) return [];
  const lines = deleteLines(set, holders, refs);
  return lines.length === 0 ? [] : [restore(set, lines)];
}

/** Takes back one of our own steps, word for word: what it inserted goes, what it deleted comes back. */
export function inverseOf({ command: { argv, stdin = '' } }: Step): readonly Step[] {
  const [head = '', ...lines] = stdin.split('\n');
  const back = lines.flatMap((line) => {
    const found = /^-(D|I) (\S+) (?:1 )?(-.*)$/.exec(line);
    if (found === null) return [];
    const [, verb, name, spec] = found;
    return verb === 'I' ? [`-D ${name} ${spec}`] : [`-I ${name} 1 ${spec}`];
  });
  return back.length === 0 ? [] : [stepOf(argv, head, back)];
}

function deleteLines(set: SetInfo, nets: readonly Net[], refs: readonly number[] = []): readonly string[] {
  const wanted = new Map<string, Set<number>>();
  for (const [index, { text }] of nets.entries()) {
    const meant = wanted.get(text) ?? new Set();
    wanted.set(text, meant.add(refs[index] ?? 0));
  }
  return (set.rules ?? '').split('\n').flatMap((spec) => {
    const rule = readBanRule(spec);
    const meant = rule === undefined ? undefined : wanted.get(rule.net.text);
    return meant?.has(0) || meant?.has(refOf(spec)) ? [`-D ${set.name} ${spec}`] : [];
  });
}

/** A rule that is put back is the one that was there, if what is kept of it is still a rule for this source. */
function specOf({ net, seconds, endsAt, comment, rule }: Element): string {
  const kept = rule === undefined || /[\u0000-\u001f\u007f]/.test(rule) ? undefined : readBanRule(rule);
  if (kept?.net.text === net.text) return kept.spec;
  const end = seconds === null ? null : (endsAt ?? Date.now() + seconds * 1000);
  return printBanRule({ net, endsAt: end, ...(comment === undefined ? {} : { comment }) });
}

/** "legacy filter" names the variant that is not in use by itself. */
export function placeOf(set: SetInfo): Readonly<{ variant: string; table: string }> {
  const [first = '', second] = (set.table ?? '').split(' ');
  return second === undefined ? { variant: '', table: first } : { variant: `-${first}`, table: second };
}

export function programOf(set: SetInfo, verb: 'save' | 'restore'): string {
  return `${set.family === 4 ? 'iptables' : 'ip6tables'}${placeOf(set).variant}-${verb}`;
}

function restore(set: SetInfo, lines: readonly string[]): Step {
  // Legacy iptables waits for the lock of others; the nft variant takes the word and needs none.
  return stepOf([programOf(set, 'restore'), '-w', '5', '--noflush'], `*${placeOf(set).table}`, lines);
}

function stepOf(argv: readonly [string, ...string[]], head: string, lines: readonly string[]): Step {
  const stdin = `${head}\n${lines.join('\n')}\nCOMMIT\n`;
  return {
    command: command(argv, {
      stdin,
      timeoutMs: TIMEOUT_MS + lines.length * TIMEOUT_PER_RULE_MS,
      privileged: true,
    }),
    shown: showLines(`${argv[0].replace(/-restore$/, '')} -t ${head.slice(1)}`, lines),
  };
}

const SHOWN_MAX = 8;

function showLines(tool: string, lines: readonly string[]): readonly SafeText[] {
  const shown = lines.slice(0, SHOWN_MAX).map((line) => sanitise(`${tool} ${line}`));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, sanitise(`… and ${groupDigits(more)} more in the same batch`)] : shown;
}
