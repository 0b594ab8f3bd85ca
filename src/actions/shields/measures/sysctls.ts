// Kernel settings as measures change them: read as the kernel prints them, written one command each so that a failing
// one is known, put back each by itself.

import { command, type Step } from '../../../core/plan.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Host } from '../../../host/host.ts';
import type { RevertItem } from '../measure.ts';

/** `name` dotted, as sysctl(8) writes it. */
export type SysctlChange = Readonly<{ name: string; before: number; wanted: number }>;

/** Whole numbers only: all settings that measures touch are. */
export async function readSysctl(host: Host, name: string): Promise<Result<number>> {
  const read = await host.read(`/proc/sys/${name.replaceAll('.', '/')}`);
  if (!read.ok) return read;
  const text = read.value.toString('latin1').trim();
  return /^-?\d{1,15}$/.test(text)
    ? ok(Number(text))
    : fail(problem('unreadable', `${name} does not hold a whole number`));
}

export type Wish = Readonly<{ name: string; value: (before: number) => number }>;

/**
 * What has to change; `value` says what is wanted of what is there, and leaves what is as strict already. Settings that this
 * kernel does not have are left out; a problem when nothing is left to change.
 */
export async function planSysctls(
  host: Host,
  wishes: readonly Wish[],
): Promise<Result<readonly SysctlChange[]>> {
  const reads = await Promise.all(wishes.map(({ name }) => readSysctl(host, name)));
  const changes: SysctlChange[] = [];
  for (const [index, { name, value }] of wishes.entries()) {
    const before = reads[index];
    if (before?.ok !== true) continue;
    const wanted = value(before.value);
    if (wanted !== before.value) changes.push({ name, before: before.value, wanted });
  }
  if (changes.length > 0) return ok(changes);
  const unread = reads.find((read) => !read.ok);
  const anyRead = reads.some((read) => read.ok);
  if (!anyRead && unread?.ok === false) return unread;
  return fail(nothingToDo);
}

export const nothingToDo = problem('refused', 'as wanted or stricter already: nothing to change');

export function sysctlSteps(changes: readonly SysctlChange[]): readonly Step[] {
  return changes.map(({ name, wanted }) => ({
    command: command(['sysctl', '-w', `${name}=${wanted}`], { privileged: true }),
  }));
}

export function sysctlItems(changes: readonly SysctlChange[]): readonly RevertItem[] {
  return changes.map(({ name, before, wanted }) => ({
    kind: 'sysctl',
    name,
    before: String(before),
    wrote: String(wanted),
  }));
}
