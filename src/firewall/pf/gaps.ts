// What a reading of pf does not show, in words: tables that rules or sshguard need and that do not exist, anchors that were
// not read. None of it can stand with a table, because there is none.

import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { type Placed, rulesInOrder } from './enforce.ts';
import { countPfAnchors, parsePfAnchors } from './interfaces.ts';
import { PF_OWN_TABLE } from './own.ts';
import { ANCHORS_MAX, type Gathered, gatherPf } from './reading.ts';
import { parsePfRules } from './rules.ts';
import { guardWithoutTable, SSHGUARD_TABLE } from './sshguard.ts';
import { nameOutputs } from './system.ts';

const SHOWN_MAX = 3;

export function pfGaps(outputs: readonly (string | undefined)[]): readonly SafeText[] {
  const { rules, anchors } = nameOutputs(outputs);
  const found = gatherPf(outputs);
  const guard = guardWithoutTable(found.guard);
  const missing =
    rules === undefined
      ? []
      : missingTables(found, parsePfRules(rules), guard === undefined ? '' : SSHGUARD_TABLE);
  return [...(guard === undefined ? [] : [guard]), ...missing, ...unreadAnchors(anchors ?? '')];
}

function unreadAnchors(text: string): readonly SafeText[] {
  const all = countPfAnchors(text);
  const read = Math.min(parsePfAnchors(text).length, ANCHORS_MAX);
  if (read >= all) return [];
  return [
    sanitise(
      `pf: ${all - read} of ${all} anchors were not read: bans in them are not shown, and what their rules do is not known`,
    ),
  ];
}

/** pf itself takes a rule with a table that nobody made; the rule then means nobody. */
function missingTables(
  found: Gathered,
  main: ReturnType<typeof parsePfRules>,
  said: string,
): readonly SafeText[] {
  const missing = new Map<string, Placed>();
  for (const placed of rulesInOrder({ main, anchors: found.anchors })) {
    const { rule, path } = placed;
    if (!found.listed.has(path)) continue;
    for (const { kind, name } of [rule.from, rule.to]) {
      if (kind !== 'table' || name === PF_OWN_TABLE || name === said || isAutomatic(name)) continue;
      if (!found.tables.has(`${path}\n${name}`) && !found.tables.has(`\n${name}`))
        missing.set(name, missing.get(name) ?? placed);
    }
  }
  const shown = [...missing].slice(0, SHOWN_MAX).map(([name, placed]) => missingTable(name, placed));
  const more = missing.size - shown.length;
  return more > 0 ? [...shown, sanitise(`pf: rules name ${more} more tables that do not exist`)] : shown;
}

/** pfctl makes those of long lists of addresses by itself. */
const isAutomatic = (name: string): boolean => name.startsWith('__automatic_');

function missingTable(name: string, { rule, path }: Placed): SafeText {
  const not = [rule.from, rule.to].some((side) => side.name === name && side.not);
  const where = path === '' ? 'pf.conf' : `the rules of anchor ${path}`;
  const guard = name === SSHGUARD_TABLE ? ', without which sshguard does not start' : '';
  return sanitise(
    `pf: a rule names <${name}>, but there is no such table${guard}: it means ${not ? 'everybody' : 'nobody'} ` +
      `(${rule.text.slice(0, 120)}); put \`table <${name}> persist\` into ${where} and load it again`,
    400,
  );
}
