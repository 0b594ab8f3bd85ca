// Shorter timeouts of connection tracking, so that what an attack left behind leaves the table sooner. Only ever lower,
// and the one of established flows only when every live ssh session can be pinned first.

import { formatDuration } from '../../../core/duration.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { TIMEOUTS } from '../../../firewall/timeouts.ts';
import type { Host } from '../../../host/host.ts';
import { shortName } from '../../timeout-values.ts';
import type { Measure, MeasureAt } from '../measure.ts';
import { sshPins } from './ssh-pins.ts';
import { planSysctls, readSysctl, type SysctlChange, sysctlItems, sysctlSteps } from './sysctls.ts';

type Spec = Extract<MeasureSpec, { measure: 'conntrack-timeouts' }>;

/** `kept`: why the timeout of established flows stays. `silent`: flows that are silent for longer than the new one now. */
type Found = Readonly<{
  changes: readonly SysctlChange[];
  kept?: SafeText;
  silent?: number;
  loose: boolean;
}>;

const PREFIX = 'net.netfilter.';
const ESTABLISHED = `${PREFIX}nf_conntrack_tcp_timeout_established`;
const TABLE = '/proc/net/nf_conntrack';
const TRACKED = `${PREFIX}nf_conntrack_count`;
/** Up to this many flows a pass over the table takes well under 0.1 s. */
const COUNT_MAX = 50_000;

export const conntrackTimeouts: Measure<Spec, Found> = {
  id: 'conntrack-timeouts',
  describe: ({ preset }) =>
    sanitise(`conntrack forgets dead flows sooner (${preset}); live ssh sessions are pinned before`),
  async gather({ preset }, at) {
    const [all, kept, loose] = await Promise.all([
      planSysctls(
        at.host,
        TIMEOUTS.map((timeout) => ({
          name: `${PREFIX}${timeout.name}`,
          value: (before: number) => Math.min(before, timeout[preset]),
        })),
      ),
      whyKept(at),
      readSysctl(at.host, `${PREFIX}nf_conntrack_tcp_loose`),
    ]);
    if (!all.ok)
      return all.problem.code === 'not-found'
        ? fail(problem('not-found', 'connections are not tracked here'))
        : all;
    const changes = all.value.filter(({ name }) => kept === undefined || name !== ESTABLISHED);
    if (changes.length === 0) return fail(problem('refused', kept ?? 'nothing to change'));
    const lowered = changes.find(({ name }) => name === ESTABLISHED);
    const silent = lowered === undefined ? undefined : await countSilent(at.host, lowered);
    const spared = all.value.length > changes.length ? kept : undefined;
    return ok({
      changes,
      ...(spared === undefined ? {} : { kept: spared }),
      ...(silent === undefined ? {} : { silent }),
      loose: !loose.ok || loose.value !== 0,
    });
  },
  hazard(_, { changes, kept, silent, loose }) {
    const words: SafeText[] = kept === undefined ? [] : [kept];
    const lowered = changes.find(({ name }) => name === ESTABLISHED);
    if (lowered !== undefined && silent !== undefined && silent > 0)
      words.push(
        sanitise(
          `${silent} established ${silent === 1 ? 'flow is' : 'flows are'} silent for longer than ` +
            `${formatDuration(lowered.wanted)} now; another such silence would end them`,
        ),
      );
    if (lowered !== undefined && !loose)
      words.push(safe('tcp_loose is 0: a flow that is forgotten cannot go on at all'));
    return [...words, ...mayBreak(changes)];
  },
  apply: (_, { changes }) => ({ steps: sysctlSteps(changes) }),
  revert: (_, { changes }) => sysctlItems(changes),
};

/** One sentence for all timeouts that break the same. The values are in the diff. */
function mayBreak(changes: readonly SysctlChange[]): readonly SafeText[] {
  const lowered = TIMEOUTS.filter(({ name }) => changes.some((change) => change.name === `${PREFIX}${name}`));
  const hazards = [...new Set(lowered.map(({ hazard }) => hazard))];
  return hazards.map((hazard) => {
    const names = lowered.filter((timeout) => timeout.hazard === hazard).map(({ name }) => shortName(name));
    return sanitise(`${names.join(', ')}: ${hazard}`);
  });
}

/** A live session that cannot be pinned keeps the old timeout for all. */
async function whyKept(at: MeasureAt): Promise<SafeText | undefined> {
  const pins = await sshPins(at);
  if (pins.ok) {
    const { flows, tool } = pins.value;
    if (tool || flows.length === 0) return undefined;
    return safe('established flows keep their timeout: live ssh sessions cannot be pinned without conntrack');
  }
  if (at.sessions.length === 0) return undefined;
  return sanitise(`established flows keep their timeout: ${pins.problem.summary}`, 200);
}

/** Silent time = what an entry started with minus what it has left. Not counted in a large table. */
async function countSilent(host: Host, { before, wanted }: SysctlChange): Promise<number | undefined> {
  const tracked = await readSysctl(host, TRACKED);
  if (!tracked.ok || tracked.value > COUNT_MAX) return undefined;
  let silent = 0;
  let rest = '';
  const read = await host.readChunks(TABLE, (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const left = /\btcp\s+6\s+(\d+)\s+ESTABLISHED\s/.exec(line)?.[1];
      if (left !== undefined && before - Number(left) > wanted) silent++;
    }
  });
  return read.ok ? silent : undefined;
}
