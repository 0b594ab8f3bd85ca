// CrowdSec as a ban backend, through cscli (1.4.6): the decisions of a local API, which its bouncers put into the kernel of
// every host that asks it. Splits into files by task.

import { command } from '../../core/plan.ts';
import type { Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import type { Backend, BackendCheck, SetsReading } from '../backend.ts';
import { createCrowdsecMembersParser, readMembersTogether, readTouching } from './members.ts';
import { parseCrowdsec } from './parse.ts';
import { inverseOfCrowdsec, planCrowdsecAdd, planCrowdsecDelete } from './plan.ts';
import { crowdsecProbe, touchingCommands } from './probe.ts';
import { relateCrowdsec } from './relate.ts';

/** 100,000 decisions: 2.1 s, 10 MB, of which 1.6 s are the work of the local API (1.4.6, SQLite). */
const LIST_TIMEOUT_MS = 20_000;
const LIST_BYTES_MAX = 256 * 1024 * 1024;

const LIST = command(['cscli', 'decisions', 'list', '-o', 'raw', '-a', '-l', '0'], {
  privileged: true,
  timeoutMs: LIST_TIMEOUT_MS,
  outputMaxBytes: LIST_BYTES_MAX,
});

export const crowdsecBackend: Backend = {
  id: 'crowdsec',
  tools: ['cscli'],
  daemon: true,
  addsBeside: true,
  // There is no count without the list.
  listSets: [LIST],
  // Exit 1: a version without this verb (before 1.6.8), or a local API that does not know it.
  listSetsOptional: [
    command(['cscli', 'allowlists', 'list', '-o', 'json'], {
      privileged: true,
      timeoutMs: 5000,
      okExits: [1],
    }),
  ],
  parseSets: ([listing = '', allowlists]) => parseCrowdsec(listing, allowlists),
  relate: relateCrowdsec,
  probe: crowdsecProbe,
  touching: (set, net) => ({
    commands: touchingCommands(net),
    read: (outputs, at) => readTouching(set, outputs, at),
  }),
  check,
  listMembers: () => LIST,
  membersParser: createCrowdsecMembersParser,
  together: { list: () => LIST, read: readMembersTogether },
  planAdd: (set, elements) => planCrowdsecAdd(set, elements),
  planDelete: planCrowdsecDelete,
  inverse: inverseOfCrowdsec,
};

/** cscli's own words stand in the detail; these say what to do. */
const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [
    /connection refused|no route to host|i\/o timeout/i,
    'the local API does not answer: systemctl status crowdsec',
  ],
  [
    /incorrect Username or Password|\b40[13]\b|access forbidden/i,
    'the local API refuses these credentials: cscli machines list there, cscli machines add --force here',
  ],
  [/local_api_credentials|loading api client/, 'register this machine: cscli machines add --auto'],
  [/no such file or directory/, 'its configuration is missing: finish the installation of crowdsec'],
  [/permission denied/i, 'run opsconsole with sudo: cscli reads its credentials as root only'],
];

function check(reading: Result<SetsReading>): BackendCheck {
  if (!reading.ok) {
    const { summary, detail = '', hint, code } = reading.problem;
    const known =
      code === 'timed-out'
        ? 'the local API accepts connections and does not answer: systemctl restart crowdsec'
        : TROUBLES.find(([pattern]) => pattern.test(`${summary} ${detail}`))?.[1];
    const todo = known ?? hint;
    return {
      works: false,
      says: sanitise(`decisions cannot be read: ${summary}`, 200),
      ...(todo === undefined ? {} : { todo: sanitise(todo, 200) }),
    };
  }
  const { sets } = reading.value;
  const count = sets.reduce((sum, set) => sum + (set.count ?? 0), 0);
  const harm = sets.flatMap(({ findings = [] }) => findings).find(({ level }) => level === 'harm');
  if (harm !== undefined)
    return { works: false, says: harm.says, todo: harm.todo ?? safe('see the bans pane') };
  return { works: true, says: sanitise(`${formatCount(count)} decisions ban an address`) };
}
