// The safe set where there is no /proc (FreeBSD, OpenBSD): what ifconfig, netstat and who tell, and the session that our own
// environment remembers. Which sockets are ssh sessions is not known there, and that is said.
//	inet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255          (ifconfig; inet6 fe80::1%vtnet0 prefixlen 64)
//   default            192.0.2.1          UGS      vtnet0             (netstat -rn)
//   alice    pts/0        Nov 21 18:05 (203.0.113.5)                  (who)

import { type Net, parseHost } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import type { Named } from './network.ts';

export type BsdSafe = Readonly<{ found: readonly Named[]; gaps: readonly string[] }>;

const LOOKS = [
  { argv: ['ifconfig', '-a'], parse: parseIfconfig, missing: "this machine's own addresses" },
  { argv: ['netstat', '-rn'], parse: parseRoutes, missing: 'the gateways' },
  { argv: ['who'], parse: parseWho, missing: 'who is logged in' },
] as const;

export const BSD_SESSIONS =
  'which sockets are ssh sessions is not known on this system: `allow` in the session file protects others than you';

/** No /proc there: tools are asked, on macOS too. A host that does not say what it is: pf is of BSD alone. */
export async function isBsd(host: Host): Promise<boolean> {
  if (host.system !== undefined && host.system !== 'linux') return true;
  return (await host.which('pfctl')) !== undefined;
}

export async function readBsdSafe(host: Host, signal?: AbortSignal): Promise<BsdSafe> {
  const found: Named[] = [];
  const gaps: string[] = [BSD_SESSIONS];
  await Promise.all(
    LOOKS.map(async ({ argv, parse, missing }) => {
      const there = (await host.which(argv[0])) !== undefined;
      const seen = there ? await host.run(command([...argv], { timeoutMs: 3000 }), signal) : undefined;
      if (seen?.ok === true) found.push(...parse(seen.value.stdout));
      else gaps.push(`${missing}: ${argv.join(' ')} cannot be run`);
    }),
  );
  return { found, gaps };
}

/** A zone ("%em0") belongs to the link, not to the address. */
function hostIn(text: string | undefined): Net | undefined {
  const parsed = parseHost((text ?? '').replace(/%.*$/, ''));
  return parsed.ok && parsed.value.value !== 0n ? parsed.value : undefined;
}

export function parseIfconfig(text: string): readonly Named[] {
  return text.split('\n').flatMap((line): readonly Named[] => {
    const own = hostIn(/^\s+inet6? (\S+)/.exec(line)?.[1]);
    const wide = hostIn(/ broadcast (\S+)/.exec(line)?.[1]);
    return [
      ...(own === undefined ? [] : [{ net: own, kind: 'an address of this machine' }]),
      ...(wide === undefined ? [] : [{ net: wide, kind: 'a broadcast address of this network' }]),
    ];
  });
}

/** Destination, gateway, flags; G: through a gateway. */
export function parseRoutes(text: string): readonly Named[] {
  const found = new Map<string, Named>();
  for (const line of text.split('\n')) {
    const [destination = '', gateway, flags = ''] = line.trim().split(/\s+/);
    const net = /^[A-Za-z0-9]*G/.test(flags) ? hostIn(gateway) : undefined;
    if (net === undefined) continue;
    const isDefault = destination === 'default';
    if (isDefault || !found.has(net.text))
      found.set(net.text, { net, kind: isDefault ? 'the default gateway' : 'a gateway' });
  }
  return [...found.values()];
}

/** Names of hosts are not looked up: an answer could be anybody's. */
export function parseWho(text: string): readonly Named[] {
  return text.split('\n').flatMap((line): readonly Named[] => {
    const [, user = '', from] = /^(\S{1,64})\s.*\(([^()\s]{2,80})\)\s*$/.exec(line) ?? [];
    const net = hostIn(from);
    return net === undefined ? [] : [{ net, kind: sanitise(`login of ${user} (who)`, 100) }];
  });
}
