// Opsconsole's own table in pf. Tables and rules belong to the operator's pf.conf: what is missing there is shown, never
// written, because a rule in the wrong place opens or locks the host.

import type { Family, Net } from '../../core/address.ts';
import type { SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { OwnTable } from '../backend.ts';

export const PF_OWN_TABLE = 'oc_ban';

/** What pf.conf must say, before the rules that pass. */
export const PF_OWN_LINES: readonly string[] = [
  `table <${PF_OWN_TABLE}> persist`,
  `block drop in quick from <${PF_OWN_TABLE}>`,
  `block drop out quick to <${PF_OWN_TABLE}>`,
];

/** Instead of a rule: pf evaluates none. */
export const PF_OFF = safe('pf is switched off: no rule is evaluated');

const keyOf = (family: Family): SetKey => `${family === 4 ? 'pf' : 'pf6'}:${PF_OWN_TABLE}` as SetKey;

function ownSet(family: Family): SetInfo {
  return {
    key: keyOf(family),
    backend: 'pf',
    name: PF_OWN_TABLE,
    family,
    type: 'table',
    holdsNets: true,
    timeouts: false,
    ending: 'journal',
    counters: false,
    comments: false,
    owner: 'opsconsole',
    enforcement: { kind: 'unknown', why: safe('not read back yet') },
    twin: keyOf(family === 4 ? 6 : 4),
  };
}

const OWN: Readonly<Record<Family, SetInfo>> = { 4: ownSet(4), 6: ownSet(6) };

const MISSING = 'opsconsole never writes pf.conf. Put before the rules that pass';
const THEN = 'then `pfctl -nf /etc/pf.conf` and `pfctl -f /etc/pf.conf`';

/** Works while pf is off and without any rule: that a table takes addresses says nothing. */
export function pfOwnMissing(existing: readonly SetInfo[]): SafeText | undefined {
  const [table, ...rules] = PF_OWN_LINES.map((line) => `\`${line}\``);
  const own = existing.find(({ key }) => key === keyOf(4));
  if (own === undefined)
    return sanitise(
      `pf has no table <${PF_OWN_TABLE}>. ${MISSING}: ${[table, ...rules].join(', ')}; ${THEN}`,
    );
  const { enforcement } = own;
  switch (enforcement.kind) {
    case 'unused':
      return sanitise(`no rule of pf uses <${PF_OWN_TABLE}>. ${MISSING}: ${rules.join(', ')}; ${THEN}`);
    case 'not-dropped':
      if (enforcement.rule === PF_OFF) return sanitise(`${PF_OFF}: switch it on with \`pfctl -e\``);
      return sanitise(
        `the rule that uses <${PF_OWN_TABLE}> does not block (${enforcement.rule}). ${MISSING}: ${rules.join(', ')}; ${THEN}`,
      );
    // The proof says whether it is dropped; what could not be read does not keep a ban from being tried.
    case 'unknown':
    case 'dropped':
      return undefined;
  }
}

export const pfOwn: OwnTable = {
  whyNot: pfOwnMissing,
  // Nothing is made and nothing removed: the table is the operator's.
  ensure: () => [],
  remove: () => [],
  setFor: ({ family }: Net) => OWN[family],
};
