// Which ssh and autossh run, and what listens. Only their lines come over the line: the rest is left out on the far side.
//
//   1234    1    02:13:05 backup   /usr/bin/ssh -N -L 5432:db:5432 edge                         (ps, procps-ng 4.0.2)
//   LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:(("ssh",pid=1234,fd=4))                          (ss, iproute2 6.1.0)

import { type UnixMs, unixMs } from '../../core/brand.ts';
import { type Command, command } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { TunnelForward } from '../../core/uplinks.ts';
import { readSshWords, splitListen } from './ssh-args.ts';

/** Each of -o has a column: POSIX, and every ps; BusyBox knows neither -A nor -w. */
const COLUMNS = '-o pid= -o ppid= -o etime= -o user= -o args=';
const SCRIPT = `{ ps -A -ww ${COLUMNS} 2>/dev/null || ps -o pid,ppid,etime,user,args; } | grep -E '(^|[ /])(auto)?ssh( |$)' | head -n 500`;
export const PROCESSES: Command = command(['sh', '-c', SCRIPT], { timeoutMs: 5000, okExits: [1] });

/** With the numbers of the processes that listen. */
export const LISTENERS: Command = command(['ss', '-H', '-l', '-t', '-n', '-p'], {
  ...{ timeoutMs: 5000, privileged: true, outputMaxBytes: 4 * 1_048_576 },
});
/** For those who may not ask whose they are. */
export const LISTENERS_BARE: Command = command(['ss', '-H', '-l', '-t', '-n'], {
  ...{ timeoutMs: 5000, outputMaxBytes: 4 * 1_048_576 },
});

export type SshProcess = Readonly<{
  pid: number;
  parent: number;
  since: UnixMs;
  user: SafeText;
  keeper: boolean;
  args: SafeText;
  forwards: readonly TunnelForward[];
  to?: string;
}>;

const ARGS_SHOWN = 400;

export function parseProcesses(text: string, now: UnixMs): readonly SshProcess[] {
  return text.split('\n').flatMap((line): readonly SshProcess[] => {
    const [, pid, parent, elapsed, user = '', args = ''] =
      /^\s*(\d{1,10})\s+(\d{1,10})\s+([\d:-]{1,20}|\d+[dhms]\d*)\s+(\S{1,64})\s+(.{1,20000})$/.exec(line) ??
      [];
    const seconds = elapsed === undefined ? undefined : secondsOf(elapsed);
    const [program = '', ...words] = args.trim().split(/ +/);
    const name = program.slice(program.lastIndexOf('/') + 1);
    if (pid === undefined || seconds === undefined || (name !== 'ssh' && name !== 'autossh')) return [];
    const keeper = name === 'autossh';
    const { forwards, to } = readSshWords(words, keeper);
    return [
      {
        ...{
          pid: Number(pid),
          parent: Number(parent),
          since: unixMs(now - seconds * 1000),
          keeper,
          forwards,
        },
        ...{ user: sanitise(user, 32), args: sanitise(args.trim(), ARGS_SHOWN) },
        ...(to === undefined ? {} : { to }),
      },
    ];
  });
}

/** POSIX: [[days-]hours:]minutes:seconds. BusyBox, from a day on: 3d04. */
function secondsOf(elapsed: string): number | undefined {
  const [, days, hours, minutes, seconds] =
    /^(?:(?:(\d{1,6})-)?(\d{1,3}):)?(\d{1,4}):(\d{2})$/.exec(elapsed) ?? [];
  if (minutes !== undefined)
    return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  const [, whole, rest] = /^(\d{1,5})d(\d{2})$/.exec(elapsed) ?? [];
  return whole === undefined ? undefined : Number(whole) * 86_400 + Number(rest) * 3600;
}

/** `pids` empty: whose it is was not told. */
export type Listener = Readonly<{ host: string; port: number; pids: readonly number[] }>;

export function parseListeners(text: string): readonly Listener[] {
  return text.split('\n').flatMap((line): readonly Listener[] => {
    const [state, , , local = ''] = line.trim().split(/\s+/);
    const place = splitListen(local.replace(/%[\w.-]+(?=\]?:)/, ''));
    if (state !== 'LISTEN' || place === undefined) return [];
    const pids = [...line.matchAll(/\bpid=(\d{1,10})\b/g)].map(([, pid]) => Number(pid));
    return [{ ...place, pids }];
  });
}

const ANYWHERE: ReadonlySet<string> = new Set(['*', '0.0.0.0', '::']);

/** Those that take a connection to this place. */
export function listenersAt(listeners: readonly Listener[], listen: string): readonly Listener[] {
  const wanted = splitListen(listen);
  if (wanted === undefined) return [];
  return listeners.filter(
    ({ host, port }) =>
      port === wanted.port && (host === wanted.host || ANYWHERE.has(host) || ANYWHERE.has(wanted.host)),
  );
}
