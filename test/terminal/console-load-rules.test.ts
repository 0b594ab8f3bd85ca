// Another session is loaded while the console acts, in a real terminal: whom it never bans follows the session that is
// open, shields that are up stay up, and no program is started by it.

import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { leave, useWorld } from './harness/console.ts';
import { bottomOf, linesOf, shows } from './harness/drawn.ts';
import { ruleset } from './harness/kernel.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const ONE = '198.51.100.1';
const TWO = '198.51.100.2';
const sessionOf = (name: string, allow: string): string => `version: 1
name: ${name}
refresh: 500ms
reload: auto
allow: [${allow}]
shields: { trial: 3m, hold: 1h, profiles: { default: [syn-rate: { per-second: 5, burst: 10 }] } }
windows:
  - name: watch
    panes:
      - journal
      - {run: "touch PATH/${name}-ran; exec sleep 1000"}
      - {log: {command: [touch, PATH/${name}-ran]}}
      - {watch: "touch PATH/${name}-ran"}
`;

kernelSuite('rules of a session that is loaded', ['tmux', 'nft', 'conntrack'], () => {
  const world = useWorld({ session: sessionOf('one', ONE) });
  const terminals: TestTerminal[] = [];
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
    const { net, env, argv } = world();
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const down = [...given, ...argv().slice(4, 5), 'shields', 'down'];
    await net.exec(net.server, ['env', ...down], { anyExit: true });
  });
  const write = (name: string, text: string): string =>
    world().file(name, text.replaceAll('PATH/', world().path('')));

  async function open(): Promise<TestTerminal> {
    const terminal = await world().start({ columns: 160 });
    terminals.push(terminal);
    await terminal.until('the console', (screen) => bottomOf(screen).trimEnd().endsWith('? help'));
    return terminal;
  }
  async function command(terminal: TestTerminal, line: string): Promise<void> {
    await terminal.type(`:${line}`);
    await terminal.until('the line', (screen) => bottomOf(screen).includes(line));
    await terminal.keys('Enter');
  }
  const load = async (terminal: TestTerminal, path: string, name: string): Promise<void> => {
    await command(terminal, `load ${path}`);
    await terminal.until('it is loaded', (screen) => bottomOf(screen).includes(`session ${name} from`));
  };
  /** What the dialog of a ban says; leaves it. */
  async function banning(terminal: TestTerminal, address: string): Promise<string> {
    await command(terminal, `ban ${address}`);
    const screen = await terminal.until('the dialog', (text) => /refused|will run/.test(text));
    await leave(terminal);
    return screen;
  }
  const inTop = (words: RegExp) => (screen: string) => words.test(linesOf(screen)[0] ?? '');

  it('allow of the new session protects, and that of the old one does not any more', async () => {
    const two = write('two.yml', sessionOf('two', TWO));
    const terminal = await open();
    expect(await banning(terminal, ONE)).toContain(`${ONE} is safe`);
    expect(await banning(terminal, TWO)).toContain('Enter bans');
    await load(terminal, two, 'two');
    expect(await banning(terminal, ONE)).toContain('Enter bans');
    expect(await banning(terminal, TWO)).toContain(`${TWO} is safe`);
    // The same by a change of the file alone.
    write('two.yml', sessionOf('two', `${ONE}, ${TWO}`));
    await terminal.until('it is taken', (screen) => bottomOf(screen).includes('was changed, and is taken'));
    expect(await banning(terminal, ONE)).toContain(`${ONE} is safe`);
  }, 120_000);

  it('shields that are up stay up, are kept and lowered', async () => {
    const two = write('two.yml', sessionOf('two', TWO));
    const terminal = await open();
    await terminal.until('down', inTop(/shields down/));
    await terminal.keys('!');
    const up = await terminal.until('up', inTop(/SHIELDS UP by you .*trial/));
    if (up.includes('┌ Shields up, with remarks')) await leave(terminal);
    const wall = await ruleset(world());
    expect(wall).toContain('opsconsole_shields');
    await load(terminal, two, 'two');
    await terminal.until('still up', inTop(/SHIELDS UP by you .*trial/));
    await terminal.keys('Enter');
    await terminal.until('kept', inTop(/SHIELDS UP(?!.*trial).*hold/));
    expect(await ruleset(world())).toContain('opsconsole_shields');
    await terminal.keys('!');
    await terminal.until('the report', shows('┌ Shields down ─'));
    await untilTrue('the wall is gone', async () => !(await ruleset(world())).includes('opsconsole_shields'));
  }, 120_000);

  it('starts no program: by :load, by :reload and when the file changes', async () => {
    const three = write('three.yml', sessionOf('three', TWO));
    const terminal = await open();
    await load(terminal, three, 'three');
    await command(terminal, 'reload');
    await terminal.until('the diff', shows('Enter takes it'));
    await terminal.keys('Enter');
    await terminal.until('it is taken', (screen) => bottomOf(screen).includes('session three from'));
    write('three.yml', sessionOf('three', ONE));
    await terminal.until('taken by itself', (screen) =>
      bottomOf(screen).includes('was changed, and is taken'),
    );
    await terminal.until('a program that waits', (screen) => /Enter (starts|runs)/.test(screen));
    for (const name of ['one', 'three']) expect(existsSync(world().path(`${name}-ran`))).toBe(false);
  }, 120_000);
});
