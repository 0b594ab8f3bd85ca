// States and source nodes of the stand-in: the listing in three depths, and the kills with their blind spots.

import { contains, type Net, parseNet } from '../../../src/core/address.ts';
import { usage, type Wish } from './options.ts';
import { Ended, type Pf, type PfFlow, warn } from './state.ts';

export function showFlows(pf: Pf, wish: Wish): string {
  return pf.flows
    .filter(({ iface }) => wish.iface === undefined || iface === wish.iface)
    .map((flow) => printFlow(pf, flow, wish.verbose))
    .join('');
}

function printFlow(pf: Pf, flow: PfFlow, verbose: number): string {
  const domain = flow.rdomain === undefined ? '' : `(${flow.rdomain}) `;
  const alt = (text: string | undefined): string => (text === undefined ? '' : ` (${text})`);
  const gateway = flow.gateway === undefined || pf.system === 'freebsd15' ? '' : ` {${flow.gateway}}`;
  const left = `${domain}${flow.left}${alt(flow.leftAlt)}${gateway}`;
  const right = `${domain}${flow.right}${alt(flow.rightAlt)}`;
  let text = `${flow.iface} ${flow.proto} ${left} ${flow.arrow} ${right}       ${flow.states}\n`;
  if (verbose === 0) return text;
  if (flow.window !== undefined) text += `   ${flow.window}\n`;
  const flags = flow.flags === undefined ? '' : `, ${flow.flags}`;
  text += `   age ${flow.age}, expires in ${flow.expires}, ${flow.packets} pkts, ${flow.bytes} bytes`;
  text += `, rule ${flow.rule}${flags}\n`;
  if (verbose === 1) return text;
  const back =
    flow.gateway !== undefined && pf.system === 'freebsd15' ? ` reply-to: ${flow.gateway}@${flow.iface}` : '';
  text += `   id: ${flow.id} creatorid: ${flow.creator}${back}\n`;
  if (flow.origif !== undefined && pf.system === 'freebsd15') text += `   origif: ${flow.origif}\n`;
  return text;
}

export function showSources(pf: Pf, wish: Wish): string {
  return pf.sources
    .map(({ text, detail }) => `${text}\n${wish.verbose > 0 ? `   ${detail}\n` : ''}`)
    .join('');
}

/** "192.0.2.1:22", "2001:db8::1[22]" and "192.0.2.1" are all addresses. */
export function addressOf(host: string): Net | undefined {
  const bare = host.replace(/\[\d+\]$/, '').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  const parsed = parseNet(bare);
  return parsed.ok ? parsed.value.net : undefined;
}

type Ends = Readonly<{ source: string; destination: string }>;

/** FreeBSD compares the side on the wire; OpenBSD that of the stack for what goes out. */
function endsOf(pf: Pf, flow: PfFlow): Ends {
  if (flow.arrow === '<-') return { source: flow.right, destination: flow.leftAlt ?? flow.left };
  const inside = pf.system === 'openbsd78' ? flow.leftAlt : undefined;
  return { source: inside ?? flow.left, destination: flow.right };
}

function within(host: string, net: Net): boolean {
  const address = addressOf(host);
  return address !== undefined && contains(net, address);
}

/** pfctl asks the resolver; the stand-in knows no names. */
function killNet(text: string): Net {
  const [address = '', length] = text.split('/');
  const host = parseNet(address);
  if (!host.ok) throw new Ended(1, warn('getaddrinfo: Name does not resolve'));
  const max = host.value.net.family === 4 ? 32 : 128;
  if (length !== undefined && Number(length) > max)
    throw new Ended(1, warn(`prefix is too large: ${length}`));
  const net = parseNet(text);
  if (!net.ok) throw new Ended(1, warn(`prefix is invalid: ${text}`));
  return net.value.net;
}

/** Takes the states that match; those that come back do so at once, as new ones. */
function end(pf: Pf, matches: (flow: PfFlow) => boolean): number {
  const hit = pf.flows.filter(matches);
  const counters = pf.counters['State Table'];
  if (counters !== undefined) counters.removals = (counters.removals ?? 0) + hit.length;
  pf.flows = pf.flows.flatMap((flow) => {
    if (!hit.includes(flow)) return [flow];
    const left = flow.comesBack ?? 0;
    if (left === 0) return [];
    const id = (BigInt(`0x${flow.id}`) + 0x10000n).toString(16).padStart(16, '0');
    return [{ ...flow, id, comesBack: left - 1 }];
  });
  return hit.length;
}

/** Answers the line for stderr. */
export function kill(pf: Pf, wish: Wish): string {
  const [first = '', second] = wish.kill;
  if (pf.locked === true) throw new Ended(1, warn('DIOCKILLSTATES: Operation not permitted'));
  const simple = (count: number): string => `killed ${count} states\n`;
  const word = second ?? '';
  if (['id', 'label', 'key', 'gateway', 'nat'].includes(first) && second === undefined)
    throw usage(pf.system, `pfctl: no ${first === 'nat' ? 'host' : first} specified\n`);
  if (first === 'id') return simple(end(pf, byId(pf, word)));
  if (first === 'label') return simple(end(pf, ({ label }) => label === word));
  if (first === 'key') return simple(end(pf, byKey(pf, word)));
  if (pf.system === 'freebsd15' && first === 'gateway')
    return simple(end(pf, ({ gateway }) => gateway !== undefined && within(gateway, killNet(word))));
  if (pf.system === 'freebsd15' && first === 'nat') {
    const net = killNet(word);
    const count = end(pf, (flow) => flow.arrow === '->' && within(flow.leftAlt ?? flow.left, net));
    return `killed ${count} states from 1 sources and 0 destinations\n`;
  }
  return killHosts(pf, wish, [killNet(first), second === undefined ? undefined : killNet(second)]);
}

function killHosts(pf: Pf, wish: Wish, [source, destination]: readonly [Net, Net | undefined]): string {
  if (destination !== undefined && destination.family !== source.family)
    return 'killed 0 states from 1 sources and 0 destinations\n';
  // FreeBSD 15 stores the second address over the first: no state has what is left as its destination.
  const broken = pf.system === 'freebsd15' && destination !== undefined;
  const count = broken
    ? 0
    : end(pf, (flow) => {
        if (pf.system === 'openbsd78' && (flow.rdomain ?? 0) !== wish.rdomain) return false;
        if (wish.iface !== undefined && flow.iface !== wish.iface) {
          const floating = pf.system === 'freebsd15' && flow.iface === 'all';
          if (!floating || flow.origif !== wish.iface) return false;
        }
        const ends = endsOf(pf, flow);
        const to = destination === undefined || within(ends.destination, destination);
        return within(ends.source, source) && to;
      });
  return `killed ${count} states from 1 sources and ${destination === undefined ? 0 : 1} destinations\n`;
}

/** Without a creator the host's own id is taken, which states of before a reload do not have. */
function byId(pf: Pf, word: string): (flow: PfFlow) => boolean {
  const [id = '', creator = pf.hostid] = word.split('/');
  if (!/^[0-9a-fA-F]{1,16}$/.test(id) || !/^[0-9a-fA-F]{1,8}$/.test(creator))
    throw usage(pf.system, 'pfctl: wrong id format specified\n');
  const same = (a: string, b: string): boolean => BigInt(`0x${a}`) === BigInt(`0x${b}`);
  return (flow) => same(flow.id, id) && same(flow.creator, creator);
}

function byKey(pf: Pf, word: string): (flow: PfFlow) => boolean {
  const [proto, left, arrow, right, ...more] = word.split(' ');
  if (right === undefined || more.length > 0 || (arrow !== '->' && arrow !== '<-')) {
    const format = 'key must be "protocol host1:port1 direction host2:port2" format';
    throw new Ended(1, warn(`pfctl_key_kill_states: ${format}`));
  }
  return (flow) => {
    if (flow.proto !== proto || flow.arrow !== arrow || (flow.rdomain ?? 0) !== 0) return false;
    const ends = endsOf(pf, flow);
    return arrow === '->'
      ? ends.source === left && ends.destination === right
      : ends.destination === left && ends.source === right;
  };
}

export function killSources(pf: Pf, wish: Wish): string {
  const [first = '', second] = wish.killSources;
  if (pf.locked === true) throw new Ended(1, warn('DIOCKILLSRCNODES: Operation not permitted'));
  const net = killNet(first);
  const hit = second === undefined ? pf.sources.filter(({ address }) => within(address, net)) : [];
  pf.sources = pf.sources.filter((source) => !hit.includes(source));
  return `killed ${hit.length} src nodes from 1 sources and ${second === undefined ? 0 : 1} destinations\n`;
}
