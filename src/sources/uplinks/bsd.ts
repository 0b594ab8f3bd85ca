// FreeBSD, OpenBSD, macOS: addresses from `ifconfig -a`, the default routes from `netstat -rn`. There are no rules there; whose packets
// leave where is not asked.
//
//   em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500            (FreeBSD 14)
//           inet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255
//           inet6 2001:db8::10 prefixlen 64
//   default            192.0.2.1          UGS         em0                                (netstat -rn)

import { parseHost } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import { safe } from '../../core/sanitise.ts';
import type { LinkAddress, LinkRow, RouteRow, Way } from '../../core/uplinks.ts';
import type { Host } from '../../host/host.ts';
import { type NetworkAsker, OUTSIDE } from './ip-ask.ts';
import type { Network } from './judge.ts';

export function isBsd({ system }: Pick<Host, 'system'>): boolean {
  return system === 'freebsd' || system === 'openbsd' || system === 'darwin';
}

const MARK = '#opsconsole-routes';
/** One program start for both questions. */
export const BSD_QUESTION = command(['sh', '-c', `ifconfig -a; echo; echo '${MARK}'; netstat -rn`], {
  timeoutMs: 5000,
});

export function createBsdAsker(): NetworkAsker {
  return {
    async ask(host, signal): Promise<Result<Network>> {
      const finished = await host.run(BSD_QUESTION, signal);
      if (!finished.ok) return finished;
      const [links = '', routes = ''] = finished.value.stdout.split(MARK);
      return ok(networkOf(parseIfconfig(links), parseNetstat(routes)));
    },
  };
}

const NOWHERE: Way = { kind: 'unknown', says: safe('which way it leaves is not asked on this system') };

function networkOf(links: readonly LinkRow[], routes: readonly RouteRow[]): Network {
  const ways = links.flatMap(({ addresses }) => addresses.map(({ net }) => [net.text, NOWHERE] as const));
  const none = { rules: [], neighbours: new Map<string, boolean>() };
  const gaps = [safe('rules and tables are read on Linux only')];
  return { links, routes, ...none, ways: new Map(ways), targets: OUTSIDE, gaps };
}

export function parseIfconfig(text: string): readonly LinkRow[] {
  const links: LinkRow[] = [];
  for (const block of text.split(/\n(?=[^\s:]{1,30}: flags=)/)) {
    const [, name, words = '', rest = ''] =
      /^\s*([^\s:]{1,30}): flags=[0-9a-f]+<([^>]*)>([\s\S]*)$/.exec(block) ?? [];
    if (name === undefined) continue;
    const flags = new Set(words.split(','));
    const mtu = /\bmtu (\d{1,6})\b/.exec(rest)?.[1];
    const status = /^\s*status: (.+)$/m.exec(rest)?.[1];
    const carrier = status === undefined ? undefined : /^(?:active|associated|running)/.test(status);
    links.push({
      ...{ name, loopback: flags.has('LOOPBACK'), pointToPoint: flags.has('POINTOPOINT') },
      ...{ up: flags.has('UP'), inVrf: false, addresses: addressesIn(rest) },
      ...(carrier === undefined ? {} : { carrier }),
      ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    });
  }
  return links;
}

function addressesIn(text: string): readonly LinkAddress[] {
  const found: LinkAddress[] = [];
  for (const line of text.split('\n')) {
    const [, four, mask] = /^\s+inet (\d[\d.]+)(?: --> [\d.]+)? netmask (0x[0-9a-f]{8})\b/.exec(line) ?? [];
    const [, six, length] =
      /^\s+inet6 ([0-9a-f:.]+)(?:%[\w.-]+)? (?:--> \S+ )?prefixlen (\d{1,3})\b/.exec(line) ?? [];
    const parsed = parseHost(four ?? six ?? '');
    if (!parsed.ok) continue;
    const net = parsed.value;
    const prefix = mask === undefined ? Number(length) : bitsIn(Number(mask));
    const local = net.family === 6 && net.value >> 118n === 0x3fan;
    if (prefix <= 128) found.push({ net, prefix, scope: local ? 'link' : 'global' });
  }
  return found;
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}

/** Default routes only: what else there is leads to the links themselves. The interface is the last word but a time to live. */
export function parseNetstat(text: string): readonly RouteRow[] {
  return text.split('\n').flatMap((line): readonly RouteRow[] => {
    const [to, gateway = '', flags = '', ...rest] = line.trim().split(/\s+/);
    const parsed = parseHost(gateway.replace(/%.*$/, ''));
    const dev = rest.find((word) => /^[a-z][a-z_]*\d+$/.test(word));
    if (to !== 'default' || !parsed.ok || dev === undefined || !flags.includes('G')) return [];
    const hops = [{ via: parsed.value, dev }];
    return [{ family: parsed.value.family, table: 'main', kind: 'unicast', hops, linkDown: false }];
  });
}
