// Which TCP ports listen on a BSD. Whoever blocks all others must know all of them, so one line that is not understood (a long
// IPv6 address is cut off together with its port) makes the whole unknown.
//   tcp4       0      0 *.22                   *.*                    LISTEN       (netstat -an, FreeBSD; also tcp6, tcp46)
//   tcp        0      0  127.0.0.1.25          *.*                    LISTEN       (the same, OpenBSD)

import { command } from '../../core/plan.ts';
import type { Host } from '../../host/host.ts';

const LINE = /^tcp(?:4|6|46)?\s+\d+\s+\d+\s+(\S+)\s+\*\.\*\s+LISTEN\s*$/;
const LOCAL = /^(\*|\d{1,3}(?:\.\d{1,3}){3}|::1|fe80::1%lo0)\.(\d{1,5})$/;

/** Without those on loopback; undefined = not known. */
export function parseBsdListeners(text: string): readonly number[] | undefined {
  const ports = new Set<number>();
  for (const line of text.split('\n')) {
    if (!/\bLISTEN\b/.test(line)) continue;
    const [, host = '', digits] = LOCAL.exec(LINE.exec(line)?.[1] ?? '') ?? [];
    const port = Number(digits);
    if (digits === undefined || port < 1 || port > 65_535) return undefined;
    if (!/^(?:127\.|::1$|fe80::1%lo0$)/.test(host)) ports.add(port);
  }
  return [...ports].sort((a, b) => a - b);
}

/** Empty: not known. */
export async function readBsdListeners(host: Host): Promise<readonly number[]> {
  if ((await host.which('netstat')) === undefined) return [];
  const ran = await host.run(command(['netstat', '-an'], { privileged: true, timeoutMs: 5000 }));
  return ran.ok ? (parseBsdListeners(ran.value.stdout) ?? []) : [];
}
