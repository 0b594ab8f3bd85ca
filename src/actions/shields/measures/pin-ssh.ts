// ssh survives shorter timeouts: new flows get their own timeout from the wall, live ones are pinned in the table.

import { formatDuration } from '../../../core/duration.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { ESTABLISHED_FLOOR_SECONDS, PIN_SECONDS, planPins } from '../../../firewall/timeouts.ts';
import type { TrackedSession } from '../../flows/ssh-flows.ts';
import type { Measure, RevertItem } from '../measure.ts';
import { sshPins } from './ssh-pins.ts';
import { readSysctl } from './sysctls.ts';

type Spec = Extract<MeasureSpec, { measure: 'pin-ssh' }>;

/** `established`: what new ssh flows keep, undefined = the packet filter cannot. `unpinned`: flows, but no tool. */
type Found = Readonly<{
  flows: readonly TrackedSession[];
  unpinned: number;
  established: number | undefined;
}>;

const ESTABLISHED = 'net.netfilter.nf_conntrack_tcp_timeout_established';
const DEFAULT_SECONDS = 432_000;

export const pinSsh: Measure<Spec, Found> = {
  id: 'pin-ssh',
  describe: () => safe('ssh keeps its long timeout: new sessions by a rule, live ones by a pin each'),
  async gather(_, at) {
    const [pins, timeout] = await Promise.all([sshPins(at), readSysctl(at.host, ESTABLISHED)]);
    // Only nft can give a rule's flows a timeout of their own. It never shortens what was there.
    const kept = Math.max(timeout.ok ? timeout.value : DEFAULT_SECONDS, ESTABLISHED_FLOOR_SECONDS);
    const established = at.variant === 'nft' ? kept : undefined;
    if (!pins.ok) return established === undefined ? pins : ok({ flows: [], unpinned: 0, established });
    const { flows, tool } = pins.value;
    const found = { flows: tool ? flows : [], unpinned: tool ? 0 : flows.length, established };
    if (found.flows.length > 0 || established !== undefined) return ok(found);
    if (found.unpinned > 0) return fail(problem('missing-tool', 'conntrack is not installed'));
    return fail(problem('not-found', 'no ssh session is tracked, and new ones need nft to be pinned'));
  },
  hazard(_, { flows, unpinned, established }) {
    const words: SafeText[] = [];
    if (flows.length > 0)
      words.push(
        sanitise(
          `${sessions(flows.length)} pinned for ${formatDuration(PIN_SECONDS)}: entries of ended ones go when the shields come down`,
        ),
      );
    if (unpinned > 0)
      words.push(
        sanitise(`${sessions(unpinned)} not pinned: conntrack is not installed (apt install conntrack)`),
      );
    if (established === undefined) words.push(safe('new ssh sessions are not pinned: only nft can do that'));
    return words;
  },
  apply: (_, { flows, established }) => ({
    ...(established === undefined ? {} : { wall: { pinSsh: { establishedSeconds: established } } }),
    steps: planPins(flows),
  }),
  revert(_, { flows }): readonly RevertItem[] {
    const pinned = planPins(flows).map(({ command }) => ({
      words: tupleOf(command.argv),
      seconds: PIN_SECONDS,
    }));
    return pinned.length === 0 ? [] : [{ kind: 'pins', flows: pinned }];
  },
};

function sessions(count: number): string {
  return count === 1 ? 'one live ssh session is' : `${count} live ssh sessions are`;
}

/** What stands between `conntrack -U` and `-t`; the family shows in the addresses, and `conntrack -G` refuses `-f`. */
function tupleOf(argv: readonly string[]): readonly string[] {
  return argv.slice(argv.indexOf('-s'), argv.indexOf('-t'));
}
