// The shields from the screen: `!`, both clocks, Enter, `+`, a second console, an attack that stops while the operator's
// own connection lives, and a terminal that is killed: then they come down by themselves, once.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TestNs } from '../kernel/harness/netns.ts';
import { kernelSuite } from '../kernel/harness/require.ts';
import { leave } from './harness/console.ts';
import { bottomOf, shows } from './harness/drawn.ts';
import { ruleset } from './harness/kernel.ts';
import { revertsOf } from './harness/reverts.ts';
import { inTop, topOf, useShieldsWorld } from './harness/shields.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: shields
refresh: 500ms
shields:
  trial: 3m
  hold: 1h
  profiles:
    default:
      - syn-rate: { per-second: 5, burst: 10 }
      - connections: 20
      - unlisted-ports
      - pin-ssh
      - conntrack-timeouts: siege
      - tcp: { syncookies: 1, synack-retries: 2, syn-backlog: 4096 }
windows:
  - name: watch
    layout: main-vertical
    panes: [conntrack, bans, journal]
`;
const SERVER = '192.0.2.1';
const TABLE = 'opsconsole_shields';
/** The watcher looks at the clock every second or so, and the machine may be busy. */
const REVERT_MS = 40_000;

const inBottom = (words: string) => (screen: string) => bottomOf(screen).includes(words);

/** Seconds of the clock behind a word of the top line. */
function clockOf(screen: string, word: string): number {
  const found = new RegExp(`${word} ((?:\\d+:)?\\d+:\\d\\d)`).exec(topOf(screen))?.[1] ?? '';
  return found.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

const TOOLS = ['tmux', 'nft', 'conntrack', 'sysctl', 'sshd'];

// Worlds beside each other: the clocks of shields are waited for most of the time.
kernelSuite(
  'the shields on the screen',
  TOOLS,
  () => {
    const { world, open, asBefore, raise, leaveRemarks, lower } = useShieldsWorld({ session: SESSION });

    it.sequential('raises with !, counts, keeps with Enter, renews with +, lowers with ! and leaves no trace', async () => {
      const terminal = await open();
      const first = await raise(terminal);
      expect(await ruleset(world())).toContain(`table inet ${TABLE}`);
      expect(topOf(first)).toMatch(
        /trial ends in [23]:\d\d, Enter keeps · (then )?hold (1:00|59):\d\d .* ! lowers/,
      );
      const at = clockOf(first, 'trial ends in');
      const later = await terminal.until('the clock', (screen) => clockOf(screen, 'trial ends in') <= at - 3);
      expect(clockOf(later, 'by you')).toBeGreaterThanOrEqual(clockOf(first, 'by you') + 2);

      await terminal.keys('Enter');
      await terminal.until('kept', inBottom('the shields are kept'));
      const held = await terminal.until('the hold', inTop(/hold (1:00|59):\d\d, \+ renews/));
      const less = clockOf(held, 'hold') - 3;
      await terminal.until('the hold runs', (screen) => clockOf(screen, 'hold') <= less);
      await terminal.keys('+');
      await terminal.until('renewed', (screen) => clockOf(screen, 'hold') > less + 1);

      const report = await lower(terminal);
      expect(report).toContain('an operator lowered them');
      expect(report).toContain('Restored');
      expect(await asBefore()).toBe(true);
      await terminal.until('the usual line', inTop(/shields down/));
    });

    it.sequential('types ! where text is typed, and says on leaving what becomes of a trial', async () => {
      const terminal = await open({ columns: 80, rows: 24 });
      await terminal.until('down', inBottom('! shields'));
      await terminal.keys(':', '!');
      await terminal.until('it is typed', (screen) => bottomOf(screen).startsWith(' :!'));
      await leave(terminal);
      expect(await ruleset(world())).not.toContain(TABLE);
      const second = await open({ columns: 80, rows: 24 });
      await second.keys('!');
      const small = await second.until('up', inTop(/SHIELDS UP .*trial \d:\d\d, Enter keeps.*! lowers/));
      expect(topOf(small).length).toBeLessThanOrEqual(80);
      await leaveRemarks(second, small);
      await second.keys('q');
      await second.until('the question', shows('The shields are in trial and come down in', 'unless kept'));
      await leave(second);
      await lower(second);
    });

    it.sequential('previews without touching anything', async () => {
      const terminal = await open();
      await terminal.until('down', inTop(/shields down/));
      await terminal.type(':shields preview');
      await terminal.keys('Enter');
      const page = await terminal.until(
        'the preview',
        shows('What raising the shields would do', 'Nothing has been'),
      );
      // What and whom first; the exact commands, which are long, come last.
      expect(page).toContain('What they would do');
      expect(page).toMatch(/more lines below +PageDown/);
      await terminal.keys('PageDown');
      await terminal.until('who is spared', shows('Never limited nor dropped', '203.0.113.10'));
      await terminal.keys('G');
      await terminal.until('its end', shows('sysctl -w'));
      await leave(terminal);
      expect(await asBefore()).toBe(true);
    });
  },
  'beside',
);

kernelSuite(
  'the shields and others',
  TOOLS,
  () => {
    const { world, ssh, open, asBefore, raise, lower } = useShieldsWorld({ session: SESSION, clients: 3 });

    it.sequential('is seen by a second console and by a read-only one, which cannot change it', async () => {
      const [first, second] = [
        await open(),
        await open({ env: { SSH_CONNECTION: '203.0.113.11 5 192.0.2.1 22' } }),
      ];
      const watcher = await open({ args: ['--read-only'], columns: 80, rows: 24 });
      await second.until('it is down', inTop(/shields down/));
      await raise(first);
      const seen = await second.until('the other console says so', inTop(/SHIELDS UP by \w+ .*trial/), 4_000);
      // Not this person's trial: Enter is the pane's, and the top line says how to keep it.
      expect(topOf(seen)).toContain(':shields keep');
      const read = await watcher.until('the read-only one, too', inTop(/SHIELDS UP by .*trial \d:\d\d/));
      expect(topOf(read)).not.toMatch(/lowers|keeps|renews/);
      await watcher.keys('!');
      await watcher.until('why not', inBottom('read-only'));

      await second.keys('Enter');
      await second.type(':shields keep');
      await second.keys('Enter');
      await first.until('kept by the other', inTop(/hold \d+:\d\d/), 4_000);
      await second.keys('!');
      await second.until('the report', shows('┌ Shields down ─'));
      const told = await first.until(
        'a notice, no page',
        inBottom('shields down: an operator lowered them'),
        4_000,
      );
      expect(told).not.toContain('┌ Shields');
      await first.type(':shields');
      await first.keys('Enter');
      const page = await first.until('the report of the other', shows('The shields are down.', 'Restored'));
      expect(page).toContain('an operator lowered them');
      expect(await asBefore()).toBe(true);
    });

    it.sequential('stops an attack in sight, while the operator’s connection and a visitor live', async () => {
      const { net } = world();
      const [attacker, visitor] = [net.client(1), net.client(2)];
      const terminal = await open();
      const flow = await net.openFlow(visitor, SERVER, 80);
      await raise(terminal);
      expect(await burst(attacker, 60)).toContain('dropped');
      const shown = await terminal.until('what is dropped', inTop(/dropped [1-9]/), 10_000);
      expect(topOf(shown)).toContain('SHIELDS UP');
      expect(await net.probeTcp(attacker, SERVER, 9999)).toBe('dropped');
      expect(await ssh()?.alive()).toBe(true);
      expect(await flow.send('still here')).toBe(true);
      expect(await net.probeTcp(visitor, SERVER, 80)).toBe('open');
      const report = await lower(terminal);
      expect(report).toMatch(/What they stopped/);
      expect(report).toMatch(/\d+ SYN over the rate/);
      expect(await asBefore()).toBe(true);
      expect(await net.probeTcp(attacker, SERVER, 80)).toBe('open');
      await flow.close();
    });

    /** New connections at once, from one source. */
    async function burst(from: TestNs, count: number): Promise<readonly string[]> {
      const { net } = world();
      const probes = Array.from({ length: count }, () => net.probeTcp(from, SERVER, 80, { boundMs: 700 }));
      return Promise.all(probes);
    }

    it.sequential('says so when somebody else removes the table', async () => {
      const { net } = world();
      const terminal = await open();
      await raise(terminal);
      await net.exec(net.server, ['nft', 'delete', 'table', 'inet', TABLE]);
      const gone = await terminal.until('the alarm', inTop(/somebody removed the table: nothing is dropped/));
      expect(topOf(gone)).toContain('SHIELDS UP but');
      await lower(terminal);
      expect(await asBefore()).toBe(true);
    });
  },
  'beside',
);

kernelSuite(
  'shields whose console is killed',
  TOOLS,
  () => {
    const { world, open, asBefore } = useShieldsWorld({ session: SESSION });
    const short = (): string => world().file('short.yml', SESSION.replace('trial: 3m', 'trial: 10s'));

    it.sequential.each([
      ['the terminal is killed', (terminal: TestTerminal) => terminal.close()],
      ['the console and all of its session are killed', killSession],
    ])('comes down by itself, once, when %s', async (_, kill) => {
      const terminal = await open({ session: short() });
      await terminal.until('down', inTop(/shields down/));
      await terminal.keys('!');
      await terminal.until('up', inTop(/SHIELDS UP/));
      const reverts = await revertsOf(world(), TABLE);
      await kill(terminal);
      expect(await ruleset(world())).toContain(`table inet ${TABLE}`);
      await untilTrue('the machine is as before', asBefore, REVERT_MS);
      expect(await reverts.end()).toEqual({ deleted: 1, outcome: expect.stringContaining('\nby timer\n') });
      // The next console says nothing of it: there is nothing to do.
      const next = await open();
      await next.until('down again', inTop(/shields down/));
    });
  },
  'beside',
);

kernelSuite(
  'shields that nobody keeps',
  TOOLS,
  () => {
    const { world, open, asBefore, raise } = useShieldsWorld({ session: SESSION });
    const short = (): string => world().file('short.yml', SESSION.replace('trial: 3m', 'trial: 10s'));

    it.sequential('says that they came down when nobody kept them', async () => {
      const terminal = await open({ session: short() });
      await raise(terminal);
      const told = await terminal.until('that it came down', inBottom('they were not kept'), REVERT_MS);
      expect(topOf(told)).toContain('shields down');
      expect(await asBefore()).toBe(true);
    });

    it.sequential('says when nobody takes them down in time, and the next console does it', async () => {
      const terminal = await open({ session: short() });
      await raise(terminal);
      const id = readFileSync(world().path('lib/shields/current'), 'utf8').trim();
      const watcher = Number(readFileSync(world().path(`run/${id}.watcher`), 'utf8'));
      process.kill(watcher, 'SIGKILL');
      const late = await terminal.until(
        'that they are overdue',
        inTop(/should have come down|NOTHING|ran out/),
        REVERT_MS,
      );
      expect(topOf(late)).toContain('SHIELDS UP');
      const next = await open();
      await next.until('what it finished', inBottom('shields of before were cleared away'));
      await next.until('the usual line', inTop(/shields down/));
      expect(await asBefore()).toBe(true);
    });
  },
  'beside',
);

/** SIGKILL for the console and every process of its session; the watcher has a session of its own. */
async function killSession(terminal: TestTerminal): Promise<void> {
  const leader = await terminal.pid();
  const listed = execFileSync('ps', ['-o', 'pid=', '-s', String(leader)], { encoding: 'utf8' });
  const pids = listed.trim().split(/\s+/).map(Number);
  expect(pids).toContain(leader);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await untilTrue('they are gone', () => pids.every((pid) => !lives(pid)));
}

/** A killed process that nobody has waited for yet is dead. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
