// One reading of pf: which further listings the first ones ask for, and all of them put together to sets.

import type { Family } from '../../core/address.ts';
import type { Command } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import type { SetInfo, SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { isUsableName } from '../hold.ts';
import { ownerOf } from '../names.ts';
import { type PfRuleset, verdictOf } from './enforce.ts';
import { type PfHealth, pfFindings } from './findings.ts';
import { parsePfInfo, parsePfMemory } from './info.ts';
import { parsePfAnchors, parsePfSkips } from './interfaces.ts';
import { PF_OWN_TABLE } from './own.ts';
import { type PfRule, parsePfRules } from './rules.ts';
import { askAnchorRules, askMembers, nameOutputs, PF_ANCHOR_TABLES, PF_READS } from './system.ts';
import { type PfTable, parsePfTables } from './tables.ts';

/** One program start for each: fail2ban makes an anchor for each jail. */
const ANCHORS_MAX = 64;
/** Tables of up to this size are counted by family with each reading; pf itself counts both together. */
const COUNTED_MAX = 5000;
const COUNTED_TABLES_MAX = 16;

type Question =
  | Readonly<{ kind: 'tables'; anchor: string; command: Command }>
  | Readonly<{ kind: 'rules'; anchor: string; command: Command }>
  | Readonly<{ kind: 'members'; table: PfTable; command: Command }>;

export function pfFollowUp(outputs: readonly (string | undefined)[]): readonly Command[] {
  return questionsOf(outputs).map((question) => question.command);
}

function questionsOf(outputs: readonly (string | undefined)[]): readonly Question[] {
  const named = nameOutputs(outputs);
  const anchors = parsePfAnchors(named.anchors ?? '').slice(0, ANCHORS_MAX);
  const shown = inBraces(parsePfRules(named.rules ?? ''), '');
  const questions: Question[] = [];
  const words = PF_ANCHOR_TABLES[named.system ?? 'freebsd'];
  if (anchors.length > 0 && words.all !== undefined)
    questions.push({ kind: 'tables', anchor: '', command: words.all });
  for (const anchor of anchors) {
    if (words.all === undefined) questions.push({ kind: 'tables', anchor, command: words.of(anchor) });
    if (!shown.has(anchor)) questions.push({ kind: 'rules', anchor, command: askAnchorRules(anchor) });
  }
  const counted = parsePfTables(named.tables).filter(
    (table) => isUsable(table) && (table.addresses ?? 0) > 0 && (table.addresses ?? 0) <= COUNTED_MAX,
  );
  for (const table of counted.slice(0, COUNTED_TABLES_MAX)) {
    const command = askMembers({ ...table, counters: false });
    questions.push({ kind: 'members', table, command });
  }
  return questions;
}

const isUsable = ({ name, anchor }: PfTable): boolean => isUsableName({ backend: 'pf', name, table: anchor });

/** Paths of the anchors whose rules stand in braces. */
function inBraces(rules: readonly PfRule[], path: string, found = new Set<string>()): ReadonlySet<string> {
  for (const { calls, children } of rules) {
    if (calls === undefined || children === undefined) continue;
    const full = path === '' || calls.startsWith('/') ? calls.replace(/^\//, '') : `${path}/${calls}`;
    if (!calls.endsWith('*')) found.add(full);
    inBraces(children, full, found);
  }
  return found;
}

export function parsePf(outputs: readonly (string | undefined)[]): Result<readonly SetInfo[]> {
  const named = nameOutputs(outputs);
  const tables = new Map<string, PfTable>();
  const add = (table: PfTable): void => void tables.set(`${table.anchor}\n${table.name}`, table);
  for (const table of parsePfTables(named.tables)) add(table);
  const anchors = new Map<string, readonly PfRule[]>();
  const counts = new Map<string, Readonly<Record<Family, number>>>();
  for (const [index, question] of questionsOf(outputs.slice(0, PF_READS.length)).entries()) {
    const text = outputs[PF_READS.length + index];
    if (text === undefined) continue;
    if (question.kind === 'tables') for (const table of parsePfTables(text, question.anchor)) add(table);
    else if (question.kind === 'rules') anchors.set(question.anchor, parsePfRules(text));
    else counts.set(question.table.name, countByFamily(text));
  }
  const main = named.rules === undefined ? undefined : parsePfRules(named.rules);
  const all = [...tables.values()];
  const info = named.info === undefined ? undefined : parsePfInfo(named.info);
  const limits = parsePfMemory(named.memory ?? '');
  const health: PfHealth = {
    ...(info === undefined ? {} : { info }),
    limits,
    skips: parsePfSkips(named.interfaces ?? ''),
    ...(named.system === undefined ? {} : { system: named.system }),
    entries: all.reduce((sum, { addresses = 0 }) => sum + addresses, 0),
  };
  const ruleset: PfRuleset = { main, anchors };
  return ok(
    all.flatMap((table) => {
      if (table.flags?.active === false) return [];
      const known = table.anchor === '' ? counts.get(table.name) : undefined;
      return ([4, 6] as const).map((family) => {
        const count = table.addresses === 0 ? 0 : known?.[family];
        const verdict = verdictOf(table, family, ruleset, all);
        const set = setOf(table, family, { count, health });
        const whole: SetInfo = { ...set, enforcement: verdict.enforcement };
        const findings = pfFindings(whole, verdict, health);
        return findings.length === 0 ? whole : { ...whole, findings };
      });
    }),
  );
}

/** Lines of `-T show`: IPv6 has a colon; exceptions ("!") are no bans. */
function countByFamily(text: string): Readonly<Record<Family, number>> {
  const count = { 4: 0, 6: 0 };
  for (const line of text.split('\n')) if (/^.{2} [0-9a-f]/i.test(line)) count[line.includes(':') ? 6 : 4]++;
  return count;
}

export function pfKey(family: Family, name: string, anchor = ''): SetKey {
  const place = anchor === '' ? '' : `${sanitise(anchor)} `;
  return `${family === 4 ? 'pf' : 'pf6'}:${place}${sanitise(name)}` as SetKey;
}

const SHIELDS_ANCHOR = 'opsconsole/shields';

type Known = Readonly<{ count: number | undefined; health: PfHealth }>;

function setOf(table: PfTable, family: Family, { count, health }: Known): Omit<SetInfo, 'enforcement'> {
  const { name, anchor, flags, rules } = table;
  const limit = health.limits.get('table-entries');
  // The limit is one for all tables together: what is left of it is room in each.
  const max =
    limit === undefined || !Number.isFinite(limit) || count === undefined
      ? {}
      : { max: count + Math.max(0, limit - health.entries) };
  const own = anchor === '' && name === PF_OWN_TABLE;
  return {
    key: pfKey(family, name, anchor),
    backend: 'pf',
    ...(anchor === '' ? {} : { table: anchor }),
    name,
    family,
    type: 'table',
    holdsNets: true,
    timeouts: false,
    ending: 'journal',
    counters: flags?.counters ?? false,
    comments: false,
    ...(count === undefined ? {} : { count }),
    ...max,
    ...(rules === undefined ? {} : { references: rules }),
    ...(flags?.constant === true ? { constant: true } : {}),
    ...(anchor === SHIELDS_ANCHOR ? { shields: true } : {}),
    owner: own || anchor === SHIELDS_ANCHOR ? 'opsconsole' : ownerOf(name, anchor),
    twin: pfKey(family === 4 ? 6 : 4, name, anchor),
  };
}
