// Whether this machine sends new connections on to other ports or machines (DNAT, REDIRECT): then the ports that clients ask
// for are not those that listen. The wall sees what clients ask for.

import { command } from '../../../core/plan.ts';
import type { Host } from '../../../host/host.ts';

const ASKING_MS = 1500;
/** Tables with such chains; each is one listing. */
const TABLES_MAX = 8;
const SENT_ON = /\b(?:dnat|redirect|DNAT|REDIRECT)\b/;

/** False also when it cannot be seen. Reads only; no table of iptables is brought into being by asking for it. */
export async function sendsPortsOn(host: Host): Promise<boolean> {
  const answers = await Promise.all([inNft(host), inLegacy(host, 'ip'), inLegacy(host, 'ip6')]);
  return answers.includes(true);
}

/** Chains first: listing a whole ruleset would fetch sets of a hundred thousand bans. */
async function inNft(host: Host): Promise<boolean> {
  if ((await host.which('nft')) === undefined) {
    const lists = ['iptables-nft-save', 'ip6tables-nft-save'].map((tool) => saved(host, tool));
    return (await Promise.all(lists)).includes(true);
  }
  const listed = await host.run(
    command(['nft', 'list', 'chains'], {
      privileged: true,
      timeoutMs: ASKING_MS,
      outputMaxBytes: 16_777_216,
    }),
  );
  const tables = listed.ok ? natTables(listed.value.stdout).slice(0, TABLES_MAX) : [];
  const texts = await Promise.all(
    tables.map(([family, name]) =>
      host.run(
        command(['nft', '-t', 'list', 'table', family, name], {
          privileged: true,
          timeoutMs: ASKING_MS,
          outputMaxBytes: 16_777_216,
        }),
      ),
    ),
  );
  return texts.some((text) => text.ok && SENT_ON.test(text.value.stdout));
}

/** Family and name of the tables with a chain for new connections that come in. */
export function natTables(chains: string): readonly (readonly [family: string, name: string])[] {
  const found: (readonly [string, string])[] = [];
  let table: readonly [string, string] | undefined;
  for (const line of chains.split('\n')) {
    const [, family, name] = /^table (\S+) ([\w./-]+) \{$/.exec(line) ?? [];
    if (family !== undefined && name !== undefined) table = [family, name];
    else if (table !== undefined && /^\s*type nat hook prerouting /.test(line)) {
      found.push(table);
      table = undefined;
    }
  }
  return found;
}

async function inLegacy(host: Host, family: 'ip' | 'ip6'): Promise<boolean> {
  const names = await host.read(`/proc/net/${family}_tables_names`);
  if (!names.ok || !names.value.toString('latin1').split('\n').includes('nat')) return false;
  for (const tool of [`${family}tables-legacy-save`, `${family}tables-save`])
    if ((await host.which(tool)) !== undefined) return saved(host, tool);
  return false;
}

async function saved(host: Host, tool: string): Promise<boolean> {
  if ((await host.which(tool)) === undefined) return false;
  const text = await host.run(
    command([tool, '-t', 'nat'], { privileged: true, timeoutMs: ASKING_MS, outputMaxBytes: 16_777_216 }),
  );
  return text.ok && SENT_ON.test(text.value.stdout);
}
