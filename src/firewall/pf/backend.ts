// pf of FreeBSD and OpenBSD as a ban backend: tables that rules of pf.conf block. Splits into files by task.

import type { Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { BackendCheck, OwningBackend, SetsReading } from '../backend.ts';
import { isUsableName } from '../hold.ts';
import { pfGaps } from './gaps.ts';
import { createPfMembersParser } from './members.ts';
import { pfOwn } from './own.ts';
import { pfProbe, planPfAdd, planPfDelete } from './plan.ts';
import { parsePf, pfFollowUp } from './reading.ts';
import { askMembers, PF_READS } from './system.ts';

const AGES_MAX = 20_000;

export const pfBackend: OwningBackend = {
  id: 'pf',
  tools: ['pfctl'],
  listSets: PF_READS,
  followUp: pfFollowUp,
  parseSets: parsePf,
  gaps: pfGaps,
  mayHang: true,
  listMembers: (set) =>
    askMembers({
      name: isUsableName(set) ? set.name : '',
      anchor: isUsableName(set) ? (set.table ?? '') : '',
      // One line more for each: the age of a ban, which stands nowhere else.
      counters: set.counters || (set.count ?? Number.POSITIVE_INFINITY) <= AGES_MAX,
    }),
  membersParser: createPfMembersParser,
  planAdd: planPfAdd,
  planDelete: planPfDelete,
  probe: pfProbe,
  check: checkPf,
  own: pfOwn,
};

export function checkPf(reading: Result<SetsReading>): BackendCheck {
  if (!reading.ok) {
    const { summary } = reading.problem;
    const gone = /\/dev\/pf: No such file/.test(summary);
    const todo = gone ? { todo: safe('load pf: kldload pf, and pf_enable="YES" in /etc/rc.conf') } : {};
    const says = gone ? safe('pf is not loaded: there is no /dev/pf') : sanitise(`pf: ${summary}`, 300);
    return { works: false, says, ...todo };
  }
  const { sets, gaps } = reading.value;
  const tables = sets.filter(({ family }) => family === 4);
  const [harm] = sets.flatMap(({ findings = [] }) => findings.filter(({ level }) => level === 'harm'));
  const stops = tables.filter(({ enforcement }) => enforcement.kind === 'dropped').length;
  if (tables.length === 0)
    return {
      works: false,
      says: sanitise(['pf has no table: there is nothing to ban in', ...gaps].join('; '), 400),
      todo: sanitise(pfOwn.whyNot?.([]) ?? ''),
    };
  const says = sanitise(
    [
      `pf: ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}, ${stops} blocked by a rule`,
      harm?.says,
      ...gaps,
    ]
      .filter((part) => part !== undefined)
      .join('; '),
    400,
  );
  return {
    works: harm === undefined && gaps.length === 0 && stops > 0,
    says,
    ...(harm?.todo === undefined ? {} : { todo: harm.todo }),
  };
}
