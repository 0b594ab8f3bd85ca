// A world whose shields a test raises from the screen, and what tells that all is as it was before.

import { afterEach, beforeAll, beforeEach } from 'vitest';
import { leave, type StartOptions, useWorld, type World, type WorldOptions } from './console.ts';
import { linesOf, shows } from './drawn.ts';
import { ruleset } from './kernel.ts';
import { type SshSession, startSshd } from './sshd.ts';
import type { TestTerminal } from './tmux.ts';

export const topOf = (screen: string): string => linesOf(screen)[0] ?? '';
export const inTop = (pattern: RegExp) => (screen: string) => pattern.test(topOf(screen));

export type ShieldsWorld = Readonly<{
  world: () => World;
  /** The operator: logged in from the first client, without whom nothing is raised. */
  ssh: () => SshSession | undefined;
  /** Closed after the test. */
  open(options?: StartOptions): Promise<TestTerminal>;
  /** The machine is as it was when the test began. */
  asBefore(): Promise<boolean>;
  /** Presses `!` and leaves the remarks, where this machine gives cause for some. */
  raise(terminal: TestTerminal): Promise<string>;
  leaveRemarks(terminal: TestTerminal, screen: string): Promise<void>;
  lower(terminal: TestTerminal): Promise<string>;
}>;

/** For use inside a describe. */
export function useShieldsWorld(options: WorldOptions): ShieldsWorld {
  const world = useWorld(options);
  const terminals: TestTerminal[] = [];
  let ssh: SshSession | undefined;
  let before = '';

  beforeAll(async () => {
    const { net } = world();
    await net.echoServer(net.server, 80);
    await net.trackConnections(net.server);
    ssh = await startSshd(world(), net.client(0));
  });
  beforeEach(async () => {
    before = await machine();
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
    // Whatever a failed test left up: the next one begins on the machine as it was.
    const { net, env, argv } = world();
    const words = argv().slice(4, 5);
    const left = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...words];
    await net.exec(net.server, [left[0] ?? 'env', ...left.slice(1), 'shields', 'down'], { anyExit: true });
  });

  /** All that these shields may change. */
  async function machine(): Promise<string> {
    const { net } = world();
    const names = 'net.ipv4.tcp_(syncookies|synack_retries|max_syn_backlog)|net.netfilter.*timeout';
    const { stdout } = await net.exec(net.server, ['sysctl', '-a', '-r', names]);
    return `${await ruleset(world())}${stdout}`;
  }

  /** Escape on nothing would make one key of itself and the next. */
  async function leaveRemarks(terminal: TestTerminal, screen: string): Promise<void> {
    if (screen.includes('┌ Shields up, with remarks')) await leave(terminal);
  }

  return {
    world,
    ssh: () => ssh,
    async open(start = {}) {
      const terminal = await world().start({ columns: 160, ...start });
      terminals.push(terminal);
      return terminal;
    },
    asBefore: async () => (await machine()) === before,
    async raise(terminal) {
      await terminal.until('the shields are down', inTop(/shields down/));
      await terminal.keys('!');
      await leaveRemarks(terminal, await terminal.until('they are up', inTop(/SHIELDS UP by you .*trial/)));
      return terminal.until('the top line', inTop(/SHIELDS UP/));
    },
    leaveRemarks,
    async lower(terminal) {
      await terminal.keys('!');
      const report = await terminal.until('the report', shows('┌ Shields down ─'));
      await leave(terminal);
      return report;
    },
  };
}
