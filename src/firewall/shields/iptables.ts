// The wall for hosts without nft: ipsets, and two chains per family. Both iptables variants (legacy and nf_tables) take it.
//
// What it is made of, for whoever takes it away (`T` is iptables, then ip6tables; each line may fail, going on):
//   1. T -w 5 -t raw -D PREROUTING -j OC_SHIELD       until it fails (at most 16 times)
//   2. T -w 5 -D INPUT -j OC_SHIELD_IN                until it fails (at most 16 times)
//   3. T -w 5 -t raw -F OC_SHIELD; T -w 5 -t raw -X OC_SHIELD
//   4. T -w 5 -F OC_SHIELD_IN; T -w 5 -X OC_SHIELD_IN
//   5. after both families: ipset destroy each of
//      oc_armed4 oc_armed6 oc_safe4 oc_safe6 oc_banned4 oc_banned6 oc_ports oc_capports
// It is ours when the first rule of raw OC_SHIELD has the comment "opsconsole shields v1 id=XXXXXXXX seen"
// (`T -w 5 -t raw -S OC_SHIELD`). The timer alone: ipset flush oc_armed4; ipset flush oc_armed6 opens everything.

import type { Family } from '../../core/address.ts';
import { type Command, command, type Step } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { parseIptablesWall } from './iptables-reading.ts';
import { INPUT_CHAIN, printEmptyChains, printRules, RAW_CHAIN, withoutSets } from './iptables-rules.ts';
import { printSets, printTimer, timerSeconds } from './iptables-sets.ts';
import { hostOf } from './ranges.ts';
import type { Wall, WallWriter } from './wall.ts';

const BOTH: readonly Family[] = [4, 6];
/** Thousands of nets load in a tenth of a second; the rest is for a machine under load. */
const LOAD_TIMEOUT_MS = 30_000;

const familiesOf = (wall: Wall): readonly Family[] => wall.families ?? BOTH;
const toolOf = (family: Family): string => (family === 4 ? 'iptables' : 'ip6tables');

/** No pins for ssh here: attaching timeouts to flows needs nft, or `nfct` and the CT target. */
export const iptablesWall: WallWriter = {
  variant: 'iptables',
  tools: ['iptables', 'ip6tables', 'iptables-restore', 'ip6tables-restore', 'ipset'],
  check: (wall) =>
    familiesOf(wall).map((family) => restoreRules(family, withoutSets(printRules(wall, family)), ['--test'])),
  load: (wall) => [
    ...familiesOf(wall).flatMap(unhook),
    ...familiesOf(wall).map(emptyChains),
    fillSets(wall),
    ...familiesOf(wall).map((family) => hookIn(wall, family)),
  ],
  arm: (seconds) => [
    {
      command: ipsetRestore(printTimer(seconds, BOTH)),
      shown: [safe(`ipset: oc_armed4 and oc_armed6 run for another ${timerSeconds(seconds)} s`)],
    },
  ],
  holds: (...nets) =>
    nets.map((net) =>
      command(['ipset', '-q', 'test', `oc_safe${net.family}`, hostOf(net).text], { privileged: true }),
    ),
  look: [
    ...BOTH.map((family) => lookAt(family, ['-t', 'raw', '-nvxL', RAW_CHAIN])),
    ...BOTH.map((family) => lookAt(family, ['-nvxL', INPUT_CHAIN])),
    ...BOTH.map((family) =>
      command(['ipset', 'save', `oc_armed${family}`], { privileged: true, okExits: [1] }),
    ),
  ],
  parse: parseIptablesWall,
};

/**
 * A leftover's jumps, one of each, before its chains are emptied. Exit 1 or 2: not there (3: no such table in this kernel).
 * `-D` and not `-C`: then the restore can put the jump in together with the rules, and never twice.
 */
function unhook(family: Family): readonly Step[] {
  const remove = (words: readonly string[]): Step => ({
    command: command([toolOf(family), '-w', '5', ...words], { privileged: true, okExits: [1, 2, 3] }),
  });
  return [
    remove(['-t', 'raw', '-D', 'PREROUTING', '-j', RAW_CHAIN]),
    remove(['-D', 'INPUT', '-j', INPUT_CHAIN]),
  ];
}

/** So that the sets are in no rule while they are filled, and an old hashlimit table with another rate is given up. */
function emptyChains(family: Family): Step {
  const shown = [safe(`${toolOf(family)}: chains ${RAW_CHAIN} (raw) and ${INPUT_CHAIN}, empty`)];
  return { command: restoreRules(family, printEmptyChains()), shown };
}

function fillSets(wall: Wall): Step {
  const safeNets = groupDigits(wall.safe.length);
  return {
    command: ipsetRestore(printSets(wall, BOTH)),
    shown: [sanitise(`ipset: create oc_…, ${safeNets} addresses and networks are never limited`)],
  };
}

function hookIn(wall: Wall, family: Family): Step {
  const rules = printRules(wall, family);
  return { command: restoreRules(family, rules), shown: showRules(rules, family) };
}

function showRules(rules: string, family: Family): readonly SafeText[] {
  let table = '';
  return rules.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1);
    return line.startsWith('-') ? [sanitise(`${toolOf(family)} -t ${table} ${line}`)] : [];
  });
}

function restoreRules(family: Family, stdin: string, extra: readonly string[] = []): Command {
  return command([`${toolOf(family)}-restore`, '-w', '5', '--noflush', ...extra], {
    stdin,
    privileged: true,
    timeoutMs: LOAD_TIMEOUT_MS,
  });
}

function ipsetRestore(stdin: string): Command {
  return command(['ipset', '-exist', 'restore'], { stdin, privileged: true, timeoutMs: LOAD_TIMEOUT_MS });
}

/** Only the first must succeed: without IPv6 in the kernel the others of its family exit with 3, a removed chain with 1. */
function lookAt(family: Family, words: readonly string[]): Command {
  const tolerant = family === 6 || !words.includes(RAW_CHAIN);
  return command([toolOf(family), '-w', '5', ...words], {
    privileged: true,
    ...(tolerant ? { okExits: [1, 3] } : {}),
  });
}
