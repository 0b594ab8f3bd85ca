// The first words with a far sh: who it is, which system, what its clock says. And what a connection that broke left behind.
//
//   4711\n0\nLinux\n1763761440\n    process id, user id, uname -s, date +%s

import { type SafeText, sanitise } from '../../core/sanitise.ts';

export type Hello = Readonly<{ pid: number; uid: number; system: SafeText; seconds: number }>;

export const HELLO_BODY = 'echo "$$"; id -u; uname -s; date +%s';

export function parseHello(text: string): Hello | undefined {
  const [pid, uid, system, seconds] = text.split('\n');
  // More digits of seconds are a date that no calendar here has.
  const numbers = [pid, uid, seconds].map((word) =>
    /^\d{1,11}$/.test(word ?? '') ? Number(word) : undefined,
  );
  const [pidNumber, uidNumber, secondsNumber] = numbers;
  if (pidNumber === undefined || uidNumber === undefined || secondsNumber === undefined) return undefined;
  if (system === undefined || system === '') return undefined;
  return { pid: pidNumber, uid: uidNumber, system: sanitise(system, 40), seconds: secondsNumber };
}

/**
 * The far clock minus ours, from whole seconds that were read between `sentAt` and `gotAt`: 0 when the round trip and the
 * cut-off fraction explain the difference.
 */
export function skewOf(seconds: number, sentAt: number, gotAt: number): number {
  const least = seconds * 1000 - gotAt;
  const most = seconds * 1000 + 1000 - sentAt;
  if (least <= 0 && most >= 0) return 0;
  return Math.round((least + most) / 2);
}

/** A far shell of ours: its process id, and the word in its argv that says that it is still the same one. */
export type FarShell = Readonly<{ pid: number; name: string; privileged?: boolean }>;

/**
 * Ends shells of a connection that broke, so that a job that is still on its way to them never begins. What they are running
 * is not touched: half a change is worse than a whole one.
 */
export function fenceBody(shells: readonly FarShell[]): string {
  const tests = shells.map(
    ({ pid, name }) =>
      `case "$(tr '\\0' ' ' </proc/${pid}/cmdline 2>/dev/null || ps -p ${pid} -o args= 2>/dev/null)" in *'sh -s ${name}'*) kill -KILL ${pid} ;; esac`,
  );
  return tests.length === 0 ? ':' : `${tests.join('\n')}\n:`;
}
