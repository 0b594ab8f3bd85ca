// What the kernel of the console's namespace says, asked with the kernel's own tools.

import type { World } from './console.ts';

/** Rules and sets without their counters. */
export async function ruleset({ net }: World): Promise<string> {
  return (await net.exec(net.server, ['nft', '-s', 'list', 'ruleset'])).stdout;
}

type Listed = Readonly<{ nftables: readonly Readonly<{ set?: Readonly<{ elem?: readonly Element[] }> }>[] }>;
type Value = string | Readonly<{ prefix: Readonly<{ addr: string; len: number }> }>;
type Element = Readonly<{ elem: Readonly<{ val: Value }> }>;

/** Addresses in a set of opsconsole's own table. */
export async function elements({ net }: World, set: string): Promise<readonly string[]> {
  const listed = await net.exec(net.server, ['nft', '-j', 'list', 'set', 'inet', 'opsconsole', set]);
  const found: Listed = JSON.parse(listed.stdout);
  const all = found.nftables.flatMap((entry) => entry.set?.elem ?? []);
  return all.map(({ elem: { val } }) =>
    typeof val === 'string' ? val : `${val.prefix.addr}/${val.prefix.len}`,
  );
}

/** Takes the own table away, for the next test. */
export async function forgetBans({ net }: World): Promise<void> {
  await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole'], { anyExit: true });
}

/** The conntrack timeouts of the namespace: name to seconds. */
export async function timeouts({ net }: World): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await net.exec(net.server, [
    'sysctl',
    '-a',
    '-r',
    '^net.netfilter.nf_conntrack_.*timeout',
  ]);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' = ') as [string, string]),
  );
}

/** Lines of `conntrack -L` about an address. */
export async function flowsOf({ net }: World, address: string): Promise<readonly string[]> {
  const { stdout } = await net.exec(net.server, ['conntrack', '-L'], { anyExit: true });
  return stdout.split('\n').filter((line) => line.includes(`src=${address} `));
}
