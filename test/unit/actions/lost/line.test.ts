// A plan over a line that breaks at each of its calls in each way: every step runs once or not at all, all of them or none.

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Move, Prepared } from '../../../../src/actions/action.ts';
import { type Ran, runPlan } from '../../../../src/actions/perform.ts';
import { command, type Step } from '../../../../src/core/plan.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { type CutHost, type CutKind, type CutWish, cutHost } from '../../../fakes/cut-host.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-line-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = (): readonly string[] =>
  existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').trim().split('\n') : [];

/** Writes what it does: a step that runs twice stands there twice. */
function step(words: string): Step {
  return {
    command: command(['sh', '-c', `echo "$1" >>"$2"; echo said "$1" >&2`, 'sh', words, join(folder, 'log')]),
  };
}

const moveOf = (name: string): Move => ({
  step: step(name),
  atomic: true,
  reverse: () => [step(`back ${name}`)],
});

function planOf(names: readonly string[]): Prepared {
  return {
    plan: { action: 'ban', summary: safe('test'), steps: [], undo: [], notes: [], risk: 'harmless' },
    moves: names.map(moveOf),
    guarded: [],
    reason: '',
    facts: { kind: 'cut' },
    canUndo: false,
    prove: async ({ host }) => {
      const read = await host.read(join(folder, 'log'));
      const lines = read.ok ? read.value.toString().trim().split('\n') : [];
      return names.every((name) => lines.includes(name))
        ? { kind: 'proved', says: safe('all there') }
        : { kind: 'unproved', missing: [safe('not all there')] };
    },
  };
}

type Rig = Readonly<{ host: CutHost; ran: Ran; waited: readonly string[] }>;

let local: Host | undefined;
async function run(
  wish: CutWish,
  more: Readonly<{ whyNot?: () => Promise<never[]>; waitMs?: number }> = {},
): Promise<Rig> {
  local ??= await createLocalHost();
  const host = cutHost(local, wish);
  const waited: string[] = [];
  const ran = await runPlan(host, planOf(['one', 'two', 'three']), {
    act: 'a1',
    folder: join(folder, 'acts'),
    onWait: (words) => waited.push(words),
    ...more,
  });
  return { host, ran, waited };
}

/** What stands at the end: each step once, and not taken back. */
function standing(): readonly string[] {
  const lines = log();
  expect(new Set(lines).size, `something ran twice: ${lines.join(', ')}`).toBe(lines.length);
  return lines.filter((line) => !line.startsWith('back ') && !lines.includes(`back ${line}`));
}

const KINDS: readonly CutKind[] = ['unsent', 'answer', 'late'];
/** Three steps and a proof; a question or two about what was lost come on top. */
const CALLS = 5;

describe('the line breaks and comes back', () => {
  for (const how of KINDS)
    for (let at = 0; at < CALLS; at++)
      test(`${how}, at call ${at}: all or nothing, and nothing twice`, async () => {
        const { host, ran } = await run({ at, how });
        const before = standing();
        await host.deliver();
        expect(standing()).toEqual(before);
        expect(ran.kind).not.toBe('unknown');
        if (ran.kind === 'done') {
          expect(before).toEqual(['one', 'two', 'three']);
          expect(ran.proof.kind).toBe('proved');
        } else {
          expect(before).toEqual([]);
          expect(ran).toMatchObject({ kind: 'failed', undone: true });
        }
      });

  test('a lost answer is not a lost step: the act goes on and says that it was checked', async () => {
    const { ran, waited } = await run({ at: 1, how: 'answer' });
    expect(ran).toMatchObject({ kind: 'done', checked: true, proof: { kind: 'proved' } });
    expect(waited).toEqual(['line lost: waiting for far to check']);
  });

  test('before the first step nothing is waited for: nothing was done', async () => {
    const { ran, waited } = await run({ at: 0, how: 'unsent' });
    expect(ran).toMatchObject({ kind: 'failed', stepIndex: 0, undone: true, problem: { code: 'no-line' } });
    expect(waited).toEqual([]);
    expect(log()).toEqual([]);
  });

  test('a step that never ran and never will is taken for not done, and those before it are taken back', async () => {
    const { ran, host } = await run({ at: 1, how: 'late' });
    expect(ran).toMatchObject({ kind: 'failed', stepIndex: 1, undone: true });
    await host.deliver();
    expect(log()).toEqual(['one', 'back one']);
  });

  test('what has become unsafe meanwhile is taken back, also when all had run', async () => {
    for (const at of [0, 2]) {
      writeFileSync(join(folder, 'log'), '');
      const reasons = async (): Promise<never[]> => [safe('203.0.113.9 is safe: your ssh session') as never];
      const { ran } = await run({ at, how: 'answer' }, { whyNot: reasons });
      rmSync(join(folder, 'acts'), { recursive: true });
      expect(ran).toMatchObject({ kind: 'failed', undone: true, problem: { code: 'refused' } });
      expect(standing().filter((line) => line !== '')).toEqual([]);
    }
  });
});

describe('the line does not come back', () => {
  for (const how of KINDS)
    for (let at = 1; at < 4; at++)
      test(`${how}, at call ${at}: it is not known, nothing is claimed`, async () => {
        const { ran } = await run({ at, how, comesBack: false }, { waitMs: 30 });
        expect(ran.kind).toBe('unknown');
        standing();
      });
});

test('an answer in an exit code is found out as well', async () => {
  local ??= await createLocalHost();
  const host = cutHost(local, { at: 0, how: 'answer' });
  const failing: Prepared = {
    ...planOf([]),
    moves: [
      {
        step: { command: command(['sh', '-c', 'echo no room >&2; exit 3']) },
        atomic: true,
        reverse: () => [],
      },
    ],
  };
  const ran = await runPlan(host, failing, { act: 'a2', folder: join(folder, 'acts') });
  expect(ran).toMatchObject({ kind: 'failed', problem: { summary: 'sh: no room', exitCode: 3 } });
});

test('a line that was lost before the marks could be made leaves the step unclear, and it is taken back', async () => {
  local ??= await createLocalHost();
  writeFileSync(join(folder, 'acts'), 'a file where the folder should be');
  appendFileSync(join(folder, 'log'), '');
  const ran = await runPlan(cutHost(local, { at: 1, how: 'answer' }), planOf(['one', 'two']), {
    act: 'a3',
    folder: join(folder, 'acts'),
  });
  expect(ran).toMatchObject({ kind: 'failed', undone: true });
  expect(log()).toEqual(['one', 'two', 'back two', 'back one']);
});
