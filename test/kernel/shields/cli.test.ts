// opsconsole shields, the built program in a namespace: each verb, who may, who is protected, and what is left behind.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { onEnd } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { type Ended, PROGRAM, requireBuilt, runInside } from '../hazards/shell.ts';
import { startSshd } from '../hazards/sshd.ts';

const TOOLS = ['nft', 'conntrack', 'sysctl', 'setsid', 'ss', 'sshd', 'ssh', 'ssh-keygen', 'sudo', 'setpriv'];
const WEB = 8080;
const SESSION = `version: 1
name: cli
allow: [2001:db8:ffff::/64]
shields:
  ports: [${WEB}]
  profiles:
    few:
      - connections: 3
      - tcp: { synack-retries: 2 }
windows:
  - name: watch
    layout: tiled
    panes: [host]
`;

type Shell = Readonly<{
  folder: string;
  /** `NAME=value` words for a shell in which the program is to find the same place. */
  words: string;
  run(...argv: readonly string[]): Promise<Ended>;
  json(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
}>;

/** Every file below, byte by byte. */
function contents(folder: string, parts: readonly string[]): ReadonlyMap<string, string> {
  const paths = parts.flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, part, name),
    ),
  );
  const files = paths.filter((path) => statSync(path).isFile()).sort();
  return new Map(files.map((path) => [path, readFileSync(path, 'latin1')]));
}

kernelSuite('opsconsole shields', TOOLS, () => {
  const testNet = useTestNet({ clients: 3 });
  beforeAll(async () => {
    requireBuilt();
    await testNet().echoServer(testNet().server, WEB);
  });

  function openFolder(): Readonly<{
    folder: string;
    session: string;
    env: Readonly<Record<string, string>>;
  }> {
    const folder = mkdtempSync(join(tmpdir(), 'oc-shields-cli-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const session = join(folder, 'session.yml');
    writeFileSync(session, SESSION);
    const env = {
      OPSCONSOLE_STATE_DIR: join(folder, 'lib'),
      OPSCONSOLE_RUN_DIR: join(folder, 'run'),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    };
    return { folder, session, env };
  }

  function openShell(): Shell {
    const net = testNet();
    const { folder, session, env } = openFolder();
    const run: Shell['run'] = (...argv) =>
      runInside(net, [PROGRAM, 'shields', ...argv, '--session', session], { env });
    // Whatever the test left: no watcher outlives it for long.
    onEnd(async () => {
      await run('down');
    });
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return {
      folder,
      words: words.join(' '),
      run,
      async json(...argv) {
        const { out, err } = await run(...argv, '--json');
        expect(out.trimEnd().split('\n'), err).toHaveLength(1);
        return JSON.parse(out);
      },
    };
  }

  /** All that the shields may touch. */
  async function world(): Promise<string> {
    const net = testNet();
    const texts = await Promise.all([
      net.exec(net.server, ['nft', '-s', 'list', 'ruleset']),
      net.exec(net.server, [
        'sysctl',
        '-a',
        '-r',
        '^net\\.(netfilter\\.nf_conntrack_.*(timeout|max)|ipv4\\.tcp_)',
      ]),
    ]);
    return texts.map(({ stdout }) => stdout).join('\n');
  }

  test('a dry run touches nothing; up, status, up, keep, renew, down, down; then all is as before', async () => {
    const net = testNet();
    const stop = await net.trackConnections(net.server);
    onEnd(stop);
    const { run, json, folder } = openShell();
    const before = await world();
    for (const words of [
      ['up', '--dry-run', '--yes'],
      ['preview', '--yes'],
    ]) {
      const dry = await run(...words);
      expect(dry, dry.err).toMatchObject({ status: EXIT.done, err: '' });
      expect(dry.out).toContain("nft -f - <<'EOF'");
      expect(dry.out).toContain('sysctl -w net.ipv4.tcp_synack_retries=2');
      expect(await world()).toBe(before);
      expect([existsSync(join(folder, 'lib')), existsSync(join(folder, 'run'))]).toEqual([false, false]);
    }
    expect(await json('status')).toMatchObject({ kind: 'down' });

    const up = await run('up', '--yes', '--trial', '60s', '--for', '20m');
    expect(up, up.err).toMatchObject({ status: EXIT.done });
    expect(up.out).toMatch(/^SHIELDS UP in [\d.]+ s \([0-9a-f]{8}, profile default\)$/m);
    expect(up.out).toMatch(/^trial: comes down in (1:00|0:5\d) unless: opsconsole shields keep$/m);
    expect(await json('status')).toMatchObject({ kind: 'up', phase: 'trial', wall: 'standing' });
    expect(await world()).not.toBe(before);

    const again = await run('up', '--yes');
    expect(again.status).toBe(EXIT.done);
    expect(again.out).toMatch(/^the shields are up already, raised by root.*: nothing was changed$/m);
    const files = contents(folder, ['lib', 'run']);
    expect(files.size).toBeGreaterThan(7);
    const raised = await world();
    expect((await run('preview', '--yes')).status).toBe(EXIT.done);
    expect([contents(folder, ['lib', 'run']), await world()]).toEqual([files, raised]);
    const kept = await json('keep');
    expect(kept).toMatchObject({ status: 'done', now: { phase: 'held', wall: 'standing' } });
    expect((await run('renew', '--for', '45m')).out).toMatch(/^hold: comes down in (45:00|44:5\d) unless/m);
    const status = await run('status');
    expect(status.out).toMatch(/^SHIELDS UP, raised by root/);
    expect(status.out).toMatch(/^dropped: nothing$/m);

    const down = await run('down');
    expect(down, down.err).toMatchObject({ status: EXIT.done });
    expect(down.out).toMatch(/put back: nft table inet opsconsole_shields/);
    expect(await world()).toBe(before);
    expect(await run('down')).toMatchObject({
      status: EXIT.done,
      out: 'the shields are down already: nothing was changed\n',
    });
    expect((await run('keep')).status).toBe(EXIT.failed);
    expect((await run('status')).out).toMatch(
      /^the shields are down\nlast time, .*: an operator lowered them/,
    );
  });

  test('the preview names who is over the cap, most first, and who is safe; afterwards nothing has changed', async () => {
    const net = testNet();
    const stop = await net.trackConnections(net.server);
    onEnd(stop);
    await net.addAddress(net.client(1), '2001:db8:ffff::5');
    const flows = [
      ...Array.from({ length: 6 }, () => net.openFlow(net.client(0), net.server.v4, WEB)),
      ...Array.from({ length: 5 }, () =>
        net.openFlow(net.client(1), net.server.v6, WEB, { from: '2001:db8:ffff::5' }),
      ),
      ...Array.from({ length: 3 }, () => net.openFlow(net.client(2), net.server.v4, WEB)),
    ];
    for (const flow of await Promise.all(flows)) onEnd(() => flow.close());
    const { json } = openShell();
    const before = await world();
    const preview = await json('preview', '--profile', 'few');
    expect(preview).toMatchObject({ status: 'planned', profile: 'few' });
    expect(preview.affected).toEqual([
      { source: net.client(0).v4, flows: 6, cap: 3 },
      { source: '2001:db8:ffff::/64', flows: 5, cap: 3, safe: 'allowed by the session file' },
    ]);
    expect(await world()).toBe(before);
  });

  test('behind sudo, without SSH_CONNECTION, over a real sshd: the operator and a stranger are safe, and named', async () => {
    const net = testNet();
    const { words, folder, json, run } = openShell();
    const sshd = await startSshd(net);
    sshd.login(net.client(1), net.server.v6);
    const bare = `${words} ${PROGRAM} shields up --session ${folder}/session.yml`;
    const said = await sshd.run(
      net.client(0),
      net.server.v4,
      `env -u SSH_CONNECTION -u SSH_CLIENT sudo -n env -u SSH_CONNECTION -u SSH_CLIENT ${bare} --trial 60s`,
    );
    expect(said).toMatch(/SHIELDS UP in/);
    expect(said).toMatch(/verified: sshd answers on \S+:2222 in \d+ ms/);
    const status = await json('status');
    expect(status).toMatchObject({
      kind: 'up',
      state: { by: { user: 'root', sudoUser: 'root', sshPeer: net.client(0).v4 } },
    });
    const sets = await net.exec(net.server, ['nft', 'list', 'table', 'inet', 'opsconsole_shields']);
    for (const address of [net.client(0).v4, net.client(1).v6]) expect(sets.stdout).toContain(address);
    const other = await sshd.run(net.client(1), net.server.v6, `${bare} --trial 30s`);
    expect(other).toContain(
      `the shields are up already, raised by root (sudo root, from ${net.client(0).v4})`,
    );
    expect((await run('keep')).status).toBe(EXIT.done);
  });

  test('without an operator to protect nothing is done, and the reason is said', async () => {
    const { json, folder } = openShell();
    // The network that `allow` names stands for an operator: so another session.
    const session = join(folder, 'nobody.yml');
    writeFileSync(session, SESSION.replace(/^allow: .*\n/m, ''));
    const net = testNet();
    const env = { OPSCONSOLE_STATE_DIR: join(folder, 'lib'), OPSCONSOLE_RUN_DIR: join(folder, 'run') };
    const refused = await runInside(net, [PROGRAM, 'shields', 'up', '--session', session], {
      env: { ...env, XDG_STATE_HOME: folder },
    });
    expect(refused).toMatchObject({ status: EXIT.refused, out: '' });
    expect(refused.err).toMatch(/^refused: your own address was not found/);
    expect(refused.err).toMatch(/shields up --yes/);
    expect(await json('status')).toMatchObject({ kind: 'down' });
  });

  test('a user without rights is told so in one sentence, and may look', async () => {
    const net = testNet();
    const { run, words, folder } = openShell();
    await run('up', '--yes', '--trial', '60s');
    const as = (verb: string): Promise<Ended> =>
      runInside(net, [
        ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--no-new-privs'],
        ...['env', ...words.split(' '), `HOME=${folder}`, PROGRAM, 'shields', verb],
      ]);
    await net.exec(net.server, ['chmod', '755', folder]);
    const refused = ['up', 'keep', 'renew', 'down'].map(async (verb) => ({ verb, ...(await as(verb)) }));
    for (const { verb, status, out, err } of await Promise.all(refused)) {
      expect({ status, out }).toEqual({ status: EXIT.failed, out: '' });
      expect(err).toBe(
        `shields ${verb} changes the packet filter and the kernel: that needs root\n` +
          `hint: sudo opsconsole shields ${verb}; without root only "status" works\n`,
      );
    }
    const status = await as('status');
    expect(status, status.err).toMatchObject({ status: EXIT.done });
    expect(status.out).toMatch(/^SHIELDS UP, raised by root/);
  });

  test('a foreign flush of the ruleset is seen by status, and down still puts the rest back', async () => {
    const net = testNet();
    const { run, json } = openShell();
    const before = await world();
    expect((await run('up', '--yes', '--trial', '60s', '--profile', 'few')).status).toBe(EXIT.done);
    await net.exec(net.server, ['nft', 'flush', 'ruleset']);
    expect((await run('status')).out).toMatch(/^the wall is GONE: somebody else deleted our table/m);
    expect(await json('status')).toMatchObject({ kind: 'up', wall: 'gone' });
    const kept = await run('keep');
    expect([kept.status, kept.out]).toEqual([EXIT.unproved, expect.stringContaining('the wall is GONE')]);
    expect(await json('status')).toMatchObject({ kind: 'up', phase: 'held', wall: 'gone' });
    expect((await run('down')).status).toBe(EXIT.done);
    expect(await world()).toBe(before);
  });

  test('a session file with a slip raises nothing, and keeps nobody from lowering', async () => {
    const { run, json, folder } = openShell();
    expect((await run('up', '--yes', '--trial', '60s', '--profile', 'few')).status).toBe(EXIT.done);
    const session = join(folder, 'session.yml');
    writeFileSync(session, SESSION.replace('connections: 3', 'conections: 3'));
    expect((await run('up', '--yes')).status).toBe(EXIT.usage);
    expect(await json('status')).toMatchObject({ kind: 'up' });
    expect((await run('keep')).status).toBe(EXIT.done);
    const down = await run('down');
    expect([down.status, down.out]).toEqual([EXIT.done, expect.stringMatching(/^the shields are down\n/)]);
    expect(down.err).toMatch(/did you mean connections.*\nshields down goes on without the session file\n$/s);
  });

  test('nobody keeps them: they come down by themselves, and status says so', async () => {
    const { run, json, folder } = openShell();
    const before = await world();
    expect((await run('up', '--yes', '--trial', '10s', '--profile', 'few')).status).toBe(EXIT.done);
    // Its own marks first: asking the program starts a Node each time.
    const standing = join(folder, 'lib', 'shields', 'current');
    expect(existsSync(standing)).toBe(true);
    await vi.waitUntil(() => !existsSync(standing), { timeout: 40_000, interval: 50 });
    await vi.waitUntil(async () => (await json('status')).kind === 'down', {
      timeout: 40_000,
      interval: 500,
    });
    expect((await run('status')).out).toMatch(/last time, .*: they were not kept or renewed/);
    expect(await world()).toBe(before);
  });

  test('a wrong word is status 2 with one clear sentence', async () => {
    const { session, env } = openFolder();
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['up', '--trial', '120'], /^--trial: "120" is not a duration\nhint: add a unit: 120s, 120m, 120h\n$/],
      [['up', '--for', '-1h'], /^--for: "-1h" is not a duration\n/],
      [['up', '--profile', 'fwe'], /^there is no profile "fwe"\nhint: did you mean few\?\n$/],
      [['up', '--nwo'], /^error: unknown option '--nwo'\n/],
      [['keep', 'it'], /^error: too many arguments/],
      [['sideways'], /^error: unknown command 'sideways'\n/],
      [['up', '--trial', '\u001b]0;x\u0007'], /^--trial: .* is not a duration\n/],
    ];
    const ran = cases.map(async ([words, says]) => {
      const ended = await runInside(testNet(), [PROGRAM, 'shields', ...words, '--session', session], { env });
      return { words, says, ended };
    });
    for (const { words, says, ended } of await Promise.all(ran)) {
      const { status, out, err } = ended;
      expect({ words, status, out }).toEqual({ words, status: EXIT.usage, out: '' });
      expect(err).toMatch(says);
      expect(err).not.toMatch(/[\u001b\u0007]| at /);
    }
  });
});
