// A command on several hosts: what is printed, when somebody is asked, which status comes out.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActDeps } from '../../../../src/cli/act-desk.ts';
import type { HostFlags } from '../../../../src/cli/hosts/flags.ts';
import { runOnHosts } from '../../../../src/cli/hosts/on-hosts.ts';
import { EXIT, type ExitStatus } from '../../../../src/cli/io.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { asking, downWith, type FakeLine, fakeLine, type Story, UP } from './fake-line.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-hosts-'));
  writeFileSync(
    join(folder, '.opsconsole.yml'),
    'version: 1\nhosts: { a: , b: , c: { sudo: ask } }\ngroups: { all3: [a, b, c], both: [a, b] }\nwindows: [{ name: w, panes: [bans] }]\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Ran = Readonly<{ status: ExitStatus; out: string; err: string; lines: ReadonlyMap<string, FakeLine> }>;
type Wish = Readonly<{
  stories?: Readonly<Record<string, Story>>;
  typed?: string;
  terminal?: boolean;
  broken?: boolean;
}>;

async function run(
  flags: HostFlags,
  work: (deps: ActDeps) => Promise<ExitStatus>,
  wish: Wish = {},
): Promise<Ran> {
  const { stories = {}, typed = '', terminal = false } = wish;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const lines = new Map<string, FakeLine>();
  const status = await runOnHosts(
    flags,
    {
      io: { stdin: Readable.from([typed]), stdout, stderr, env: { HOME: folder }, cwd: folder, terminal },
      host: () => createLocalHost({ sudo: 'never' }),
      exit: () => undefined,
      argv: ['ban', 'x', '--all'],
      makeHost(options) {
        const line = fakeLine(options, stories[options.entry.id] ?? { batch: UP });
        lines.set(options.entry.id, line);
        return line.host;
      },
    },
    work,
  );
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { status, out: text(stdout), err: text(stderr), lines };
}

const name = async ({ host }: ActDeps): Promise<string> => (await host()).name;
const sayName = async (deps: ActDeps): Promise<ExitStatus> => {
  deps.io.stdout.write(`I am ${await name(deps)}\nline two\n`);
  return EXIT.done;
};

describe('a command on several hosts', () => {
  it('prints what each one says together, and leaves nothing behind', async () => {
    const { status, out, err, lines } = await run({ group: ['both'] }, sayName);
    expect(status).toBe(EXIT.done);
    expect(err).toBe('');
    expect(out.split('== ').toSorted()).toEqual(['', 'a ==\nI am a\nline two\n', 'b ==\nI am b\nline two\n']);
    for (const { asked, options } of lines.values()) {
      expect(asked).toEqual(['retry', 'close']);
      expect(existsSync(options.runDir)).toBe(false);
    }
  });

  it('says in each record of JSON whose it is, on one line for each host', async () => {
    const { out, status } = await run({ host: ['a', 'b'], json: true }, async (deps) => {
      deps.io.stdout.write((await name(deps)) === 'a' ? '{"x":1}\n' : '[{"y":2},3]');
      return EXIT.done;
    });
    expect(status).toBe(EXIT.done);
    expect(out.trimEnd().split('\n').toSorted()).toEqual(['[{"host":"b","y":2},3]', '{"host":"a","x":1}']);
  });

  it('of one host it is the same words as here, with the host in JSON only', async () => {
    expect((await run({ host: ['a'] }, sayName)).out).toBe('I am a\nline two\n');
    const json = async (deps: ActDeps): Promise<ExitStatus> => {
      deps.io.stdout.write('{"line":1}\n{"line"');
      deps.io.stdout.write(':2}\n');
      return EXIT.unproved;
    };
    const ran = await run({ host: ['a'], json: true }, json);
    expect([ran.out, ran.status]).toEqual(['{"host":"a","line":1}\n{"host":"a","line":2}\n', EXIT.unproved]);
  });

  it('a host that cannot be reached fails alone; the words for it alone are printed', async () => {
    const stories = { b: { batch: downWith('b: no route') } };
    const { status, out, err } = await run({ group: ['both'] }, sayName, { stories });
    expect(status).toBe(EXIT.failed);
    expect(out).toBe('== a ==\nI am a\nline two\n');
    expect(err).toBe('b: no route\nnot done on 1 of 2 hosts: b\nagain: opsconsole ban x --host b\n');
    const asJson = await run({ group: ['both'], json: true }, sayName, { stories });
    expect(asJson.out).toContain(
      '{"host":"b","status":"failed","problem":{"code":"no-line","summary":"b: no route"}}\n',
    );
  });

  it('where it is not known what ran it is not for doing again', async () => {
    const stories = { b: { batch: downWith('b: no route') } };
    const lost = async (deps: ActDeps): Promise<ExitStatus> =>
      (await name(deps)) === 'a' ? EXIT.unknown : EXIT.done;
    const { status, err } = await run({ group: ['both'] }, lost, { stories });
    expect(status).toBe(EXIT.failed);
    expect(err).toContain('not known on 1 of 2 hosts: a\nnot done on 1 of 2 hosts: b\n');
    expect(err).toMatch(/again: opsconsole ban x --host b\n$/);
    const alone = await run({ group: ['both'] }, lost);
    expect([alone.status, alone.err]).toEqual([EXIT.unknown, 'not known on 1 of 2 hosts: a\n']);
  });

  it('one status when all that failed have it, else "failed"', async () => {
    const by = (statuses: Readonly<Record<string, ExitStatus>>) => async (deps: ActDeps) =>
      statuses[await name(deps)] ?? EXIT.done;
    const flags = { group: ['all3'] };
    expect((await run(flags, by({ a: EXIT.refused, b: EXIT.refused }))).status).toBe(EXIT.refused);
    expect((await run(flags, by({ a: EXIT.refused, b: EXIT.unproved }))).status).toBe(EXIT.failed);
    expect((await run(flags, by({}))).status).toBe(EXIT.done);
  });

  it('standard input is read once and given to all', async () => {
    const read = async ({ io }: ActDeps): Promise<ExitStatus> => {
      const chunks: Buffer[] = [];
      for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
      io.stdout.write(`${Buffer.concat(chunks).toString()}\n`);
      return EXIT.done;
    };
    const { out } = await run({ host: ['a', 'b'] }, read, { typed: '192.0.2.1' });
    expect(out.trimEnd().split('\n').toSorted()).toEqual(['a: 192.0.2.1', 'b: 192.0.2.1']);
  });

  it('what is wrong with the words is said before anything connects', async () => {
    const { status, err, lines } = await run({ group: ['bth'] }, sayName);
    expect([status, lines.size]).toEqual([EXIT.usage, 0]);
    expect(err).toMatch(/no group "bth".*\nhint: did you mean both\?/);
  });
});

describe('one yes for all', () => {
  const act = async (deps: ActDeps): Promise<ExitStatus> => {
    deps.io.stdout.write((await name(deps)) === 'c' ? 'another plan\n' : 'the plan\n');
    const answer = await deps.gate?.(undefined);
    deps.io.stdout.write(`${answer}\n`);
    return answer === 'yes' ? EXIT.done : EXIT.unconfirmed;
  };
  const stories = { c: { batch: UP, login: UP } };

  it('is asked when all plans are there; the same plan stands once', async () => {
    const { status, out, err } = await run({ group: ['all3'] }, act, {
      typed: 'y\n',
      terminal: true,
      stories,
    });
    expect(status).toBe(EXIT.done);
    expect(out).toMatch(/^== a, b ==\nthe plan\n== c ==\nanother plan\n/);
    expect(
      out
        .slice(out.indexOf('another plan\n') + 13)
        .trimEnd()
        .split('\n')
        .toSorted(),
    ).toEqual(['a: yes', 'b: yes', 'c: yes']);
    expect(err.match(/go on on these 3 hosts\?/g)).toHaveLength(1);
  });

  it('a no is everybody’s; without a terminal nobody is asked', async () => {
    const no = await run({ group: ['both'] }, act, { typed: 'n\n', terminal: true });
    expect([no.status, no.out]).toEqual([EXIT.unconfirmed, expect.stringContaining('a: no\n')]);
    const alone = await run({ group: ['both'] }, act, { typed: 'y\n' });
    expect([alone.status, alone.out]).toEqual([
      EXIT.unconfirmed,
      expect.stringContaining('the plan\nnobody\n'),
    ]);
  });

  it('what must be typed is asked once for those that want the same', async () => {
    const typed = async (deps: ActDeps): Promise<ExitStatus> => {
      const answer = await deps.gate?.('1000');
      return answer === 'yes' ? EXIT.done : EXIT.unconfirmed;
    };
    expect((await run({ group: ['both'] }, typed, { typed: '1,000\n', terminal: true })).status).toBe(
      EXIT.done,
    );
    expect((await run({ group: ['both'] }, typed, { typed: 'y\n', terminal: true })).status).toBe(
      EXIT.unconfirmed,
    );
  });

  it('who fails on the way there does not hold the others', async () => {
    const some = async (deps: ActDeps): Promise<ExitStatus> =>
      (await name(deps)) === 'a' ? EXIT.refused : act(deps);
    const more = { b: { batch: downWith('b: gone') }, ...stories };
    const { status, err } = await run({ group: ['all3'] }, some, {
      typed: 'y\n',
      terminal: true,
      stories: more,
    });
    expect(status).toBe(EXIT.failed);
    expect(err).toContain('go on on c?');
    expect(err).toContain('not done on 2 of 3 hosts: a, b\n');
  });
});

describe('logging in', () => {
  it('asks one after the other, and only those that have a question', async () => {
    const stories = {
      a: { batch: UP },
      b: { batch: asking('b: a passphrase'), login: UP },
      c: { batch: UP, login: UP },
    };
    const { status, lines, err } = await run({ group: ['all3'] }, sayName, { terminal: true, stories });
    expect(status).toBe(EXIT.done);
    expect(['a', 'b', 'c'].map((id) => lines.get(id)?.asked.join(' '))).toEqual([
      'retry close',
      'retry login close',
      'retry login close',
    ]);
    expect(err).toMatch(/logging in to b\n[\s\S]*logging in to c\n/);
  });

  it('one host on a terminal is asked at once; without a terminal nobody is', async () => {
    const stories = { a: { batch: asking('a: a password'), login: UP } };
    const one = await run({ host: ['a'] }, sayName, { terminal: true, stories });
    expect([one.status, one.lines.get('a')?.asked]).toEqual([EXIT.done, ['login', 'close']]);
    const cron = await run({ host: ['a'] }, sayName, { stories });
    expect([cron.status, cron.lines.get('a')?.asked]).toEqual([EXIT.failed, ['retry', 'close']]);
    expect(cron.err).toBe('a: a password\n');
  });
});
