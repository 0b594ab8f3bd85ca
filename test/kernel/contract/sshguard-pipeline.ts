// The pieces of a real sshguard (Debian 2.4.2) as its start script joins them, in a namespace of a test:
//   sshg-parser | sshg-blocker | sshg-fw-nft-sets

import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { vi } from 'vitest';
import type { TestNet } from '../harness/netns.ts';

const PIECES = '/usr/libexec/sshguard';
const PATIENCE = { timeout: 20_000, interval: 50 } as const;

export type FirewallPiece = 'sshg-fw-nft-sets' | 'sshg-fw-ipset';

export type Sshguard = Readonly<{
  /** What the blocker says of itself, with its debugging on. */
  said(): string;
  /** So many failed logins of an address, in the words of sshd. */
  failures(address: string, count: number): void;
  /** Ends its input: the blocker and its firewall piece leave as when the service stops. */
  stop(): Promise<void>;
}>;

/** Its sets exist when this resolves. */
export async function startSshguard(
  net: TestNet,
  piece: FirewallPiece,
  blockSeconds = 3600,
): Promise<Sshguard> {
  if (!existsSync(`${PIECES}/${piece}`)) throw new Error('sshguard is not installed');
  const script = `${PIECES}/sshg-parser | SSHGUARD_DEBUG=1 ${PIECES}/sshg-blocker -a 30 -p ${blockSeconds} -s 1800 | ${PIECES}/${piece}`;
  const child = net.spawnIn(net.server, ['sh', '-c', script]);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdout?.resume();
  const list: readonly [string, ...string[]] =
    piece === 'sshg-fw-ipset'
      ? ['ipset', 'list', '-n']
      : ['nft', 'list', 'chain', 'ip6', 'sshguard', 'blacklist'];
  const whole = piece === 'sshg-fw-ipset' ? 'sshguard6' : 'drop';
  await vi.waitUntil(
    async () => (await net.exec(net.server, list, { anyExit: true })).stdout.includes(whole),
    PATIENCE,
  );
  return {
    said: () => said,
    failures(address, count) {
      const line = `Nov 21 19:00:00 host sshd[99]: Failed password for root from ${address} port 4000 ssh2\n`;
      child.stdin?.write(line.repeat(count));
    },
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await vi.waitUntil(() => child.exitCode !== null || child.signalCode !== null, PATIENCE);
}
