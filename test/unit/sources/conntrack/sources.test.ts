// The conntrack sources on a made-up host: which file or tool is asked, and what each missing right or module is called.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { Host } from '../../../../src/host/host.ts';
import { startWorker } from '../../../../src/host/worker.ts';
import type { WorkerPort } from '../../../../src/sources/conntrack/flow-messages.ts';
import { flowsSource } from '../../../../src/sources/conntrack/flows.ts';
import { conntrackSource } from '../../../../src/sources/conntrack/source.ts';
import { timeoutsSource } from '../../../../src/sources/conntrack/timeouts.ts';

const NETFILTER = '/proc/sys/net/netfilter';
const COUNT = `${NETFILTER}/nf_conntrack_count`;
const TABLE = '/proc/net/nf_conntrack';
const LINES =
  'ipv4     2 udp      17 29 src=192.0.2.1 dst=192.0.2.2 sport=1 dport=2 [UNREPLIED] src=x\n'.repeat(3);

type Made = Readonly<{
  files: Readonly<Record<string, string | 'denied'>>;
  tools?: Readonly<Record<string, string>>;
  privileged?: boolean;
  kind?: Host['kind'];
}>;

/** Only what these sources use; `ran` lists the commands. */
function makeHost(made: Made): Host & { ran: string[] } {
  const ran: string[] = [];
  const find = (path: string): Result<Buffer> => {
    const text = made.files[path];
    if (text === undefined) return fail(problem('not-found', `${path} does not exist`));
    return text === 'denied'
      ? fail(problem('not-permitted', `${path} may not be read`))
      : ok(Buffer.from(text));
  };
  const tool = (command: Command): string | undefined => {
    ran.push(command.argv.join(' '));
    return made.tools?.[command.argv.join(' ')];
  };
  const finished = (stdout: string) => ok({ stdout, stderr: '', exitCode: 0, durationMs: 1 });
  const unused = (): never => {
    throw new Error('not used here');
  };
  return {
    ran,
    kind: made.kind ?? 'netns',
    name: 'made-up',
    privileged: made.privileged ?? true,
    now: () => unixMs(1000),
    read: async (path) => find(path),
    readChunks: async (path, onChunk) => {
      const found = find(path);
      if (!found.ok) return found;
      onChunk(found.value);
      return ok(undefined);
    },
    run: async (command) => {
      const text = tool(command);
      return text === undefined ? fail(problem('bad-exit', 'failed')) : finished(text);
    },
    stream: async (command, onChunk) => {
      const text = tool(command);
      if (text === undefined) return fail(problem('bad-exit', 'failed'));
      onChunk(Buffer.from(text));
      return finished('');
    },
    which: async (name) =>
      Object.keys(made.tools ?? {}).some((line) => line.startsWith(name)) ? `/usr/sbin/${name}` : undefined,
    stat: unused,
    disk: unused,
    glob: unused,
    openPty: unused,
    endPtys: unused,
    follow: unused,
  };
}

const signal = new AbortController().signal;
const noWorker = (): never => {
  throw new Error('a small table needs no thread');
};
const flows = (host: Host, start: (entry: URL) => WorkerPort = noWorker) =>
  flowsSource({ everyMs: 1000, startWorker: start }).read(host, signal);
const LIST = 'conntrack -L -o extended';

describe('samples', () => {
  const sample = (host: Host) => conntrackSource({ everyMs: 1000 }).read(host, signal);

  test('all files readable: no program is started', async () => {
    const host = makeHost({
      files: {
        [COUNT]: '12\n',
        [`${NETFILTER}/nf_conntrack_max`]: '262144\n',
        [`${NETFILTER}/nf_conntrack_acct`]: '1\n',
        '/proc/net/stat/nf_conntrack': 'entries insert_failed drop early_drop\n0c 01 02 03\n0c 01 00 00\n',
      },
      tools: { 'conntrack -S': 'cpu=0 drop=9\n' },
    });
    expect(await sample(host)).toEqual(
      ok({ at: 1000, count: 12, max: 262_144, insertFailed: 2, drop: 2, earlyDrop: 3, accounting: true }),
    );
    expect(host.ran).toEqual([]);
  });

  test('counters only from the tool, asked rarely; without it they are unknown', async () => {
    const host = makeHost({ files: { [COUNT]: '12\n' }, tools: { 'conntrack -S': 'cpu=0 drop=9\n' } });
    const source = conntrackSource({ everyMs: 1000 });
    expect(await source.read(host, signal)).toEqual(ok({ at: 1000, count: 12, drop: 9 }));
    await source.read(host, signal);
    expect(host.ran).toEqual(['conntrack -S']);
    expect(await sample(makeHost({ files: { [COUNT]: '12\n' } }))).toEqual(ok({ at: 1000, count: 12 }));
  });

  test('not loaded is its own state, with what to do', async () => {
    const answer = await sample(makeHost({ files: {} }));
    expect(answer).toMatchObject({
      ok: false,
      problem: { code: 'not-found', hint: expect.stringContaining('ct state') },
    });
    expect(answer.ok ? '' : answer.problem.summary).toContain('not loaded');
  });

  test('a count that is no number is not understood, not zero', async () => {
    expect(await sample(makeHost({ files: { [COUNT]: 'x\n' } }))).toMatchObject({
      problem: { code: 'unreadable' },
    });
  });
});

describe('flow reports', () => {
  test('a small table is counted in place', async () => {
    const host = makeHost({
      files: { [COUNT]: '3\n', [TABLE]: LINES, '/proc/net/fib_trie': '|-- 192.0.2.1\n  /32 host LOCAL' },
    });
    expect(await flows(host)).toMatchObject({
      ok: true,
      value: { total: 3, sources: [{ flows: 3, ours: true }] },
    });
    expect(host.ran).toEqual([]);
  });

  test('an empty table is a report of nothing', async () => {
    const answer = await flows(makeHost({ files: { [COUNT]: '0\n', [TABLE]: '' } }));
    expect(answer).toMatchObject({ ok: true, value: { total: 0, sources: [], unreadable: 0 } });
  });

  test('a large table goes to a thread of its own', async () => {
    const files = { [COUNT]: '9000\n', [TABLE]: LINES.repeat(3000) };
    const answer = await flows(makeHost({ files }), startWorker);
    expect(answer).toMatchObject({ ok: true, value: { total: 9000, distinct: 1 } });
  });

  test('no such file, or only for root: the tool is asked', async () => {
    for (const table of [{}, { [TABLE]: 'denied' as const }]) {
      const host = makeHost({ files: { [COUNT]: '3\n', ...table }, tools: { [LIST]: LINES } });
      expect(await flows(host, startWorker)).toMatchObject({ ok: true, value: { total: 3 } });
      expect(host.ran).toEqual([LIST]);
    }
  });

  test('each blindness has its name and its remedy', async () => {
    const problemOf = async (made: Made) => {
      const answer = await flows(makeHost(made));
      return answer.ok ? undefined : answer.problem;
    };
    expect(await problemOf({ files: {} })).toMatchObject({ code: 'not-found' });
    const denied = { [COUNT]: '3\n', [TABLE]: 'denied' as const };
    expect(await problemOf({ files: denied, privileged: false, tools: { [LIST]: LINES } })).toMatchObject({
      code: 'not-permitted',
      hint: expect.stringContaining('sudo'),
    });
    expect(await problemOf({ files: { [COUNT]: '3\n' } })).toMatchObject({ code: 'missing-tool' });
  });

  test('a thread that dies is a problem, not a hang', async () => {
    const files = { [COUNT]: '9000\n', [TABLE]: LINES };
    const answer = await flows(makeHost({ files }), () =>
      startWorker(new URL('./no-such-worker.ts', import.meta.url)),
    );
    expect(answer).toMatchObject({ ok: false, problem: { code: 'bug' } });
  });

  test('cancelled while the thread counts', async () => {
    const controller = new AbortController();
    const source = flowsSource({
      everyMs: 1000,
      startWorker: (entry) => {
        queueMicrotask(() => controller.abort());
        return startWorker(entry);
      },
    });
    const files = { [COUNT]: '9000\n', [TABLE]: LINES };
    expect(await source.read(makeHost({ files }), controller.signal)).toMatchObject({
      problem: { code: 'cancelled' },
    });
  });
});

describe('a /proc that is too slow', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('is given up for the tool, and not tried again', async () => {
    const deadline = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
    const host = makeHost({ files: { [COUNT]: '9000\n' }, tools: { [LIST]: LINES } });
    let reads = 0;
    const slow: Host = {
      ...host,
      readChunks: (_path, _onChunk, until) => {
        reads++;
        return new Promise((resolve) => {
          until?.addEventListener('abort', () => resolve(fail(problem('cancelled', 'cancelled'))));
          deadline.abort();
        });
      },
    };
    const source = flowsSource({ everyMs: 1000, startWorker });
    expect(await source.read(slow, signal)).toMatchObject({ ok: true, value: { total: 3 } });
    expect(await source.read(slow, signal)).toMatchObject({ ok: true, value: { total: 3 } });
    expect(reads).toBe(1);
    expect(host.ran).toEqual([LIST, LIST]);
  });
});

describe('timeouts', () => {
  const source = timeoutsSource({ everyMs: 1000 });

  test('current where readable, unknown elsewhere, facts always', async () => {
    const host = makeHost({ files: { [COUNT]: '0\n', [`${NETFILTER}/nf_conntrack_udp_timeout`]: '30\n' } });
    const answer = await source.read(host, signal);
    const rows = answer.ok ? answer.value : [];
    const udp = rows.find((row) => row.name === 'nf_conntrack_udp_timeout');
    expect(udp).toMatchObject({ current: 30, kernelDefault: 30 });
    expect(rows.filter((row) => row.current !== undefined)).toEqual([udp]);
  });

  test('without the module there is nothing to tighten', async () => {
    expect(await source.read(makeHost({ files: {} }), signal)).toMatchObject({
      problem: { code: 'not-found' },
    });
  });
});

test('over a narrow line the table is fetched when somebody asks, and what was fetched stays', async () => {
  const host = makeHost({ files: { [COUNT]: '12000\n', [TABLE]: LINES } });
  const over = (bytesPerSecond: number): Host => ({
    ...host,
    link: {
      ...host.link,
      state: () => ({
        ...{ kind: 'up', since: unixMs(0), rttMs: 600, skewMs: 0, system: safe('Linux') },
        bytesPerSecond,
      }),
    } as NonNullable<Host['link']>,
  });
  const source = flowsSource({ everyMs: 1000, startWorker });
  const narrow = over(8000);
  expect(await source.read(narrow, signal)).toMatchObject({
    ok: false,
    problem: {
      code: 'not-found',
      summary: expect.stringMatching(/^not fetched by itself: 12.*flows are .*, about 9m/),
    },
  });
  expect(await source.read(narrow, signal, { asked: true })).toMatchObject({ ok: true, value: { total: 3 } });
  const old = makeHost({ files: { [COUNT]: '12000\n' } });
  expect(await source.read({ ...over(8000), ...{ readChunks: old.readChunks } }, signal)).toMatchObject({
    ok: true,
    value: { total: 3 },
  });
  expect(await source.read(over(100_000_000), signal)).toMatchObject({ ok: true });
});
