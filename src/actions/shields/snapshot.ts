// What the machine looked like before, for people to compare with: the ruleset as text and the kernel settings that will be
// changed. The revert does not read it; it knows each value by itself.

import { command } from '../../core/plan.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { isBsd } from '../safe/bsd.ts';
import type { PlannedMeasure, RevertItem } from './measure.ts';

/** A ruleset with its elements up to this size is kept whole, in less than this time; else without elements. */
const RULESET_MAX_BYTES = 1_048_576;
const RULESET_TIMEOUT_MS = 400;
const TERSE_TIMEOUT_MS = 2000;

/** A set of a million elements takes 35 s to list: then the cheap listing must do. */
export async function snapshotRuleset(host: Host): Promise<string> {
  if (await isBsd(host)) return snapshotPf(host);
  if ((await host.which('nft')) === undefined) return '# nft is not installed\n';
  const list = (flags: readonly string[], timeoutMs: number) =>
    host.run(
      command(['nft', ...flags, 'list', 'ruleset'], {
        privileged: true,
        timeoutMs,
        outputMaxBytes: RULESET_MAX_BYTES,
      }),
    );
  const full = await list([], RULESET_TIMEOUT_MS);
  if (full.ok) return full.value.stdout;
  const terse = await list(['-t'], TERSE_TIMEOUT_MS);
  if (terse.ok)
    return `# without the elements of sets: ${sanitise(full.problem.summary, 200)}\n${terse.value.stdout}`;
  return `# could not be listed: ${sanitise(terse.problem.summary, 200)}\n`;
}

/** Without the contents of tables. */
async function snapshotPf(host: Host): Promise<string> {
  const rules = await host.run(
    command(['pfctl', '-a', '*', '-s', 'rules'], {
      privileged: true,
      timeoutMs: TERSE_TIMEOUT_MS,
      outputMaxBytes: RULESET_MAX_BYTES,
    }),
  );
  return rules.ok ? rules.value.stdout : `# could not be listed: ${sanitise(rules.problem.summary, 200)}\n`;
}

/** Lines of sysctl.conf(5). */
export function snapshotSysctls(planned: readonly PlannedMeasure[]): string {
  const lines = sysctlsOf(planned.flatMap(({ revert }) => revert)).map(
    ({ name, before }) => `${name} = ${before}`,
  );
  return lines.map((line) => `${line}\n`).join('');
}

export type SysctlItem = Extract<RevertItem, { kind: 'sysctl' }>;

export function sysctlsOf(items: readonly RevertItem[]): readonly SysctlItem[] {
  return items.filter((item) => item.kind === 'sysctl');
}
