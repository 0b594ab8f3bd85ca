// The playground as a newcomer meets it: the attack is seen, one key stops it, the own line lives, and whatever is killed,
// everything comes back by itself and nothing is left.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { PROGRAM, requireBuilt } from './harness/console.ts';
import { paneOf, shows } from './harness/drawn.ts';
import { type PlaygroundOptions, startPlayground, type TestPlayground } from './harness/playground.ts';
import { untilTrue } from './harness/tmux.ts';

const ATTACK = ['198.51.100.', '2001:db8:bad:'];
const VISITORS = ['203.0.113.', '2001:db8:113:'];
const LOUDEST = ['198.51.100.7 '];
/** Served by then, so that every attacker has more flows than the shields forgive. */
const ENOUGH = 1200;
const TOOLS = ['nft', 'conntrack', 'ss', 'nsenter', 'tmux', 'setpriv'];

const attackers = (play: TestPlayground): Promise<number> => play.rate(ATTACK);
const lastBeat = (play: TestPlayground): string => play.read('operator.log').trim().split('\n').at(-1) ?? '';
const isUp = shows('SHIELDS UP', 'trial ends in');

/** Resolves when the console shows an attack that is served. */
async function underAttack(play: TestPlayground): Promise<void> {
  await play.terminal.until('the console is open', shows('web server under attack', '! shields'), 30_000);
  await untilTrue('attackers are served', () => play.served(ATTACK) > ENOUGH, 30_000);
}

/** A report may be open, or not. Escape and another key at once would be one key. */
async function closeReport({ terminal }: TestPlayground): Promise<void> {
  if ((await terminal.lines()).join('\n').includes('Escape leave')) await terminal.keys('Escape');
  await terminal.until('no report is open', (screen) => !screen.includes('Escape leave'));
}

async function nothingLeft(play: TestPlayground, withinMs: number): Promise<void> {
  await untilTrue('all of its processes have gone', () => play.processes().length === 0, withinMs);
  expect(readdirSync(play.base)).toEqual([]);
}

/** For use inside a describe. */
function usePlayground(options: PlaygroundOptions): () => TestPlayground {
  let play: TestPlayground | undefined;
  beforeAll(async () => {
    requireBuilt();
    play = await startPlayground(options);
  });
  afterAll(async () => {
    await play?.dispose();
  });
  return () => {
    if (play === undefined) throw new Error('the playground exists only inside tests');
    return play;
  };
}

kernelSuite('a playground', TOOLS, () => {
  const playground = usePlayground({ args: ['--trial', '15s', '--keep'] });

  it('opens the console on a server under attack, with visitors and a line of the own', async () => {
    const play = playground();
    await underAttack(play);
    await untilTrue('visitors are served', () =>
      VISITORS.every((net) => play.read('access.log').includes(net)),
    );
    await untilTrue('the own line answers', () => lastBeat(play).includes('alive'));
    const screen = (await play.terminal.lines()).join('\n');
    expect(screen).toContain('PLAYGROUND');
    expect(screen).toContain('! shields');
    expect(paneOf(screen, 'who must live').join('\n')).toContain('alive');
  });

  it('bans from a log line: its requests stop, the others go on', async () => {
    const { terminal, ...play } = playground();
    await terminal.keys('&');
    await terminal.type('100.7 -');
    await terminal.keys('Enter');
    await terminal.until('only its lines', (screen) =>
      paneOf(screen, 'web server').every((line) => !/ 203\.0\.113\.\d/.test(line)),
    );
    await terminal.keys('b');
    await terminal.until('the dialog', shows('Ban 198.51.100.7'));
    await terminal.keys('Enter');
    await terminal.until('banned', shows('banned 198.51.100.7'));
    expect(play.inside(['nft', 'list', 'table', 'inet', 'opsconsole'])).toMatch(
      /198\.51\.100\.7(?: counter \S+ \d+ \S+ \d+)? timeout 5m/,
    );
    await untilTrue('it is served no more', async () => (await play.rate(LOUDEST)) === 0);
    expect(await play.rate(ATTACK)).toBeGreaterThan(30);
    await terminal.keys('*');
    await terminal.until('all lines again', (screen) =>
      paneOf(screen, 'web server').some((line) => line.includes(' 203.0.113.')),
    );
  });

  it('! stops the attack and hurts nobody else', async () => {
    const { terminal, ...play } = playground();
    await terminal.keys('!');
    const screen = await terminal.until('shields up', isUp);
    await untilTrue('attackers are served no more', async () => (await play.rate(ATTACK)) < 2);
    expect(screen).toMatch(/dropped/);
    const shields = (): string => play.inside(['nft', 'list', 'table', 'inet', 'opsconsole_shields']);
    await untilTrue('what is dropped is counted', () => /counter banned \{\s*packets [1-9]/.test(shields()));
    await untilTrue('visitors are served', async () => (await play.rate(VISITORS)) > 0);
    expect(play.read('visitors.log')).not.toContain('FAILED');
    const beat = lastBeat(playground());
    await untilTrue('another beat', () => lastBeat(playground()) !== beat);
    expect(play.read('operator.log')).not.toContain('LOST');
  });

  it('! again lowers them: the attack is back', async () => {
    const { terminal, ...play } = playground();
    await closeReport(playground());
    await terminal.keys('!');
    await terminal.until('shields down', (shown) => !isUp(shown) && shown.includes('hields down'));
    await untilTrue('attackers are served again', async () => (await play.rate(ATTACK)) > 30);
    expect(play.inside(['nft', 'list', 'tables'])).not.toContain('opsconsole_shields');
  });

  it('a killed terminal: the revert runs by itself, then nothing is left but the kept log', async () => {
    const play = playground();
    await closeReport(play);
    await untilTrue('attackers are served', () => play.served(ATTACK) > ENOUGH);
    await play.terminal.keys('!');
    await play.terminal.until('shields up', isUp);
    await play.terminal.close();
    await untilTrue('somebody waits', () => play.read('playground.log').includes('nobody at the console'));
    expect(play.inside(['nft', 'list', 'tables'])).toContain('opsconsole_shields');
    await untilTrue('all have gone', () => play.processes().length === 0, 35_000);
    const seen = play.read('playground.log');
    expect(seen).toMatch(/shields up \(trial\), \d+ s left; requests served in this second: 0 of attackers/);
    expect(seen).toContain('the revert has run by itself');
    expect(seen).toMatch(/by timer/);
    expect(seen).not.toMatch(/item (?:failed|drift)/);
    expect(seen).toMatch(/nft tables now: table inet filter(?:, table inet opsconsole)?\n/);
    expect(seen).toMatch(/the attack is back, as it should be: .*: [1-9]\d* of attackers/);
    expect(play.read('operator.log')).not.toContain('LOST');
    expect(play.read('visitors.log')).not.toContain('FAILED');
  });
});

// These two ask nothing of how fast anything is: beside each other.
kernelSuite(
  'a playground whose first process is killed',
  TOOLS,
  () => {
    const playground = usePlayground({});

    it('leaves nothing: no process, no folder', async () => {
      const play = playground();
      await play.terminal.until('the console is open', shows('web server under attack'), 30_000);
      await untilTrue('attackers are served', () => play.served(ATTACK) > 0, 30_000);
      expect(play.processes().length).toBeGreaterThan(6);
      process.kill(await play.terminal.pid(), 'SIGKILL');
      await nothingLeft(play, 10_000);
    });
  },
  'beside',
);

kernelSuite(
  'a playground whose inside is killed',
  TOOLS,
  () => {
    const playground = usePlayground({});

    it('gives the terminal back and leaves nothing', async () => {
      const play = playground();
      await play.terminal.until('the console is open', shows('web server under attack'), 30_000);
      process.kill(play.supervisor(), 'SIGKILL');
      await play.terminal.until('the shell screen', shows('opsconsole playground: it was killed'));
      expect(await play.terminal.ask('#{alternate_on}')).toBe('0');
      await nothingLeft(play, 10_000);
    });
  },
  'beside',
);

const canUnshare =
  spawnSync('setpriv', [
    '--reuid',
    'nobody',
    '--regid',
    'nogroup',
    '--clear-groups',
    'unshare',
    '-Ur',
    'true',
  ]).status === 0;

kernelSuite('a playground of a user without rights', TOOLS, () => {
  describe.skipIf(!canUnshare)('(needs user namespaces)', () => {
    const playground = usePlayground({ user: 'nobody' });

    it('! stops the attack here too, q ends everything', async () => {
      const play = playground();
      await underAttack(play);
      const screen = await play.terminal.until('the sets were read', shows('No ban set found'));
      expect(screen).not.toContain('legacy');
      await play.terminal.keys('!');
      await play.terminal.until('shields up', isUp);
      await untilTrue('attackers are served no more', async () => (await attackers(play)) < 2);
      await untilTrue('the own line answers', () => lastBeat(play).includes('alive'));
      expect(play.read('operator.log')).not.toContain('LOST');
      await closeReport(play);
      await play.terminal.keys('q');
      await play.terminal.until('it asks', shows('Leave the console?'));
      await play.terminal.keys('Enter');
      await play.terminal.until('a summary', shows('of visitors', 'nothing of it is left on this machine'));
      await nothingLeft(play, 10_000);
    });
  });
});

describe('opsconsole playground', () => {
  it('has an inside that refuses to run on the machine itself', () => {
    const own = JSON.stringify({ folder: '/nonexistent', outside: readlinkSync('/proc/self/ns/pid') });
    for (const config of [own, '{}']) expect(run('--inside', config).status).toBe(2);
  });

  const run = (...args: readonly string[]) =>
    spawnSync(PROGRAM, ['playground', ...args], { encoding: 'utf8' });

  it('says what it needs instead of starting without a terminal', () => {
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain('this is not a terminal');
  });

  it('checks --trial, and --watch finds nothing to watch', () => {
    expect(run('--trial', 'soon').status).toBe(2);
    const base = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    const watched = spawnSync(PROGRAM, ['playground', '--watch'], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: base },
    });
    expect(watched.stderr).toContain('no playground of yours is running');
    execFileSync('rmdir', [base]);
    expect(existsSync(base)).toBe(false);
  });
});
