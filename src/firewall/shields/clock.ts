// How long the machine has been up, which no step of the clock changes, and which boot this is. On Linux from /proc. On BSD
// now minus boottime: whoever sets the clock moves boottime by as much (time(9) of FreeBSD), so the difference goes on.
//   { sec = 1763700000, usec = 412345 } Fri Nov 21 04:40:00 2025     (sysctl -n kern.boottime, FreeBSD 13 to 15)
//   1763700000                                                        (the same, OpenBSD 7.x)

import { type Command, command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseUptime } from './state.ts';

export type ClockLook = Readonly<{
  read(path: string, maxBytes?: number): Promise<Result<Buffer>>;
  run(command: Command): Promise<Result<Readonly<{ stdout: string }>>>;
}>;
/** `bootId`: 36 characters, as the kernel of Linux has it; on BSD it holds boottime. */
export type Clock = Readonly<{ uptime: number; bootId: string }>;

/** Boottime twice: between the first and the second nobody has set the clock. */
const ASK_BSD = command(['sh', '-s'], {
  stdin: 'LC_ALL=C; export LC_ALL\nsysctl -n kern.boottime; date +%s; sysctl -n kern.boottime\n',
  timeoutMs: 5000,
});
/** The clock is corrected in small steps all the time, and both numbers are whole seconds. */
const SAME_BOOT_SECONDS = 10;
const BSD_BOOT = '00000000-0000-0000-0000-';

export async function readClock(look: ClockLook): Promise<Result<Clock>> {
  const [clock, boot] = await Promise.all([
    look.read('/proc/uptime'),
    look.read('/proc/sys/kernel/random/boot_id'),
  ]);
  if (!clock.ok && clock.problem.code === 'not-found') return readBsdClock(look);
  if (!clock.ok) return clock;
  if (!boot.ok) return boot;
  const uptime = parseUptime(clock.value.toString('latin1'));
  if (uptime === undefined) return fail(problem('unreadable', '/proc/uptime is not as we know it'));
  return ok({ uptime, bootId: boot.value.toString('latin1').trim() });
}

async function readBsdClock(look: ClockLook): Promise<Result<Clock>> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const ran = await look.run(ASK_BSD);
    if (!ran.ok) return ran;
    const [first = '', now = '', second = ''] = ran.value.stdout.split('\n');
    const boottime = parseBoottime(first);
    if (boottime === undefined || !/^\d{1,11}$/.test(now)) break;
    if (parseBoottime(second) !== boottime) continue;
    const bootId = `${BSD_BOOT}${boottime.toString(16).padStart(12, '0')}`;
    return ok({ uptime: Math.max(0, Number(now) - boottime), bootId });
  }
  return fail(problem('unreadable', 'how long this machine has been up cannot be told from kern.boottime'));
}

/** Unix seconds. */
export function parseBoottime(line: string): number | undefined {
  const found = /^(?:\{ sec = (\d{1,11}), usec = \d{1,7} \}.*|(\d{1,11}))$/.exec(line.trim());
  const digits = found?.[1] ?? found?.[2];
  return digits === undefined ? undefined : Number(digits);
}

/** False is not sure on BSD: a clock that was set looks like another boot. */
export function sameBoot(a: string, b: string): boolean {
  if (a === b) return true;
  if (!a.startsWith(BSD_BOOT) || !b.startsWith(BSD_BOOT)) return false;
  const [first = 0, second = 0] = [a, b].map((id) => Number.parseInt(id.slice(BSD_BOOT.length), 16));
  return Math.abs(first - second) <= SAME_BOOT_SECONDS;
}
