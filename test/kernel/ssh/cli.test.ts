// The command line on other hosts: one, and several of which one does not answer.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerActCommands } from '../../../src/cli/acts.ts';
import { addHostFlags } from '../../../src/cli/hosts/flags.ts';
import { registerShieldsCommands } from '../../../src/cli/shields-commands.ts';
import { command } from '../../../src/core/plan.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { createSshHost } from '../../../src/host/ssh/create.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const SESSION = `version: 1
hosts:
  a: { ssh: far }
  b: { ssh: far }
  gone: { ssh: far-gone }
groups: { both: [a, b], web: [a, gone] }
windows: [{ name: w, panes: [bans] }]
`;
const ONE = '198.18.7.9';
const TWO = '198.18.7.10';

type Said = Readonly<{ status: number | undefined; out: string; err: string }>;

kernelSuite('the command line over ssh', ['ssh', 'sshd', 'ssh-keygen', 'nft', 'conntrack'], () => {
  const net = useTestNet();
  const far = useFarHost(net, { ssh: ['Host far-gone', 'HostName 192.0.2.254', 'ConnectTimeout 1'] });
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oc-cli-'));
    writeFileSync(join(folder, '.opsconsole.yml'), SESSION);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As typed, in the folder of the session file; with its own journal. */
  async function run(...argv: readonly string[]): Promise<Said> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const env = { HOME: folder, XDG_STATE_HOME: folder, OPSCONSOLE_STATE_DIR: folder };
    let status: number | undefined;
    const program = addHostFlags(new Command('opsconsole'));
    const local = createLocalHost({ sudo: 'never' });
    const deps = {
      io: { stdin: new PassThrough(), stdout, stderr, env, cwd: folder, terminal: false },
      host: () => local,
      exit: (given: number) => {
        status = given;
      },
      argv,
      before: () => program.opts(),
      makeHost: ({ entry, runDir, config = '' }: Parameters<typeof createSshHost>[0]) =>
        createSshHost({ ...far().options, entry, runDir, config }),
    };
    registerActCommands(program, deps);
    registerShieldsCommands(program, deps);
    const config = far().options.config ?? '';
    await program.parseAsync(['--ssh-config', config, ...argv], { from: 'user' });
    const text = (stream: PassThrough): string => String(stream.read() ?? '');
    return { status, out: text(stdout), err: text(stderr) };
  }
  const json = (text: string): readonly Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const rules = async (): Promise<string> => {
    const listed = await far().host.run(command(['nft', 'list', 'ruleset'], { privileged: true }));
    return listed.ok ? listed.value.stdout : listed.problem.summary;
  };

  test('an act on one host is in its firewall and under its name in our journal, and comes back', async () => {
    const banned = await run('ban', ONE, '--for', '1h', '--host', 'a');
    expect(banned).toMatchObject({ status: 0, err: '' });
    const id = /\(opsconsole undo --host a (\S+)\)/.exec(banned.out)?.[1] ?? '';
    expect(await rules()).toContain(ONE);

    expect((await run('journal')).out).toMatch(new RegExp(`^ID +HOST .*\n${id} +a `));
    const [rows] = json((await run('journal', '--host', 'a', '--json')).out);
    expect(rows).toMatchObject([{ id, host: 'a', state: 'done' }]);
    expect((await run('journal', '--host', 'b')).out).toBe('no act yet\n');

    expect(await run('undo', '--host', 'b', id)).toMatchObject({
      status: 3,
      err: `refused: act ${id} was done on a: opsconsole undo --host a ${id}\n`,
    });
    expect(await run('--host', 'a', 'undo', id)).toMatchObject({ status: 0 });
    expect(await rules()).not.toContain(ONE);
  });

  test('of a group one does not answer: who failed, and the words for it alone', async () => {
    const banned = await run('ban', TWO, '--for', '1h', '--group', 'web');
    expect(banned.status).toBe(1);
    expect(banned.out).toMatch(/^== a ==\n[\s\S]*opsconsole undo --host a /);
    expect(banned.err).toMatch(/^gone: .*\n/);
    expect(banned.err).toContain(
      `not done on 1 of 2 hosts: gone\nagain: opsconsole ban ${TWO} --for 1h --host gone\n`,
    );
    expect(await rules()).toContain(TWO);

    const listed = await run('bans', '--json', '--group', 'web');
    expect(listed.status).toBe(1);
    const [first, second] = json(listed.out).toSorted((one) => (Array.isArray(one) ? 1 : -1));
    expect(first).toMatchObject({ host: 'gone', status: 'failed', problem: { code: 'no-line' } });
    expect(JSON.stringify(second)).toContain(`"address":"${TWO}"`);
    expect(second).toEqual(expect.arrayContaining([expect.objectContaining({ host: 'a' })]));
  });

  test('what is disruptive needs one yes for all; readers read there', async () => {
    const unsaid = await run('ban', '198.51.100.7/16', '--group', 'both');
    expect(unsaid.status).toBe(5);
    expect(unsaid.err).toMatch(/^(a|b): needs a yes/m);
    expect(await rules()).not.toContain('198.51');

    const status = await run('shields', 'status', '--group', 'both', '--json');
    expect(status.status).toBe(0);
    expect(
      json(status.out)
        .map(({ host, kind }) => [host, kind])
        .toSorted(),
    ).toEqual([
      ['a', 'down'],
      ['b', 'down'],
    ]);
    expect((await run('doctor', '--host', 'far')).out).toMatch(/^yes +rights +root there/m);
    expect(
      far()
        .nearProcesses()
        .filter((line) => !line.includes(far().folder)),
    ).toEqual([]);
  });
});
