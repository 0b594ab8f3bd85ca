// How the watch has the shields changed: by a program in a process of its own, which may not start, die half-way, hang or answer
// nonsense, and then by raise.sh. The programs here are small scripts in place of opsconsole; the real one is in test/kernel.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM_FLAGS, type Program, runChild } from '../../../src/cli/watch-child.ts';
import { createHands, type HandsOptions } from '../../../src/cli/watch-hands.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { ShieldsNow, ShieldsPhase } from '../../../src/core/shields.ts';

const folder = mkdtempSync(join(tmpdir(), 'oc-hands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);

const DOWN: ShieldsNow = { kind: 'down' };
const up = (phase: ShieldsPhase): ShieldsNow => ({
  kind: 'up',
  state: {
    version: 1,
    id: 'aaaaaaaa',
    bootId: 'b',
    profile: 'p',
    auto: true,
    by: { user: safe('root'), console: 'c' },
    raisedAt: unixMs(0),
    raisedUptime: 1,
    trialSeconds: 0,
    holdSeconds: 600,
    wall: 'none',
    measures: [],
  },
  phase,
  leftSeconds: 600,
  holdLeftSeconds: 600,
  wall: 'none',
});
const cleared: ShieldsNow = {
  kind: 'down',
  last: { id: 'cccccccc', by: 'recovery', at: unixMs(0), items: [], complete: true },
};

const MISSING: Program = { file: path('no-such-node'), args: [] };
const sh = (script: string): Program => ({ file: '/bin/sh', args: ['-c', script] });
const called = (): string => readFileSync(path('called'), 'utf8');
beforeEach(() => writeFileSync(path('called'), ''));

/** `seen`: what the host shows at each look, the last one for ever. */
function hands(
  program: Program,
  { seen = [DOWN], ...more }: { seen?: ShieldsNow[] } & Partial<HandsOptions>,
) {
  let looks = 0;
  return createHands({
    now: () => Promise.resolve(seen[Math.min(looks++, seen.length - 1)] ?? DOWN),
    isAnythingThere: () => Promise.resolve(true),
    program: (...words) => ({ file: program.file, args: [...program.args, 'sh', ...words] }),
    session: '/etc/edge.yml',
    script: undefined,
    ...more,
  });
}

function script(text: string): string {
  writeFileSync(path('raise.sh'), `echo "$@" >>${path('called')}\n${text}\n`);
  return path('raise.sh');
}

const silent = (why: string) => ({
  kind: 'failed',
  problem: { code: 'bad-exit', summary: expect.stringContaining(why) },
});

describe('the program', () => {
  it('is asked with the words of the command line, an absolute session and a hold that it takes', async () => {
    const program = sh(`echo "$@" >>${path('called')}; echo '{"kind":"up","leftOut":[],"warnings":[]}'`);
    const { raise, lower, renew, recover } = hands(program, {});
    expect(await raise({ auto: true, holdSeconds: 2.5 })).toMatchObject({ kind: 'up' });
    await Promise.all([await lower(), await renew(), await recover()]);
    expect(called().trim().split('\n')).toEqual([
      'shields up --auto --for 60s --json --session /etc/edge.yml',
      'shields down --auto --json --session /etc/edge.yml',
      'shields renew --json --session /etc/edge.yml',
      'shields status --json --session /etc/edge.yml',
    ]);
  });

  it('has our environment, a folder that stays, and the flags of bin/opsconsole', async () => {
    process.env.OPSCONSOLE_STATE_DIR = '/somewhere';
    const ran = await runChild(sh('echo "$OPSCONSOLE_STATE_DIR $PWD"'), { timeoutMs: 10_000 });
    delete process.env.OPSCONSOLE_STATE_DIR;
    expect(ran).toEqual({ stdout: '/somewhere /\n', stderr: '', exitCode: 0 });
    const starter = readFileSync(join(import.meta.dirname, '../../../bin/opsconsole'), 'utf8');
    for (const flag of PROGRAM_FLAGS) expect(starter).toContain(flag);
  });

  it('that hangs or talks without end is killed with its children', async () => {
    const hanging = sh('sleep 60 & sleep 60');
    expect(await runChild(hanging, { timeoutMs: 200 })).toMatchObject({ ended: 'no answer within 0.2 s' });
    expect(await runChild(sh('yes'), { timeoutMs: 20_000 })).toMatchObject({ ended: 'too much output' });
  });

  it('that fails to answer is told in one line', async () => {
    const crash = sh('printf "node:1\\n\\nError: Cannot find module x\\n    at y\\n" >&2; exit 1');
    const { raise, lower, renew } = hands(crash, {});
    expect(await raise({})).toEqual(silent('it ended with 1 and no answer: Error: Cannot find module x'));
    expect(await lower()).toEqual(silent('Cannot find module'));
    expect(await renew()).toEqual({ ok: false, problem: silent('Cannot find module').problem });
    expect(await hands(sh('kill -9 $$'), {}).raise({})).toEqual(silent('it was ended by SIGKILL'));
    expect(await hands(MISSING, {}).raise({})).toEqual(silent('it cannot be started: ENOENT'));
  });

  it('that died after it had raised, or half-way: what the host says counts', async () => {
    const dies = sh(`echo "$@" >>${path('called')}; kill -9 $$`);
    expect(await hands(dies, { seen: [up('held')] }).raise({})).toEqual({
      kind: 'up',
      leftOut: [],
      warnings: [expect.stringContaining('they are up, but opsconsole in a process of its own')],
    });
    const halfway = hands(dies, { seen: [up('raising'), up('raising'), DOWN] });
    expect(await halfway.raise({})).toEqual({ ...silent('SIGKILL'), undone: true });
    expect(called()).toContain('shields status --json');
    const stuck = hands(dies, { seen: [up('raising')] });
    expect(await stuck.raise({})).toEqual({ ...silent('SIGKILL'), undone: false });
  });
});

describe('what is left over', () => {
  it('is cleared away by the program, and only when there is something', async () => {
    const program = sh(`echo "$@" >>${path('called')}; echo '{"kind":"down"}'`);
    const { recover } = hands(program, { seen: [up('raising'), cleared] });
    expect(await recover()).toEqual({ ok: true, value: 'cccccccc' });
    expect(await hands(program, { seen: [up('held')] }).recover()).toEqual({ ok: true, value: undefined });
    writeFileSync(path('called'), '');
    const nothing = hands(program, { isAnythingThere: () => Promise.resolve(false) });
    expect([await nothing.recover(), called()]).toEqual([{ ok: true, value: undefined }, '']);
    expect(await hands(MISSING, {}).recover()).toMatchObject({ ok: false });
  });
});

describe('raise.sh', () => {
  it('raises when Node did not start twice in a row, and not before', async () => {
    const seen = [DOWN, DOWN, up('held')];
    const { raise } = hands(MISSING, { seen, script: script('exit 0') });
    expect([await raise({}), called()]).toEqual([silent('ENOENT'), '']);
    expect(await raise({})).toEqual({
      kind: 'up',
      leftOut: [],
      warnings: [expect.stringMatching(/^raised with raise\.sh, .* because .* cannot be started: ENOENT/)],
    });
    expect(called()).toBe('up --auto\n');
  });

  it('stands in for a session file that is broken by now, too', async () => {
    const broken = sh(`echo '{"status":"failed","problem":{"code":"bad-input","summary":"line 3: what?"}}'`);
    const { raise } = hands(broken, { seen: [up('held')], script: script('exit 0') });
    expect(await raise({})).toMatchObject({ kind: 'failed', problem: { summary: 'line 3: what?' } });
    expect(await raise({})).toMatchObject({ kind: 'up', warnings: [expect.stringContaining('line 3')] });
  });

  it('is not run where the program refused or failed by itself', async () => {
    for (const answer of [
      '{"status":"refused","reasons":["nobody"]}',
      '{"status":"failed","problem":{"code":"bug","summary":"x"},"undone":true}',
    ]) {
      const { raise } = hands(sh(`echo '${answer}'`), { script: script('exit 0') });
      for (let attempt = 0; attempt < 3; attempt++) await raise({});
    }
    expect(called()).toBe('');
  });

  it('refuses and fails in words', async () => {
    const refusing = hands(MISSING, {
      script: script('echo "opsconsole: refused: nobody is here" >&2; exit 3'),
    });
    await refusing.raise({});
    expect(await refusing.raise({})).toEqual({
      kind: 'refused',
      reasons: [expect.stringMatching(/^nobody is here \(raise\.sh, for .*ENOENT/)],
    });
    const failing = hands(MISSING, { script: script('echo "opsconsole: nft is not installed" >&2; exit 1') });
    await failing.raise({});
    expect(await failing.raise({})).toEqual(silent('raise.sh failed, too: exit 1: nft is not installed'));
    const absent = hands(MISSING, {});
    await absent.raise({});
    expect(await absent.raise({})).toEqual(silent('ENOENT'));
  });
});
