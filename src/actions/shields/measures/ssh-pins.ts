// The tracked flows of the live ssh sessions, looked up once per raise for all measures that need them: one pass over
// a full table takes a quarter of a second.

import { ok, type Result } from '../../../core/result.ts';
import { findSshFlows, type TrackedSession } from '../../flows/ssh-flows.ts';
import type { MeasureAt } from '../measure.ts';

/** `tool`: conntrack is installed, so that they can be pinned. */
export type SshPins = Readonly<{ flows: readonly TrackedSession[]; tool: boolean }>;

const known = new WeakMap<MeasureAt, Promise<Result<SshPins>>>();

export function sshPins(at: MeasureAt): Promise<Result<SshPins>> {
  const before = known.get(at);
  if (before !== undefined) return before;
  const looking = look(at);
  known.set(at, looking);
  return looking;
}

async function look({ host, sessions, signal }: MeasureAt): Promise<Result<SshPins>> {
  const tool = (await host.which('conntrack')) !== undefined;
  const flows = await findSshFlows(host, sessions, signal);
  return flows.ok ? ok({ flows: flows.value, tool }) : flows;
}
