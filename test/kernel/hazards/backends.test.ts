// Systems that ban and are broken: each tool hangs, is half installed, talks nonsense, floods or may not do it, as a real
// program. Bans and unbans elsewhere go on, promptly; what could not be read is said, never shown as nothing.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import { EXIT } from '../../../src/cli/io.ts';
import type { Command } from '../../../src/core/plan.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';
import type { Host } from '../../../src/host/host.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createBansSource } from '../../../src/sources/bans/source.ts';
import { createJailsSources } from '../../../src/sources/jails/source.ts';
import { net as address, banOf, openKit, proved, ready, snapshot } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell } from './shell.ts';

/** Of every command to a stand-in: one that hangs is then given up soon. */
const PATIENCE_MS = 400;

/** `body`: of a script for sh. `says`: what must be said of it. */
const WAYS = [
  { way: 'hangs', body: 'exec sleep 60', says: /within|time|answer/ },
  {
    way: 'hangs after half an answer',
    body: "printf 'id,source'; exec sleep 60",
    says: /within|time|answer/,
  },
  {
    way: 'is half installed',
    body: 'echo "x: error while loading shared libraries" >&2; exit 127',
    says: /\w/,
  },
  {
    way: 'has no configuration',
    body: 'echo "Unable to read /etc/x.conf: No such file" >&2; exit 1',
    says: /\w/,
  },
  { way: 'may not do it', body: 'echo "Permission denied (you must be root)" >&2; exit 1', says: /\w/ },
  { way: 'talks nonsense', body: 'echo "<html>"; printf "\\033[2J\\033]0;x\\007"', says: /something else/ },
  { way: 'floods', body: 'exec yes 203.0.113.250', says: /too|large|more|time|within/ },
] as const;

const SOME = WAYS.filter(({ way }) => ['hangs', 'is half installed', 'talks nonsense'].includes(way));

const DAEMONS = [
  { id: 'fail2ban', tool: 'fail2ban-client' },
  { id: 'crowdsec', tool: 'cscli' },
] as const;
/** fail2ban-client -i, which gives back what is echoed. */
const HANGS_AT_MEMBERS = `while read -r line; do
  case $line in
    echo*) line=\${line#echo \\'}; echo "fail2ban> \${line%\\'}" ;;
    version) echo 'fail2ban> 1.0.2' ;;
    banned) echo "fail2ban> [{'sshd': ['203.0.113.5']}]" ;;
    *--with-time) exec sleep 60 ;;
    *bantime) echo 'fail2ban> 600' ;;
    *actions) echo 'fail2ban> No actions for jail sshd' ;;
  esac
done`;
const BANNED = '198.51.100.9';
const ELSEWHERE = '198.51.100.10';
const SET = 'nft:inet filter banned' as SetKey;
const RULES = `table inet filter {
  set banned { type ipv4_addr; flags timeout; elements = { ${BANNED} timeout 1h } }
  chain input { type filter hook input priority 0; ip saddr @banned drop; }
}`;

kernelSuite('broken systems beside ours', ['nft', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oc-broken-'));
    await testNet().exec(testNet().server, ['nft', '-f', '-'], { input: RULES });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** `host` with these programs instead of what is installed; `asked`: how often one was started. */
  function broken(host: Host, tools: Readonly<Record<string, string>>) {
    const started: string[] = [];
    const paths = new Map(
      Object.entries(tools).map(([tool, body], index) => {
        const path = join(folder, `${tool}-${index}-${body.length}`);
        writeFileSync(path, `#!/bin/sh\n${body}\n`);
        chmodSync(path, 0o755);
        return [tool, path] as const;
      }),
    );
    const find = (tool: string) => Promise.resolve(paths.get(tool));
    const runner = createRunner({ find, forget: () => undefined }, ({ argv }, path) => {
      started.push(argv[0]);
      return [path, ...argv.slice(1)];
    });
    const soon = (one: Command): Command => ({ ...one, timeoutMs: Math.min(one.timeoutMs, PATIENCE_MS) });
    const through: Host = {
      ...host,
      which: (tool) => (paths.has(tool) ? find(tool) : host.which(tool)),
      run: (one, signal) => (paths.has(one.argv[0]) ? runner.run(soon(one), signal) : host.run(one, signal)),
      stream: (one, onChunk, signal) =>
        paths.has(one.argv[0])
          ? runner.stream(soon(one), onChunk, signal)
          : host.stream(one, onChunk, signal),
    };
    return { host: through, started };
  }

  const allBroken = (body: string) => Object.fromEntries(DAEMONS.map(({ tool }) => [tool, body]));

  test.each(WAYS)(
    'a daemon that $way holds up no ban, and an unban says that it was not looked at',
    async ({ body, says }) => {
      const inside = await openKit(testNet());
      const { host, started } = broken(inside.host, allBroken(body));
      const { desk } = await openKit(testNet(), { host });
      ready(await desk.preview(banOf([ELSEWHERE])));
      expect(started).toEqual([]);

      const view = await readFirewalls(host, BACKENDS);
      expect(view.blind.map(({ backend }) => backend.id).sort()).toEqual(['crowdsec', 'fail2ban']);
      for (const { problem } of view.blind) expect(problem.summary).toMatch(says);
      expect(view.arms.find(({ backend }) => backend.id === 'nft')?.sets.length).toBeGreaterThan(0);

      const absent = await desk.preview({ action: 'unban', nets: [address(ELSEWHERE)] });
      expect(absent).toMatchObject({
        kind: 'refused',
        reasons: expect.arrayContaining(
          DAEMONS.map(({ id }) => expect.stringMatching(new RegExp(`^not looked at: ${id}: .`))),
        ),
      });
      const free = ready(await desk.preview({ action: 'unban', nets: [address(BANNED)] }));
      expect(free.plan.notes.join('\n')).toMatch(/not every firewall tool could be read/);
      const asked = started.length;
      ready(await desk.preview({ action: 'unban', nets: [address(BANNED)], set: SET }));
      expect(started).toHaveLength(asked);
    },
  );

  test('a daemon that names its lists and hangs when asked who is in them keeps nobody from being freed elsewhere', async () => {
    const inside = await openKit(testNet());
    const { host } = broken(inside.host, { 'fail2ban-client': HANGS_AT_MEMBERS });
    const { desk } = await openKit(testNet(), { host });
    const view = await readFirewalls(host, BACKENDS);
    expect(view.arms.flatMap(({ sets }) => sets.map(({ key }) => key))).toContain('fail2ban:sshd');
    const free = ready(await desk.preview({ action: 'unban', nets: [address(BANNED)] }));
    expect(free.plan.notes.join('\n')).toMatch(/not every firewall tool could be read/);
    const absent = await desk.preview({ action: 'unban', nets: [address(ELSEWHERE)] });
    expect(absent.kind === 'refused' && absent.reasons.join('\n')).toMatch(/^not looked at: fail2ban: ./m);
  });

  test('with daemons that hang, a ban is done, proved and taken back without asking them', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const inside = await openKit(net);
    const { host, started } = broken(inside.host, allBroken('exec sleep 60'));
    const { desk } = await openKit(net, { host });
    await proved(desk, banOf([ELSEWHERE]));
    await proved(desk, { action: 'undo' });
    expect(started).toEqual([]);
    expect(await snapshot(net)).toBe(before);
  });

  test.each(WAYS.filter(({ way }) => way === 'hangs' || way === 'talks nonsense'))(
    'a daemon that $way is said by bans, doctor, save and both panes',
    async ({ body, says }) => {
      const { run, host } = await openShell(testNet(), (real) => broken(real, allBroken(body)).host);
      const bans = await run(['bans']);
      expect(bans.out).toContain(BANNED);
      expect(bans.err).toMatch(says);
      expect(bans.out + bans.err).not.toMatch(/\u001b|empty: .*(?:fail2ban|decisions)/);
      const doctor = await run(['doctor']);
      for (const { id } of DAEMONS) expect(doctor.out).toMatch(new RegExp(`NO +${id} `));
      expect(doctor.out).not.toMatch(/\u001b|\b0 (?:jails|decisions)/);
      const saved = await run(['bans', 'save']);
      expect([saved.status, saved.out], saved.err).toEqual([
        EXIT.done,
        expect.stringMatching(/^saved 1 bans/),
      ]);

      const { signal } = new AbortController();
      const sample = await createBansSource({ everyMs: 2000 }).read(host, signal, { asked: true });
      if (!sample.ok) throw new Error(sample.problem.summary);
      expect(sample.value.sets.map(({ backend }) => backend)).toContain('nft');
      for (const { id } of DAEMONS)
        expect(sample.value.gaps).toEqual(
          expect.arrayContaining([expect.stringMatching(new RegExp(`^${id}: .`))]),
        );
      const jails = await createJailsSources({ everyMs: 5000 }).jails.read(host, signal);
      expect(jails.ok ? '' : jails.problem.summary).toMatch(/\w+ \w+/);
    },
  );

  test.each(WAYS)(
    'iptables-save that $way: a ban goes on, what is in its chains is not known',
    async ({ body }) => {
      const inside = await openKit(testNet());
      const names = ['iptables-save', 'ip6tables-save', 'iptables-legacy-save', 'ip6tables-legacy-save'];
      const { host } = broken(inside.host, Object.fromEntries(names.map((name) => [name, body])));
      const { desk } = await openKit(testNet(), { host });
      ready(await desk.preview(banOf([ELSEWHERE])));
      const nowhere = await desk.preview({ action: 'unban', nets: [address(ELSEWHERE)] });
      expect(nowhere.kind).toBe('failed');
    },
  );

  test.each(SOME)('an nft that $way makes nothing halfway, and says so', async ({ body }) => {
    const net = testNet();
    const before = await snapshot(net);
    const inside = await openKit(net);
    const { host } = broken(inside.host, { nft: body });
    const which = (tool: string) => (tool === 'ipset' ? Promise.resolve(undefined) : host.which(tool));
    const { desk } = await openKit(net, { host: { ...host, which } });
    const preview = await desk.preview(banOf([BANNED]));
    expect(preview.kind).toBe('failed');
    expect(preview.kind === 'failed' && preview.problem.summary).toMatch(/nft/);
    expect(await snapshot(net)).toBe(before);
  });
});
