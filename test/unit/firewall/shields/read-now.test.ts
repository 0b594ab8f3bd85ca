// What a reader is told, from files and answers of tools that are given here.

import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { type ProblemCode, problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { ShieldsState } from '../../../../src/core/shields.ts';
import { type Look, readNow } from '../../../../src/firewall/shields/read-now.ts';
import { printLeftOut, printState } from '../../../../src/firewall/shields/state.ts';

const PLACE = { dir: '/lib', run: '/run' };
const ID = '1a2b3c4d';
const BOOT = '00000000-1111-2222-3333-444444444444';

const STATE: ShieldsState = {
  version: 1,
  id: ID,
  bootId: BOOT,
  profile: 'default',
  auto: false,
  by: { user: 'root', console: 'c' },
  raisedAt: unixMs(1_800_000_000_000),
  raisedUptime: 1000,
  trialSeconds: 120,
  holdSeconds: 3600,
  wall: 'nft',
  measures: [],
};
const OUTCOME = `opsconsole-shields-outcome 1\nid ${ID}\nby timer\nat 1800000000\nitem restored\tx\nend ${ID}\n`;

/** One listing: counters and the timer's set (nft 1.0.6). */
const table = (
  id: string,
  armed = 'elements = { ipv4 timeout 125s expires 100s, ipv6 timeout 125s expires 100s }',
): string => {
  const counters = ['seen', 'syn', 'connections', 'ports', 'banned'].map(
    (name, index) =>
      `\tcounter ${name} {\n\t\tcomment "opsconsole shields v1 id=${id}"\n\t\tpackets ${index * 10} bytes 0\n\t}\n`,
  );
  return `table inet opsconsole_shields {\n${counters.join('')}\tset armed {\n\t\ttype nf_proto\n\t\t${armed}\n\t}\n}\n`;
};

type World = Readonly<{
  files?: Readonly<Record<string, string | ProblemCode>>;
  /** Answer to each program in turn. */
  answers?: readonly (string | ProblemCode)[];
}>;

const UP = {
  '/lib/current': `${ID}\n`,
  [`/lib/${ID}/state.json`]: printState(STATE),
  [`/lib/${ID}/deadline`]: 'trial 1120\n',
};
const CODES: readonly string[] = [
  'not-permitted',
  'bad-exit',
  'timed-out',
  'not-found',
  'unreadable',
] satisfies ProblemCode[];

function lookAt({ files = {}, answers = [] }: World): Look & { reads: string[]; runs: Command[] } {
  const clock: Readonly<Record<string, string>> = {
    '/proc/uptime': '1020.00 5.0\n',
    '/proc/sys/kernel/random/boot_id': `${BOOT}\n`,
  };
  const all: Readonly<Record<string, string>> = { ...clock, ...files };
  const reads: string[] = [];
  const runs: Command[] = [];
  return {
    reads,
    runs,
    read: async (path) => {
      reads.push(path);
      const found = all[path] ?? 'not-found';
      return CODES.includes(found)
        ? fail(problem(found as ProblemCode, `${path}: ${found}`))
        : ok(Buffer.from(found));
    },
    run: async (one) => {
      const answer = answers[runs.length] ?? 'bad-exit';
      runs.push(one);
      return CODES.includes(answer) ? fail(problem(answer as ProblemCode, answer)) : ok({ stdout: answer });
    },
    glob: async () => ok(Object.keys(files).filter((path) => path.endsWith('.outcome'))),
  };
}

describe('down', () => {
  test('costs two reads and no program', async () => {
    const look = lookAt({});
    expect(await readNow(look, PLACE)).toEqual({ kind: 'down' });
    expect(look.reads).toEqual(['/lib/current', '/run/current']);
    expect(look.runs).toEqual([]);
  });

  test('with the last outcome where it is asked for', async () => {
    const older = OUTCOME.replaceAll(ID, 'ffffffff').replace('at 18', 'at 17');
    const look = lookAt({ files: { [`/run/${ID}.outcome`]: OUTCOME, '/run/ffffffff.outcome': older } });
    expect(await readNow(look, PLACE, { last: true })).toMatchObject({
      kind: 'down',
      last: { id: ID, by: 'timer' },
    });
  });

  test.each([`/run/${ID}.outcome`, `/lib/${ID}/outcome`])(
    'when %s is complete, although `current` could not be removed',
    async (path) => {
      const look = lookAt({ files: { ...UP, [path]: OUTCOME } });
      expect(await readNow(look, PLACE)).toMatchObject({
        kind: 'down',
        last: { by: 'timer', complete: true },
      });
      const cut = lookAt({ files: { ...UP, [path]: OUTCOME.replace(/end .*\n/, '') } });
      expect((await readNow(cut, PLACE, { wall: false })).kind).toBe('up');
    },
  );

  test('after a reboot', async () => {
    const look = lookAt({
      files: { ...UP, '/proc/sys/kernel/random/boot_id': BOOT.replace('4444', '5555') },
    });
    expect(await readNow(look, PLACE)).toEqual({ kind: 'down' });
  });
});

describe('up', () => {
  test('what could not be taken does not stand; a file that is no such list changes nothing', async () => {
    const measures = (['tcp', 'conntrack-max'] as const).map((measure) => ({ measure, says: safe(measure) }));
    const files = { ...UP, [`/lib/${ID}/state.json`]: printState({ ...STATE, measures }) };
    const gone = printLeftOut([{ measure: 'conntrack-max', says: safe('conntrack-max'), why: safe('no') }]);
    const read = (text: string) =>
      readNow(lookAt({ files: { ...files, [`/lib/${ID}/left-out.json`]: text } }), PLACE, { wall: false });
    expect(await read(gone)).toMatchObject({
      state: { measures: [{ measure: 'tcp' }] },
      leftOut: [{ measure: 'conntrack-max', why: 'no' }],
    });
    const whole = await read('half a fi');
    expect(whole).toMatchObject({ state: { measures } });
    expect(whole).not.toHaveProperty('leftOut');
  });

  test('both clocks, and the wall with its counters', async () => {
    const look = lookAt({ files: UP, answers: [table(ID)] });
    expect(await readNow(look, PLACE)).toMatchObject({
      kind: 'up',
      phase: 'trial',
      leftSeconds: 100,
      holdLeftSeconds: 3580,
      wall: 'standing',
      dropped: { syn: 10, connections: 20, ports: 30, banned: 40 },
    });
  });

  test('held: one clock is left', async () => {
    const look = lookAt({ files: { ...UP, [`/lib/${ID}/deadline`]: 'held 5000\n' } });
    expect(await readNow(look, PLACE, { wall: false })).toMatchObject({
      leftSeconds: 3980,
      holdLeftSeconds: 3980,
      wall: 'unknown',
    });
    expect(look.runs).toEqual([]);
  });

  test('in the run directory, when the durable one could not be written', async () => {
    const files = Object.fromEntries(
      Object.entries(UP).map(([path, text]) => [path.replace('/lib', '/run'), text]),
    );
    expect((await readNow(lookAt({ files }), PLACE, { wall: false })).kind).toBe('up');
  });

  test.each([
    ['gone: the tool says that there is none', ['bad-exit'], 'gone'],
    ['gone: the table is of other shields', [table('ffffffff')], 'gone'],
    ['expired: the timer ran out', [table(ID, '')], 'expired'],
    ['unknown: no right to look', ['not-permitted'], 'unknown'],
    ['unknown: no answer', ['timed-out'], 'unknown'],
    ['unknown: not understood', ['table'], 'unknown'],
  ] as const)('%s', async (_, answers, wall) => {
    expect(await readNow(lookAt({ files: UP, answers }), PLACE)).toMatchObject({
      kind: 'up',
      wall,
      leftSeconds: 100,
    });
  });

  test('while they are raised, no wall is no news; without measures in the filter nothing is asked', async () => {
    const raising = lookAt({ files: { ...UP, [`/lib/${ID}/deadline`]: 'raising 1060\n' } });
    expect(await readNow(raising, PLACE)).toMatchObject({ phase: 'raising', wall: 'unknown' });
    const none = lookAt({
      files: { ...UP, [`/lib/${ID}/state.json`]: printState({ ...STATE, wall: 'none' }) },
    });
    expect(await readNow(none, PLACE)).toMatchObject({ wall: 'none' });
    expect(none.runs).toEqual([]);
  });

  test.each(['not-found', 'rubbish'])('a deadline that is %s counts as overdue', async (text) => {
    const look = lookAt({ files: { ...UP, [`/lib/${ID}/deadline`]: text } });
    expect(await readNow(look, PLACE, { wall: false })).toMatchObject({ kind: 'up', leftSeconds: 0 });
  });
});

describe('unknown, with what to do', () => {
  test.each([
    ['`current` may not be read', { '/lib/current': 'not-permitted' }, undefined],
    ['`current` is empty', { '/lib/current': '' }, /remove \/lib\/current/],
    ['the state is gone', { ...UP, [`/lib/${ID}/state.json`]: 'not-found' }, /revert\.sh down operator/],
    ['the state is half', { ...UP, [`/lib/${ID}/state.json`]: '{' }, /revert\.sh down operator/],
  ] as const)('%s', async (_, files, hint) => {
    const now = await readNow(lookAt({ files }), PLACE);
    expect(now.kind).toBe('unknown');
    if (hint !== undefined) expect(now.kind === 'unknown' && now.problem.hint).toMatch(hint);
  });
});
