// One reading of pf: which further listings the first ones ask for, and all of them put together to sets.

import type { Family } from '../../core/address.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Enforcement, SetInfo, SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { isUsableName } from '../hold.ts';
import { ownerOf } from '../names.ts';
import { type PfRuleset, verdictOf } from './enforce.ts';
import { type PfHealth, pfFindings } from './findings.ts';
import { type PfInfo, parsePfInfo, parsePfMemory } from './info.ts';
import { parsePfAnchors, parsePfSkips } from './interfaces.ts';
import { PF_OFF, PF_OWN_TABLE } from './own.ts';
import { type PfRule, parsePfRules } from './rules.ts';
import { ASK_SSHGUARD, askSshguardLog, SSHGUARD_TABLE, sshguardMismatch } from './sshguard.ts';
import {
  askAnchorRules,
  askMembers,
  listsAnchorTables,
  nameOutputs,
  PF_ANCHOR_TABLES,
  PF_READS,
  type PfOutputs,
} from './system.ts';
import { type PfTable, parsePfTables } from './tables.ts';

/** One program start for each: fail2ban makes an anchor for each jail. */
export const ANCHORS_MAX = 64;
/** Tables of up to this size are counted by family with each reading; pf itself counts both together. */
const COUNTED_MAX = 5000;
const COUNTED_TABLES_MAX = 16;
const COUNTED_TIMEOUT_MS = 10_000;

type Question =
  | Readonly<{ kind: 'tables'; anchor: string; command: Command }>
  | Readonly<{ kind: 'rules'; anchor: string; command: Command }>
  | Readonly<{ kind: 'members'; table: PfTable; command: Command }>
  | Readonly<{ kind: 'log'; command: Command }>
  | Readonly<{ kind: 'guard'; command: Command }>;

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
  const main = parsePfTables(named.tables);
  if (named.system !== undefined) {
    const guarded = main.some(({ name }) => name === SSHGUARD_TABLE);
    questions.push(
      guarded
        ? { kind: 'log', command: askSshguardLog(named.system) }
        : { kind: 'guard', command: ASK_SSHGUARD },
    );
  }
  const counted = main.filter(
    (table) => isUsable(table) && (table.addresses ?? 0) > 0 && (table.addresses ?? 0) <= COUNTED_MAX,
  );
  for (const table of counted.slice(0, COUNTED_TABLES_MAX)) {
    // A listing of few: one that takes long hangs.
    const command = { ...askMembers({ ...table, counters: false }), timeoutMs: COUNTED_TIMEOUT_MS };
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

const NO_LISTING = problem('unreadable', 'pfctl answered something else than a list of tables', {
  hint: 'try: pfctl -vv -s Tables',
});

/** Nothing at all is a pf without tables. */
const isTableListing = (text: string): boolean =>
  text.trim() === '' || parsePfTables(text).some(({ flags }) => flags !== undefined);

export function parsePf(outputs: readonly (string | undefined)[]): Result<readonly SetInfo[]> {
  const named = nameOutputs(outputs);
  if (!isTableListing(named.tables)) return fail(NO_LISTING);
  const found = gatherPf(outputs);
  const tables = [...found.tables.values()];
  const health = healthOf(named, tables, found);
  const main = named.rules === undefined ? undefined : parsePfRules(named.rules);
  const ruleset: PfRuleset = { main, anchors: found.anchors };
  const active = tables.filter(({ flags }) => flags?.active !== false);
  return ok(
    active.flatMap((table) => {
      const listed = table.anchor === '' ? found.members.get(table.name) : undefined;
      const counts = listed === undefined ? undefined : countByFamily(listed);
      return ([4, 6] as const).map((family) => {
        const count = table.addresses === 0 ? 0 : counts?.[family];
        const verdict = verdictOf(table, family, ruleset, tables);
        const set = { ...setOf(table, family, { count, health }), enforcement: verdict.enforcement };
        const findings = pfFindings(set, verdict, health);
        const now = { ...set, enforcement: whileOn(verdict.enforcement, health.info) };
        return findings.length === 0 ? now : { ...now, findings };
      });
    }),
  );
}

export type Gathered = {
  tables: Map<string, PfTable>;
  anchors: Map<string, readonly PfRule[]>;
  /** Of the main ruleset's tables that are small enough, as text. */
  members: Map<string, string>;
  log: string;
  /** Processes of sshguard, asked where it has no table. */
  guard: string;
  /** Where the tables were listed, "" = the main ruleset: what is not there does not exist. */
  listed: Set<string>;
};

export function gatherPf(outputs: readonly (string | undefined)[]): Gathered {
  const found: Gathered = {
    tables: new Map(),
    anchors: new Map(),
    members: new Map(),
    log: '',
    guard: '',
    listed: new Set(['']),
  };
  const named = nameOutputs(outputs);
  const add = (table: PfTable): void => void found.tables.set(`${table.anchor}\n${table.name}`, table);
  for (const table of parsePfTables(outputs[0] ?? '')) add(table);
  for (const [index, question] of questionsOf(outputs.slice(0, PF_READS.length)).entries()) {
    const text = outputs[PF_READS.length + index];
    if (text === undefined) continue;
    switch (question.kind) {
      case 'tables':
        for (const table of parsePfTables(text, question.anchor)) add(table);
        if (question.anchor !== '') found.listed.add(question.anchor);
        else if (listsAnchorTables(named.uname))
          for (const anchor of parsePfAnchors(named.anchors ?? '')) found.listed.add(anchor);
        break;
      case 'rules':
        found.anchors.set(question.anchor, parsePfRules(text));
        break;
      case 'members':
        found.members.set(question.table.name, text);
        break;
      case 'log':
        found.log = text;
        break;
      case 'guard':
        found.guard = text;
        break;
      default:
        unreachable(question);
    }
  }
  return found;
}

function healthOf(named: PfOutputs, tables: readonly PfTable[], found: Gathered): PfHealth {
  const info = named.info === undefined ? undefined : parsePfInfo(named.info);
  const guard = found.tables.get(`\n${SSHGUARD_TABLE}`);
  const listed = guard?.addresses === 0 ? '' : found.members.get(SSHGUARD_TABLE);
  const mismatch = listed === undefined ? undefined : sshguardMismatch(found.log, listed);
  return {
    ...(info === undefined ? {} : { info }),
    limits: parsePfMemory(named.memory ?? ''),
    skips: parsePfSkips(named.interfaces ?? ''),
    ...(named.system === undefined ? {} : { system: named.system }),
    entries: tables.reduce((sum, { addresses = 0 }) => sum + addresses, 0),
    ...(mismatch === undefined ? {} : { mismatch }),
  };
}

/** While pf is off no rule drops anything, whatever it says. */
function whileOn(enforcement: Enforcement, info: PfInfo | undefined): Enforcement {
  if (info?.enabled !== false || enforcement.kind !== 'dropped') return enforcement;
  return { kind: 'not-dropped', rule: PF_OFF, because: 'dormant' };
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
