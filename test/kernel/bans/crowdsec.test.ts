// CrowdSec as it really behaves: what its bouncer does not enforce, decisions beside each other, and a local API that is
// slow, hung, gone or does not know us.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import type { SetInfo, SetKey } from '../../../src/core/rows.ts';
import { crowdsecBackend } from '../../../src/firewall/crowdsec/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { readSets } from '../../../src/firewall/read-sets.ts';
import { act, banOf, missingOf, net, openKit, proved, ready, refusedFor } from '../acts/kit.ts';
import { CROWDSEC_TOOLS, type Crowdsec, startCrowdsec } from '../harness/crowdsec.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const BACKENDS = [nftBackend, crowdsecBackend];
const SET = 'crowdsec:decisions';

kernelSuite('CrowdSec', ['nft', 'conntrack', ...CROWDSEC_TOOLS], () => {
  const testNet = useTestNet({ clients: 0 });
  let server: Crowdsec | undefined;
  const crowdsec = (): Crowdsec => {
    if (server === undefined) throw new Error('the server exists only inside tests');
    return server;
  };
  beforeAll(async () => {
    server = await startCrowdsec(testNet());
  });
  afterAll(() => server?.dispose());

  const openDesk = async () => (await openKit(testNet(), { backends: BACKENDS, host: crowdsec().host })).desk;
  const add = (...words: readonly string[]) => crowdsec().cscli('decisions', 'add', '-d', '4h', ...words);
  /** "Ip:192.0.2.1 reason", of all that stands, also what the list of decisions hides. */
  const standing = async (address: string): Promise<readonly string[]> => {
    const { stdout } = await crowdsec().cscli(
      'alerts',
      'list',
      '-o',
      'json',
      '-a',
      '-l',
      '0',
      '--ip',
      address,
    );
    const alerts: readonly { decisions: readonly Record<string, string>[] }[] = JSON.parse(stdout) ?? [];
    return alerts
      .flatMap(({ decisions }) => decisions)
      .filter(({ duration }) => duration?.startsWith('-') === false)
      .map(({ scope, value, scenario }) => `${scope}:${value} ${scenario}`);
  };
  const listOf = async (): Promise<SetInfo> => {
    const { arms } = await readFirewalls(crowdsec().host, BACKENDS);
    const found = arms.flatMap(({ sets }) => sets).find(({ key }) => key === SET);
    if (found === undefined) throw new Error('the list was not read');
    return found;
  };
  const inKernel = async (address: string): Promise<boolean> =>
    (await testNet().exec(testNet().server, ['nft', 'list', 'ruleset'])).stdout.includes(address);
  const findings = async (): Promise<string> =>
    ((await listOf()).findings ?? []).map(({ level, says }) => `${level}: ${says}`).join('\n');

  test('without a bouncer a ban is on the list and stops nobody, and both are said', async () => {
    const desk = await openDesk();
    expect(await findings()).toMatch(/^harm: no set of a firewall bouncer was found here/);
    const missing = await missingOf(desk, banOf(['192.0.2.50'], { set: SET, reason: 'no bouncer' }));
    expect(missing).toMatch(/no rule uses this set/);
    expect(await standing('192.0.2.50')).toEqual(['Ip:192.0.2.50 no bouncer']);
    await proved(desk, { action: 'undo' });
    expect(await standing('192.0.2.50')).toEqual([]);
  });

  test('an unban takes every decision on the address, and none around it', async () => {
    const desk = await openDesk();
    await add('--ip', '192.0.2.60', '-R', 'older');
    await add('--ip', '192.0.2.60', '-R', 'newer');
    await add('--range', '192.0.2.0/24', '-R', 'around');
    await proved(desk, { action: 'unban', nets: [net('192.0.2.60')] });
    expect(await standing('192.0.2.60')).toEqual(['Range:192.0.2.0/24 around']);
    expect(await missingOf(desk, { action: 'undo' })).toBe(
      '192.0.2.60 is on the list decisions, but no set of the kernel here holds what is on it',
    );
    expect([...(await standing('192.0.2.60'))].sort()).toEqual([
      'Ip:192.0.2.60 newer',
      'Ip:192.0.2.60 older',
      'Range:192.0.2.0/24 around',
    ]);
    await crowdsec().cscli('decisions', 'delete', '--all');
  });

  test('the undo of a ban leaves what others decided about the same address', async () => {
    const desk = await openDesk();
    await add('--ip', '2001:db8::60', '-R', 'theirs; $(id) "x" ü');
    await act(
      desk,
      banOf(['2001:db8::60'], { set: SET.replace(':', '6:'), seconds: 86_400, reason: '-ours-' }),
    );
    expect(await standing('2001:db8::60')).toHaveLength(2);
    await proved(desk, { action: 'undo' });
    expect(await standing('2001:db8::60')).toEqual(['Ip:2001:db8::60 theirs; $(id) "x" ü']);
    await crowdsec().cscli('decisions', 'delete', '--all');
  });

  test('the way back of an addition deletes just that one', async () => {
    await add('--ip', '192.0.2.70', '-R', 'by a scenario');
    const [four] = (await readFirewalls(crowdsec().host, BACKENDS)).arms.flatMap(({ sets }) => sets);
    const [step] = crowdsecBackend.planAdd(four ?? (await listOf()), [
      { net: net('192.0.2.70'), seconds: 60, comment: '--all "\n$(id)' },
    ]);
    if (step === undefined) throw new Error('one step');
    expect((await crowdsec().host.run(step.command)).ok).toBe(true);
    expect(await standing('192.0.2.70')).toHaveLength(2);
    for (const back of crowdsecBackend.inverse?.(step) ?? [])
      expect((await crowdsec().host.run(back.command)).ok).toBe(true);
    expect(await standing('192.0.2.70')).toEqual(['Ip:192.0.2.70 by a scenario']);
    await crowdsec().cscli('decisions', 'delete', '--all');
  });

  test('a bouncer with nft sets stops no range, and says nothing of countries', async () => {
    const desk = await openDesk();
    await crowdsec().startBouncer('nftables');
    await add('--scope', 'Country', '--value', 'FR', '-R', 'c');
    await add('--ip', '192.0.2.80', '-t', 'captcha', '-R', 'c');
    const missing = await missingOf(desk, banOf(['198.51.100.0/24'], { set: SET }));
    expect(missing).toMatch(/crowdsec-blacklists holds single addresses: it is not stopped on this host/);
    const said = await findings();
    expect(said).toMatch(/^harm: 1 of the decisions is a range, but set crowdsec-blacklists holds/m);
    expect(said).toMatch(/^warning: 1 of scope Country: no firewall bouncer enforces/m);
    expect(said).toMatch(/^note: 1 decision is of another type/m);
    expect(await listOf()).toMatchObject({
      enforcedBy: ['nft:ip crowdsec crowdsec-blacklists'],
      enforcement: { kind: 'dropped' },
    });
    await add('--ip', '192.0.2.82', '-R', 'sooner');
    await vi.waitUntil(() => inKernel('192.0.2.82'), { timeout: 20_000, interval: 100 });
    expect(await missingOf(desk, banOf(['192.0.2.82'], { set: SET, seconds: 86_400 }))).toMatch(
      /^192\.0\.2\.82 was in crowdsec-blacklists already and ends there in 3h 5\dm: crowdsec did not take/,
    );
    expect(await refusedFor(desk, banOf(['192.0.2.81'], { set: SET, seconds: null }))).toMatch(
      /choose a duration/,
    );
    await crowdsec().cscli('decisions', 'delete', '--all');
  });

  test('a bouncer that hangs leaves a ban pending; once it is awake it is in the kernel', async () => {
    const desk = await openDesk();
    crowdsec().hangBouncer();
    const missing = await missingOf(desk, banOf(['192.0.2.90'], { set: SET }));
    expect(missing).toMatch(
      /^pending: 192\.0\.2\.90 is on the list decisions, but crowdsec has not put it into/,
    );
    // Bans from a file are proved no easier.
    const preview = await desk.preview({
      action: 'import',
      nets: [net('192.0.2.91')],
      seconds: 3600,
      target: { kind: 'set', set: SET as SetKey },
      reason: 'list',
    });
    const { outcome } = await desk.perform(ready(preview).token);
    expect(outcome).toMatchObject({
      proof: { kind: 'unproved', missing: [expect.stringMatching(/^pending: 192\.0\.2\.91 /)] },
    });
    crowdsec().wakeBouncer();
    for (const address of ['192.0.2.91', '192.0.2.90']) {
      await vi.waitUntil(() => inKernel(address), { timeout: 20_000, interval: 100 });
      await proved(desk, { action: 'undo' });
      expect(await inKernel(address)).toBe(false);
    }
  });

  test('a local API that hangs, is gone, or knows us no more is said, and changes nothing', async () => {
    const { host, folder } = crowdsec();
    const check = async (): Promise<string> => {
      const reading = await readSets(crowdsecBackend, (command) => host.run({ ...command, timeoutMs: 1500 }));
      const { works, says, todo } = crowdsecBackend.check?.(reading) ?? { works: true, says: '' };
      return `${works} ${says} ${todo ?? ''}`;
    };
    crowdsec().hang();
    expect(await check()).toMatch(/^false .*accepts connections and does not answer/);
    crowdsec().wake();

    const file = join(folder, 'local_api_credentials.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace(/^password: .*/m, 'password: wrong'));
    expect(await check()).toMatch(/^false .*refuses these credentials/);
    const desk = await openDesk();
    expect(await refusedFor(desk, banOf(['192.0.2.99'], { set: SET }))).toMatch(/no set crowdsec:decisions/);
    writeFileSync(file, good);

    await crowdsec().stopApi();
    expect(await check()).toMatch(/^false .*systemctl status crowdsec/);
    // Another set does not need it.
    await proved(desk, banOf(['192.0.2.98']));
  });
});
