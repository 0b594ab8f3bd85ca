// The two ways to start a program tell the same: endings, input, output, and that a start may fail.

import { describe, expect, it } from 'vitest';
import { command } from '../../../src/core/plan.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { type Start, startPlain, startWithExeca } from '../../../src/host/start.ts';

describe.each<[string, Start]>([
  ['execa', startWithExeca],
  ['plain', startPlain],
])('with %s', (_, start) => {
  const sh = async (script: string, extra = {}, signal?: AbortSignal) => {
    const host = await createLocalHost({ sudo: 'never', start });
    return host.run(command(['sh', '-c', script], extra), signal);
  };

  it('output, input and exit status', async () => {
    const text = 'é'.repeat(100_000);
    const ran = await sh('cat; echo oops >&2; exit 3', { stdin: text, okExits: [3] });
    expect(ran).toMatchObject({ ok: true, value: { stdout: text, stderr: 'oops\n', exitCode: 3 } });
    expect(await sh('read line; echo "[$line]"')).toMatchObject({ ok: true, value: { stdout: '[]\n' } });
    expect(await sh('true', { stdin: 'x'.repeat(1 << 20) })).toMatchObject({ ok: true });
    expect(await sh('exit 9')).toMatchObject({ ok: false, problem: { code: 'bad-exit', exitCode: 9 } });
  });

  it('ended by a signal, by time, by too much, by us', async () => {
    expect(await sh('kill -SEGV $$')).toMatchObject({
      ok: false,
      problem: { summary: expect.stringContaining('SIGSEGV') },
    });
    expect(await sh('sleep 60 & sleep 60', { timeoutMs: 200 })).toMatchObject({
      ok: false,
      problem: { code: 'timed-out' },
    });
    expect(await sh('yes', { outputMaxBytes: 1000 })).toMatchObject({
      ok: false,
      problem: { code: 'too-large' },
    });
    const stop = new AbortController();
    const running = sh('sleep 60', {}, stop.signal);
    stop.abort();
    expect(await running).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
  });

  it('what cannot be started is told, not thrown', async () => {
    const wish = { args: [], env: {}, stdin: undefined, detached: true };
    for (const [file, code] of [
      ['/nonexistent/x', 'ENOENT'],
      ['/etc', 'EACCES'],
    ] as const) {
      const started = await start({ ...wish, file });
      expect(await started.ended).toEqual({ startError: code });
    }
  });
});
