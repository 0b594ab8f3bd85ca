// A journal that somebody has written into: what it says is checked like any other input before an undo uses it, and
// nothing in it can forge a line or move a cursor. Clocks that jump while a plan waits or a ban runs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { afterEach, expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import type { ActFacts } from '../../../src/actions/facts.ts';
import { createJournal, type Intent } from '../../../src/actions/journal/journal.ts';
import { packDetails } from '../../../src/actions/journal/pack.ts';
import { registerActCommands } from '../../../src/cli/acts.ts';
import type { ActPreview } from '../../../src/core/act.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { createFakeHost, type FakeHost } from '../../fakes/fake-host.ts';
import { HOSTILE, obeyed } from './obeyed.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

const TABLE = '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}';

/** Strict: a command that no test expects fails it, so none of the tampered words can have reached one. */
function machine(): FakeHost {
  return createFakeHost({ now: Date.now() })
    .file('/proc/self/stat', '700 (node) S 0 700')
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/sys/kernel/panic', '10\n')
    .file('/proc/sys/net/netfilter/nf_conntrack_udp_timeout', '15\n')
    .on('ss -tlnpeH')
    .on('ss -tneH')
    .on('nft -j -t list ruleset', { stdout: TABLE })
    .on('nft -t list ruleset')
    .tool('nft', true);
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'oc-tampered-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function deskOn(host: FakeHost, journal: string): Desk {
  const desk = createDesk({
    host,
    journal,
    operator: { user: 'root', console: 'c' },
    allow: [],
    readOnly: false,
  });
  cleanups.push(() => desk.close());
  return desk;
}

const intent = (facts: unknown, extra: Partial<Intent> = {}): Intent => ({
  id: 'a1',
  at: unixMs(Date.now()),
  operator: { user: 'root', console: 'c' },
  action: 'ban',
  summary: 'ban',
  reason: '',
  commands: [],
  facts: facts as ActFacts,
  canUndo: true,
  ...extra,
});

async function written(path: string, facts: unknown, extra: Partial<Intent> = {}): Promise<void> {
  const journal = createJournal(path);
  await journal.open();
  expect(journal.intend(intent(facts, extra)).ok).toBe(true);
  journal.finish('a1', 'done', 'done');
  journal.close();
}

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

test.each([
  ['another sysctl', { kind: 'tighten', values: [['../../../kernel/panic', 0, 10]], pinned: [] }],
  [
    'a sysctl with words',
    { kind: 'tighten', values: [['nf_conntrack_udp_timeout=1 -w kernel.panic', 1, 15]], pinned: [] },
  ],
  [
    'a value that is no number',
    { kind: 'tighten', values: [['nf_conntrack_udp_timeout', '1; id', 15]], pinned: [] },
  ],
  ['no values', { kind: 'tighten' }],
  ['values of another shape', { kind: 'tighten', values: 7, pinned: 'x' }],
  ['pins of another shape', { kind: 'tighten', values: [[1, 2, 3]], pinned: [null, {}] }],
  ['no sets', { kind: 'ban' }],
  ['sets that are no names', { kind: 'ban', sets: [{}, null], added: [[0, '1.2.3.4', 1]], before: [] }],
  ['rows that are no rows', { kind: 'ban', sets: ['nft:inet t s'], added: [null, 7, 'x'], before: [null] }],
  [
    'an address with words',
    { kind: 'ban', sets: ['nft:inet t s'], added: [[0, '1.2.3.4 }; flush ruleset', 1]], before: [] },
  ],
  ['an unban of nothing', { kind: 'unban', sets: ['x'], removed: null }],
  ['an unban of words', { kind: 'unban', sets: ['nft:inet t s'], removed: [[0, '$(id)', null]] }],
  ['no kind', { values: [] }],
  ['a kind of its own', { kind: 'shell', run: 'id' }],
  ['nothing', null],
])(
  'an act that was written with %s is refused or failed with a sentence, and runs no command',
  async (_, facts) => {
    const path = join(folder(), 'j.db');
    await written(path, facts);
    const desk = deskOn(machine(), path);
    const preview: ActPreview = await desk.preview({ action: 'undo', actId: 'a1' });
    expect(preview.kind).not.toBe('ready');
    const words = preview.kind === 'refused' ? preview.reasons.join() : JSON.stringify(preview);
    expect(words).not.toMatch(/TypeError|undefined|is not a function|\bbug\b/);
  },
);

test('texts, operators, commands and packed details of a tampered record reach a terminal as text', async () => {
  const place = folder();
  const path = join(place, 'opsconsole', 'journal.db');
  await written(path, { kind: 'cut' });
  const all = HOSTILE.map(([, text]) => text).join(' ');
  const forged = `x\n2026-11-20 12:00:00  root  done  ban 8.8.8.8${all}`;
  const database = new DatabaseSync(path);
  const operator = { user: forged, sudoUser: forged, tty: forged, sshPeer: forged, console: forged };
  database
    .prepare(
      'UPDATE acts SET operator = ?, summary = ?, reason = ?, result = ?, state = ?, action = ?, undoes = ?, commands = ?, details = ?',
    )
    .run(
      JSON.stringify(operator),
      ...[forged, forged, forged, forged, forged, forged],
      JSON.stringify([{ argv: ['nft', forged], stdin: forged, timeoutMs: 1, outputMaxBytes: 1 }]),
      packDetails({
        commands: [{ argv: ['nft', forged], stdin: forged, timeoutMs: 1, outputMaxBytes: 1 }],
        facts: { kind: 'cut' },
      }),
    );
  database.close();
  const desk = deskOn(machine(), path);
  expect((await desk.preview({ action: 'undo', actId: 'a1' })).kind).toBe('refused');
  for (const words of [['journal'], ['journal', 'a1'], ['journal', '--json'], ['journal', 'a1', '--json']]) {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
    const program = new Command('opsconsole').exitOverride();
    registerActCommands(program, {
      io: {
        ...streams,
        stdin: Readable.from(['']),
        env: { XDG_STATE_HOME: place },
        cwd: place,
        terminal: false,
      },
      host: () => Promise.resolve(machine()),
      exit: () => undefined,
    });
    await program.parseAsync(words, { from: 'user' });
    const out = String(streams.stdout.read());
    expect([words, await obeyed(out)]).toEqual([words, []]);
    if (words.length === 1) expect(out.trim().split('\n')).toHaveLength(2);
    if (words.includes('--json')) expect(JSON.stringify(JSON.parse(out))).toContain('8.8.8.8');
  }
});

test('a word for the database is a word: nothing else in it changes', async () => {
  const path = join(folder(), 'j.db');
  const journal = createJournal(path);
  cleanups.push(() => journal.close());
  await journal.open();
  const words = `'); DROP TABLE acts; -- " ? :id $1 \0 %s`;
  for (const id of ['a1', "b'; DELETE FROM acts; --"])
    expect(journal.intend(intent({ kind: 'cut' }, { id, reason: words, summary: words })).ok).toBe(true);
  journal.finish("b'; DELETE FROM acts; --", 'done', words);
  const rows = journal.rows(10);
  expect(rows.ok && rows.value.map(({ id, state }) => `${id} ${state}`)).toEqual([
    "b'; DELETE FROM acts; -- done",
    'a1 intended',
  ]);
  expect(rows.ok && rows.value[0]?.reason).toBe(words.replace('\0', '\\x00'));
  expect(journal.row(words)).toEqual({ ok: true, value: undefined });
});

test('a clock that jumps while a plan waits makes the plan void, in both directions', async () => {
  for (const jump of [-3_600_000, 3_600_000, -1]) {
    const host = machine().on('conntrack').file('/proc/sys/net/netfilter/nf_conntrack_count', '0\n');
    host.file('/proc/net/nf_conntrack', '').tool('conntrack', true);
    const desk = deskOn(host, join(folder(), 'j.db'));
    const preview = await desk.preview({ action: 'cut', nets: [net('203.0.113.9')] });
    if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
    host.advance(jump);
    expect((await desk.perform(preview.token)).summary).toMatch(/too old or was used already/);
  }
});

test.each([
  ['no JSON', '{{{', '{{{'],
  ['null', 'null', 'null'],
  ['numbers', '7', '[7, {"argv": 7}, {"argv": []}, {"argv": ["nft", 7]}, {"argv": ["nft"], "stdin": {}}]'],
  ['other fields', '{"user": {}, "tty": [], "sshPeer": 7}', '{"argv": ["nft"]}'],
])('an operator and commands that are %s are shown as unknown', async (_, operator, commands) => {
  const path = join(folder(), 'j.db');
  await written(path, { kind: 'cut' });
  const database = new DatabaseSync(path);
  database.prepare('UPDATE acts SET operator = ?, commands = ?').run(operator, commands);
  database.close();
  const rows = await deskOn(machine(), path).journal(5);
  expect(rows).toMatchObject({ ok: true, value: [{ operator: { user: '?', console: '?' }, commands: [] }] });
});
