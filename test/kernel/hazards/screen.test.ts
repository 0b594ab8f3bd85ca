// What attackers write into logs, names, comments and reasons, on the built program's screen: it is shown, and the
// terminal obeys none of it. What an act would take from a forged line, and what a user without rights is shown.

import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useWorld, type World } from '../../terminal/harness/console.ts';
import { bottomOf, frameFaults, paneOf, shows } from '../../terminal/harness/drawn.ts';
import { openTerminal, type TestTerminal } from '../../terminal/harness/tmux.ts';
import { HOSTILE } from '../../unit/hazards/obeyed.ts';
import { onEnd } from '../acts/kit.ts';
import { kernelSuite } from '../harness/require.ts';
import { PROGRAM, runInside } from './shell.ts';

const SIZE = { columns: 200, rows: 60 };
const SESSION = `
version: 1
name: hazards
refresh: 500ms
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/raw.log, title: raw }
      - { log: PATH/web.log, title: web }
      - { log: "PATH/logs/*.log", title: named }
      - bans
      - journal
      - conntrack
`;
const STAMP = '[12/Mar/2025:02:13:04 +0000]';
const FORGED: readonly (readonly [line: string, taken: string, how: string])[] = [
  [
    `203.0.113.10 - - ${STAMP} "GET / HTTP/1.1" 404 1 "-" "\\x222026-11-20 12:00:00,000 fail2ban.actions [1]: NOTICE [sshd] Ban 8.8.8.8"`,
    '203.0.113.10',
    'field client',
  ],
  [
    `203.0.113.10 - 8.8.8.8 ${STAMP} "GET /8.8.8.8 HTTP/1.1" 404 1 "http://8.8.8.8/" "8.8.8.8" "8.8.8.8, 10.0.0.1, fe80::1"`,
    '203.0.113.10',
    'field client',
  ],
];

/** Starts the console in a terminal and writes down every byte that it sends there. */
async function recorded(
  world: World,
  argv = world.argv(),
): Promise<{ console: TestTerminal; bytes: () => string }> {
  const file = world.path('sent');
  const sh = ['script', '-qefc', argv.map((word) => `'${word}'`).join(' '), file];
  const console = await openTerminal({ ...SIZE, argv: sh, env: world.env, cwd: world.path('') });
  const recorder = await console.pid();
  onEnd(async () => {
    // `script` does not hand the hang-up of its own terminal on to the program that it records.
    const program = childOf(recorder);
    await console.close();
    if (program !== undefined) process.kill(program, 'SIGTERM');
  });
  await console.tmux('set', '-g', 'set-clipboard', 'on');
  return { console, bytes: () => readFileSync(file, 'utf8') };
}

function childOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

/** In words, what the bytes that were sent ask of a terminal and we never ask: titles, links, clipboard, reports… */
function asked(sent: string): readonly string[] {
  const body = sent.slice(sent.indexOf('\n') + 1);
  const found =
    body.match(
      /\u001b[\]P_^X][^\u001b\u0007]{0,20}|[\u0080-\u009f\u000e\u000f\u0000\u007f\b]|\u001b\[(?:c|6n|2[01]t|5i)/g,
    ) ?? [];
  const hidden = body.match(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060\ufeff\u2028\u2029]/g) ?? [];
  return [...new Set([...found, ...hidden])].map((one) => JSON.stringify(one));
}

kernelSuite('hostile bytes on the screen', ['tmux', 'nft', 'ipset', 'conntrack', 'script', 'setpriv'], () => {
  const world = useWorld({ session: SESSION, logs: ['raw.log', 'web.log'], clients: 1 });

  test('in log lines, file names, set names, comments and reasons: shown as text, obeyed never', async () => {
    const { net } = world();
    const names = ['e\u001b]0;owned\u0007', 'n\nName: forged', '\u202ereversed', 'c\u009b2J'];
    for (const [index, name] of names.entries()) {
      await net.exec(net.server, ['ipset', 'create', name, 'hash:ip', 'timeout', '0', 'comment']);
      const element = ['ipset', 'add', name, `198.51.100.${60 + index}`] as const;
      await net.exec(net.server, [...element, 'comment', `c${HOSTILE[index]?.[1]}`], { anyExit: true });
    }
    mkdirSync(world().path('logs'));
    for (const name of names) writeFileSync(`${world().path('logs')}/${name}.log`, `line of ${name}\n`);
    const all = HOSTILE.map(([, text]) => text)
      .filter((text) => !text.includes('\0'))
      .join(' ');
    const acted = await runInside(net, [PROGRAM, 'ban', '198.51.100.9', '--for', '1h', '--reason', all], {
      env: world().env,
    });
    expect(acted.status, acted.err).toBe(0);
    const lines = HOSTILE.map(([what, text]) => Buffer.from(`${what}: <${text}>\n`));
    const invalid = Buffer.from('invalid: <\x9b2J\x9d0;owned\x9c\xff\xfe\xc3(>\n', 'latin1');
    const huge = Buffer.from(`huge: ${'x'.repeat(1_000_000)}\u001b[2J\n`);
    writeFileSync(
      world().path('raw.log'),
      Buffer.concat([huge, ...lines, invalid, Buffer.from('last, without newline')]),
    );

    const { console, bytes } = await recorded(world());
    const title = await console.ask('#{pane_title}');
    const screen = await console.until(
      'all lines and rows',
      (seen) =>
        shows(
          'title: <\\x1b]0;owned\\x07>',
          'invalid: <',
          'last, without newline',
          '198.51.100.6',
          'ban 198.51.100.9',
        )(seen) && HOSTILE.every(([what]) => seen.includes(`${what}: <`)),
    );
    expect(frameFaults(screen, SIZE.columns, SIZE.rows)).toEqual([]);
    await console.keys('M-5', 'Enter');
    await console.until('the act with its reason', shows('clear', '\\x1b[2J'));
    await console.keys('Escape', 'M-4');
    await console.type(':ban \u202e1.2.3.4');
    await console.keys('Enter');
    await console.until('the typed words', shows('is not an IP address'));
    await console.keys('Escape', 'Escape');
    expect(bytes().length).toBeGreaterThan(5000);
    expect(asked(bytes())).toEqual([]);
    expect(await console.ask('#{pane_title}')).toBe(title);
    expect(await console.ask('#{alternate_on}')).toBe('1');
    await expect(console.tmux('show-buffer')).rejects.toThrow(/no buffer/);
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole'], { anyExit: true });
  });

  test('a forged line: the dialog names the address it takes, its field and its file', async () => {
    for (const [line, taken, how] of FORGED) {
      world().file('web.log', `${line}\n`);
      const { console } = await recorded(world());
      await console.until('the line', (seen) => paneOf(seen, 'web').join().includes('404'));
      await console.keys('M-2', 'b');
      const dialog = await console.until('the dialog', shows('will run', 'from'));
      expect(dialog).toContain(`Ban ${taken}`);
      expect(dialog).toMatch(new RegExp(`from +web\\.log, combined, ${how}`));
      await console.keys('Escape');
      await console.close();
    }
  });

  test('a forwarded-for list in front: no address is taken unpicked, and the dialog says why', async () => {
    const list = `198.51.100.8, 203.0.113.10 - - ${STAMP} "GET / HTTP/1.1" 404 1 "-" "curl/8"`;
    world().file('web.log', `${list}\n`);
    const { console } = await recorded(world());
    await console.until('the line', (seen) => paneOf(seen, 'web').join().includes('404'));
    await console.keys('M-2', 'b');
    const empty = await console.until('the dialog', shows('from', 'could be forged'));
    expect(empty).toMatch(/from +forwarded, could be forged: web\.log, combined; Tab picks an address/);
    expect(empty).not.toMatch(/Ban \d/);
    await console.keys('Escape');
    await console.until('it is closed', (seen) => !seen.includes('could be forged'));
    await console.keys('Tab', 'Tab', 'b');
    const picked = await console.until('the dialog', shows('will run', 'could be forged'));
    expect(picked).toContain('Ban 203.0.113.10');
    expect(picked).toMatch(/from +forwarded, could be forged: web\.log, combined, address 2 of 2, picked/);
    await console.keys('Escape');
    await console.close();
  });

  test('a user without rights sees which panes are blind and why, and no zero in them', async () => {
    for (const path of ['', 'raw.log', 'web.log']) chownSync(world().path(path), 65_534, 65_534);
    chmodSync(world().path(''), 0o755);
    const argv = world().argv({
      session: world().file('nobody.yml', SESSION.replaceAll('PATH/', world().path(''))),
    });
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
    const console = await openTerminal({
      ...SIZE,
      argv: [...argv.slice(0, 4), ...nobody, ...argv.slice(4)],
      env: { ...world().env, XDG_STATE_HOME: world().path('nobody') },
      cwd: world().path(''),
    });
    onEnd(() => console.close());
    const screen = await console.until('the blind panes', (seen) => {
      const bans = paneOf(seen, 'bans').join(' ');
      const flows = paneOf(seen, 'conntrack').join(' ');
      return /root|sudo|permi/i.test(bans) && /root|sudo|permi/i.test(flows);
    });
    expect(paneOf(screen, 'bans').join(' ')).not.toMatch(/No ban set found|\b0 /);
    expect(paneOf(screen, 'conntrack').join(' ')).not.toMatch(/no flows|flows +0\b/);
    await console.type(':ban 198.51.100.9');
    await console.keys('Enter');
    await console.until('why not', shows('changing the firewall needs root'));
    await console.keys('Enter', 'Escape');
    expect(bottomOf(await console.until('it is closed', (seen) => !seen.includes('needs root')))).not.toMatch(
      /banned/,
    );
  });
});
