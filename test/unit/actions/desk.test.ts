// The desk on a strict fake host: which commands run for which act, in which order, and what happens when one fails.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createDesk, type Desk, type DeskOptions, TOKEN_LIFE_MS } from '../../../src/actions/desk.ts';
import { takeLock } from '../../../src/actions/journal/file.ts';
import { createJournal, type Journal } from '../../../src/actions/journal/journal.ts';
import type { ActDraft, ActPreview } from '../../../src/core/act.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail } from '../../../src/core/result.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { createFakeHost, type FakeHost, wordsOf } from '../../fakes/fake-host.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

const banOf = (
  texts: readonly string[],
  extra: Partial<Extract<ActDraft, { action: 'ban' }>> = {},
): ActDraft => ({
  action: 'ban',
  nets: texts.map(net),
  seconds: 3600,
  target: { kind: 'own' },
  reason: 'scan',
  cut: true,
  ...extra,
});

const LISTINGS =
  /^(nft -j -t list ruleset|nft -t list ruleset|ipset list -t|ip6?tables(-legacy)?-save|nft -c )/;

/** A machine without any set, with an ssh peer at 198.51.100.7. */
function machine(tools: readonly string[]): FakeHost {
  const host = createFakeHost()
    .file('/proc/self/stat', '700 (node) S 0 700')
    .file('/proc/self/environ', 'SSH_CONNECTION=198.51.100.7 50000 192.0.2.1 22\0')
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/net/fib_trie', '')
    .file('/proc/net/route', 'head\n')
    .file('/etc/resolv.conf', '')
    .file('/proc/sys/net/netfilter/nf_conntrack_count', '5\n')
    .file('/proc/net/nf_conntrack', '')
    .on('ss -tlnpeH')
    .on('ss -tneH')
    .on('nft -j -t list ruleset', { stdout: '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}' })
    .on('nft -t list ruleset')
    .on('ipset list -t')
    .on(/^ip6?tables(-legacy)?-save$/);
  for (const tool of tools) host.tool(tool, true);
  return host;
}

const NFT = ['nft', 'conntrack'];
const IPSET = ['ipset', 'iptables', 'conntrack'];

type Bench = Readonly<{ desk: Desk; host: FakeHost; journal: Journal; path: string }>;

function bench(host: FakeHost, options: Partial<DeskOptions> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'oc-desk-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'journal.db');
  const journal = createJournal(path);
  const desk = createDesk({
    host,
    journal,
    operator: { user: 'root', console: 'c1' },
    allow: [],
    readOnly: false,
    backends: [nftBackend, ipsetBackend],
    ...options,
  });
  cleanups.push(() => desk.close());
  return { desk, host, journal, path };
}

function ready(preview: ActPreview): Extract<ActPreview, { kind: 'ready' }> {
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  return preview;
}

/** What changes the machine, without the listings around it. */
const changes = (host: FakeHost): readonly string[] =>
  host.commands.map(wordsOf).filter((words) => !LISTINGS.test(words) && !words.startsWith('ss '));

describe('exact commands of a ban into our own table', () => {
  test.each([
    [
      'nft',
      NFT,
      '203.0.113.9',
      'ban4 { 203.0.113.9 timeout 3600s comment "scan" }',
      '-s 203.0.113.9',
      /ban6 \{|net[46] \{|ipset|iptables|-f ipv6/,
    ],
    [
      'nft',
      NFT,
      '2001:db8::9',
      'ban6 { 2001:db8::9 timeout 3600s comment "scan" }',
      '-f ipv6 -s 2001:db8::9',
      /ban4 \{|net[46] \{|ipset|iptables/,
    ],
    [
      'nft',
      NFT,
      '203.0.113.0/24',
      'net4 { 203.0.113.0/24 timeout 3600s comment "scan" }',
      '-s 203.0.113.0/24',
      /ban[46] \{ \d|net6 \{ \d|ipset|-f ipv6/,
    ],
    [
      'ipset',
      IPSET,
      '203.0.113.9',
      'add oc_ban4 203.0.113.9 timeout 3600 comment "scan"',
      '-s 203.0.113.9',
      /nft|ip6tables|oc_ban6|-f ipv6/,
    ],
    [
      'ipset',
      IPSET,
      '2001:db8:1::/64',
      'add oc_net6 2001:db8:1::/64 timeout 3600 comment "scan"',
      '-f ipv6 -s 2001:db8:1::/64',
      /nft|iptables -w|oc_ban4|oc_net4/,
    ],
  ])('%s %s %s', async (_, tools, text, added, cut, never) => {
    const host = machine(tools as readonly string[]);
    host
      .on('nft -f -')
      .on('ipset restore')
      .on(/^ip6?tables/)
      .on('conntrack -D', { exitCode: 1 });
    const { desk } = bench(host);
    const preview = ready(await desk.preview(banOf([text])));
    expect(changes(host)).toEqual([]);
    await desk.perform(preview.token);
    const ran = changes(host);
    expect(ran.filter((words) => words.includes(added))).toHaveLength(1);
    expect(ran).toContain(`conntrack -D ${cut}`);
    expect(ran).toContain(`conntrack -D ${cut.replace('-s', '-d')}`);
    // The definition of the table names all its sets; only what is added is looked at here.
    const acting = ran.filter((words) => !words.includes('add table'));
    expect(acting.join('\n')).not.toMatch(never as RegExp);
    // What was shown is what ran.
    expect(preview.plan.steps.map((step) => wordsOf(step.command))).toEqual(ran);
  });

  test('the address is in the set before its flows are cut', async () => {
    const host = machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });
    const { desk } = bench(host);
    await desk.perform(ready(await desk.preview(banOf(['203.0.113.9']))).token);
    const ran = changes(host);
    const added = ran.findIndex((words) => words.includes('{ 203.0.113.9'));
    expect(added).toBeLessThan(ran.findIndex((words) => words.startsWith('conntrack')));
  });

  test('without any firewall tool the problem says what to install', async () => {
    const { desk } = bench(machine(['conntrack']));
    expect(await desk.preview(banOf(['203.0.113.9']))).toMatchObject({
      kind: 'failed',
      problem: { code: 'missing-tool', hint: expect.stringMatching(/apt install nftables/) },
    });
  });

  test('comments of an operator cannot leave their place', async () => {
    const host = machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });
    const { desk } = bench(host);
    const reason = 'x" }; flush ruleset; \n add rule \u001b]0;t\u0007';
    await desk.perform(ready(await desk.preview(banOf(['203.0.113.9'], { reason }))).token);
    const add = changes(host).find((words) => words.includes('{ 203.0.113.9')) ?? '';
    for (const line of add.split('\n').slice(0, -1))
      expect(line).toMatch(/^(nft -f - < )?(add|delete) element inet opsconsole ban4 \{[^"]*("[^"]*")? \}$/);
  });
});

describe('a step that fails', () => {
  const names = ['the table', 'the element', 'the first cut', 'the second cut'];
  test.each(names.map((name, index) => [name, index] as const))(
    '%s: what was done is taken back in reverse',
    async (_, index) => {
      const host = machine(NFT);
      let step = 0;
      const answer = () => {
        const now = step++;
        return now === index ? { problem: problem('bad-exit', 'it broke') } : {};
      };
      host.on('nft -f -', answer).on('conntrack -D', answer);
      const { desk, journal } = bench(host);
      const preview = ready(await desk.preview(banOf(['203.0.113.9'])));
      const report = await desk.perform(preview.token);
      expect(report.outcome).toMatchObject({ kind: 'failed', stepIndex: index, undone: true });
      const ran = changes(host).slice(index + 1);
      const back = [
        'delete table inet opsconsole',
        'delete element inet opsconsole ban4 { 203.0.113.9 }',
      ].slice(0, index);
      expect(ran).toHaveLength(Math.min(index, 2));
      for (const [at, words] of [...back].reverse().entries()) expect(ran[at]).toContain(words);
      expect(journal.rows(1)).toMatchObject({ ok: true, value: [{ state: 'failed', canUndo: false }] });
    },
  );

  test('a tool that gave no answer may have acted: its step is taken back too', async () => {
    let step = 0;
    const host = machine(NFT).on('nft -f -', () =>
      step++ === 1 ? { problem: problem('timed-out', 'nft took too long') } : {},
    );
    const { desk } = bench(host);
    const report = await desk.perform(ready(await desk.preview(banOf(['203.0.113.9']))).token);
    expect(report.outcome).toMatchObject({ kind: 'failed', stepIndex: 1, undone: true });
    const [, , element, table] = changes(host);
    expect(element).toContain('delete element inet opsconsole ban4 { 203.0.113.9 }');
    expect(table).toContain('delete table inet opsconsole');
  });

  test('what cannot be taken back is said', async () => {
    const host = machine(NFT).on('conntrack -D', { problem: problem('bad-exit', 'no') });
    host.on('nft -f -', ({ stdin }) =>
      /^add element .*\ndelete element [^\n]*\n$/.test(stdin ?? '')
        ? { problem: problem('bad-exit', 'stuck') }
        : {},
    );
    const { desk } = bench(host);
    const report = await desk.perform(ready(await desk.preview(banOf(['203.0.113.9']))).token);
    expect(report.outcome).toMatchObject({ kind: 'failed', undone: false });
    expect(report.summary).toMatch(/NOT all taken back: stuck/);
  });
});

describe('the journal around an act', () => {
  test('the intent is on disk before the first step, the outcome after the last', async () => {
    const host = machine(NFT).on('conntrack -D', { exitCode: 1 });
    const states: string[] = [];
    const box: { journal?: Journal } = {};
    host.on('nft -f -', () => {
      const rows = box.journal?.rows(1);
      states.push(rows?.ok === true ? (rows.value[0]?.state ?? 'none') : 'problem');
      return {};
    });
    const { desk, journal, path } = bench(host);
    const reader = createJournal(path);
    box.journal = reader;
    cleanups.push(() => reader.close());
    const preview = ready(await desk.preview(banOf(['203.0.113.9'])));
    await reader.open();
    const report = await desk.perform(preview.token);
    expect(states).toEqual(['intended', 'intended']);
    expect(journal.row(report.actId)).toMatchObject({ ok: true, value: { state: 'unproved' } });
  });

  test('no journal, no act, unless the operator says so explicitly', async () => {
    const host = machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });
    const { desk, path } = bench(host);
    writeFileSync(path, 'not a database, '.repeat(99), { mode: 0o600 });
    const first = await desk.perform(ready(await desk.preview(banOf(['203.0.113.9']))).token);
    expect(first.outcome).toMatchObject({ kind: 'failed', stepIndex: -1, problem: { code: 'unreadable' } });
    expect(changes(host)).toEqual([]);
    const again = ready(await desk.preview(banOf(['203.0.113.9'])));
    const second = await desk.perform(again.token, { overJournal: true });
    expect(second.outcome.kind).toBe('done');
    expect(second.canUndo).toBe(false);
    expect(second.summary).toMatch(/not recorded/);
  });

  test('an outcome that cannot be written is said', async () => {
    const host = machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });
    const folder = mkdtempSync(join(tmpdir(), 'oc-desk-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const journal: Journal = {
      ...createJournal(join(folder, 'j.db')),
      finish: () => fail(problem('no-space', 'full')),
    };
    const { desk } = bench(host, { journal });
    const report = await desk.perform(ready(await desk.preview(banOf(['203.0.113.9']))).token);
    expect(report.summary).toMatch(/shown there as cut short/);
  });
});

describe('guards', () => {
  const quiet = () => machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });

  test('the operator is refused, alone and inside a range', async () => {
    const { desk, host } = bench(quiet());
    for (const text of ['198.51.100.7', '198.51.100.0/24', '0.0.0.0/0', '127.0.0.1']) {
      expect((await desk.preview(banOf([text]))).kind, text).toBe('refused');
      expect((await desk.preview({ action: 'cut', nets: [net(text)] })).kind, text).toBe('refused');
    }
    expect(changes(host)).toEqual([]);
  });

  test('a session that began after the preview stops the act before its first step', async () => {
    const { desk, host } = bench(quiet().on('ss -tnpeH state established'));
    const preview = ready(await desk.preview(banOf(['203.0.113.9'])));
    const row = '0 0 192.0.2.1:22 203.0.113.9:54341 timer:(keepalive,119min,0) ino:77 sk:1\n';
    host.on('ss -tneH', { stdout: row });
    const report = await desk.perform(preview.token);
    expect(report.outcome).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringMatching(/203\.0\.113\.9 is safe: a live ssh session/)],
    });
    expect(changes(host)).toEqual([]);
  });

  test('a wide prefix and many rows want words typed; guards have no such way', async () => {
    const { desk, host } = bench(quiet());
    const wide = ready(await desk.preview(banOf(['203.0.0.0/15'])));
    expect([wide.typed, wide.plan.risk]).toEqual(['203.0.0.0/15', 'disruptive']);
    expect((await desk.perform(wide.token, { typed: 'yes' })).outcome.kind).toBe('refused');
    expect(changes(host)).toEqual([]);
    const many = ready(await desk.preview(banOf(Array.from({ length: 11 }, (_, i) => `203.0.113.${i + 1}`))));
    expect(many.typed).toBe('11');
    expect((await desk.perform(many.token, { typed: '11' })).outcome.kind).toBe('done');
  });

  test('a read-only console and a user without rights change nothing', async () => {
    const { desk } = bench(quiet(), { readOnly: true });
    expect(await desk.preview(banOf(['203.0.113.9']))).toMatchObject({ kind: 'refused' });
    const poor = bench(createFakeHost({ privileged: false }));
    expect(await poor.desk.preview(banOf(['203.0.113.9']))).toMatchObject({
      kind: 'failed',
      problem: { code: 'not-permitted' },
    });
  });
});

describe('a token', () => {
  const quiet = () => machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 });

  test('works once, and not after a minute', async () => {
    const { desk, host } = bench(quiet());
    const used = ready(await desk.preview(banOf(['203.0.113.9']))).token;
    expect((await desk.perform(used)).outcome.kind).toBe('done');
    expect((await desk.perform(used)).outcome.kind).toBe('refused');
    const old = ready(await desk.preview(banOf(['203.0.113.10']))).token;
    host.advance(TOKEN_LIFE_MS + 1);
    expect((await desk.perform(old)).outcome.kind).toBe('refused');
    expect((await desk.perform('made up')).outcome.kind).toBe('refused');
  });

  test('survives an act of another console elsewhere, not one that changes its plan', async () => {
    const host = quiet();
    const one = bench(host);
    const two = createDesk({
      host,
      journal: one.path,
      operator: { user: 'bob', console: 'c2' },
      allow: [],
      readOnly: false,
      backends: [nftBackend],
    });
    cleanups.push(() => two.close());
    const mine = ready(await one.desk.preview(banOf(['203.0.113.9']))).token;
    await two.perform(ready(await two.preview(banOf(['203.0.113.77']))).token);
    expect((await one.desk.perform(mine)).outcome.kind).toBe('done');

    const stale = ready(await one.desk.preview(banOf(['203.0.113.10']))).token;
    await two.perform(ready(await two.preview(banOf(['203.0.113.78']))).token);
    // Meanwhile conntrack is gone: the plan would no longer hold its cuts.
    host.tool('conntrack', false);
    expect((await one.desk.perform(stale)).outcome).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringMatching(/another act has changed/)],
    });
  });
});

describe('acts on several hosts', () => {
  const far = (name: string): FakeHost =>
    Object.assign(machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 }), { kind: 'ssh', name });
  const deskOn = (host: FakeHost, path: string): Desk => {
    const operator = { user: 'root', console: 'c1' };
    const more = { allow: [], readOnly: false, backends: [nftBackend] };
    const desk = createDesk({ host, journal: path, operator, ...more });
    cleanups.push(() => desk.close());
    return desk;
  };

  test('do not wait for each other, and are taken back where they were done', async () => {
    const here = bench(machine(NFT).on('nft -f -').on('conntrack -D', { exitCode: 1 }));
    const [rolly, edge] = [deskOn(far('rolly'), here.path), deskOn(far('edge'), here.path)];
    const tokens = await Promise.all(
      [here.desk, rolly, edge].map(async (desk) => ready(await desk.preview(banOf(['203.0.113.9']))).token),
    );
    const held = await takeLock(`${here.path}.rolly.lock`, 0);
    expect(held.ok).toBe(true);
    const [one, two, three] = await Promise.all(
      [here.desk, rolly, edge].map((desk, at) => desk.perform(tokens[at] ?? '')),
    );
    expect([one, two, three].map((report) => report?.outcome.kind)).toEqual(['done', 'failed', 'done']);
    expect(two?.summary).toMatch(/another console is performing an act on rolly/);
    if (held.ok) held.value.release();
    expect(await rolly.journal(9)).toEqual({ ok: true, value: [] });
    expect(await edge.journal(9)).toMatchObject({ ok: true, value: [{ id: three?.actId, host: 'edge' }] });
    expect(await here.desk.preview({ action: 'undo', actId: three?.actId ?? '' })).toEqual({
      kind: 'refused',
      reasons: [`act ${three?.actId} was done on edge: opsconsole undo --host edge ${three?.actId}`],
    });
    expect(await rolly.preview({ action: 'undo' })).toMatchObject({ kind: 'refused' });
  });
});
