// fail2ban as a ban backend: each jail is a list that its server keeps and puts into a set of the kernel.

import { safe, sanitise } from '../../core/sanitise.ts';
import type { Backend, BackendCheck } from '../backend.ts';
import { createJailParser, listJails, readJailMembers } from './members.ts';
import { planJailBan, planJailUnban } from './plan.ts';
import { relateJail } from './relate.ts';
import { jailFollowUp, LIST_JAILS, parseJails } from './sets.ts';

export const fail2banBackend: Backend = {
  id: 'fail2ban',
  tools: ['fail2ban-client'],
  listSets: [LIST_JAILS],
  followUp: jailFollowUp,
  parseSets: parseJails,
  relate: relateJail,
  check(reading): BackendCheck {
    if (!reading.ok)
      return {
        works: false,
        says: sanitise(`its jails cannot be read: ${reading.problem.summary}`),
        todo: sanitise(reading.problem.hint ?? 'look at it with: fail2ban-client status'),
      };
    const jails = reading.value.sets.filter(({ family }) => family === 4);
    return { works: true, says: jails.length === 1 ? safe('1 jail') : sanitise(`${jails.length} jails`) };
  },
  listMembers: (set) => listJails([set]),
  membersParser: createJailParser,
  together: { list: listJails, read: readJailMembers },
  planAdd: planJailBan,
  planDelete: planJailUnban,
  daemon: true,
};
