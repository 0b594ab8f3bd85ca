// The exact words that change decisions, the way back of each, what a question answers, and what the sets of a bouncer mean.

import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import type { SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { crowdsecBackend } from '../../../../src/firewall/crowdsec/backend.ts';
import { parseCrowdsec } from '../../../../src/firewall/crowdsec/parse.ts';
import { cannotHold, fits } from '../../../../src/firewall/hold.ts';
import { capture, ipset, net, nftSet } from '../build.ts';

const parsed = parseCrowdsec(capture('crowdsec/1.4.6/decisions.csv').toString());
const [FOUR] = (parsed.ok ? parsed.value : []) as readonly SetInfo[];
if (FOUR === undefined) throw new Error('the capture is a list');
const words = (steps: readonly { command: { argv: readonly string[] } }[]): readonly (readonly string[])[] =>
  steps.map(({ command }) => command.argv.slice(2));

describe('an addition', () => {
  const steps = crowdsecBackend.planAdd(FOUR, [
    { net: net('192.0.2.1'), seconds: 3600, comment: '--help; "x"\n\x1b[31m' },
    { net: net('198.51.100.0/24'), seconds: 60 },
  ]);

  it('spells the address itself and keeps a reason one harmless word', () => {
    expect(words(steps)).toEqual([
      [
        'add',
        '--ip',
        '192.0.2.1',
        '-d',
        '3600s',
        '-t',
        'ban',
        expect.stringMatching(/^--reason=--help; 'x'/),
      ],
      ['add', '--range', '198.51.100.0/24', '-d', '60s', '-t', 'ban', '--reason=opsconsole'],
    ]);
    expect(JSON.stringify(steps)).not.toMatch(/\\n|\\u001b/);
    expect(steps.every(({ command }) => command.privileged === true)).toBe(true);
  });

  it('is taken back by its address and its own reason, so that nothing else on that address goes', () => {
    const back = steps.map((step) => words(crowdsecBackend.inverse?.(step) ?? []));
    expect(back).toEqual([
      [['delete', '--value', '192.0.2.1', '-t', 'ban', expect.stringMatching(/^--scenario=--help; 'x'/)]],
      [['delete', '--value', '198.51.100.0/24', '-t', 'ban', '--scenario=opsconsole']],
    ]);
  });

  it('needs an end, and is one of at most 200', () => {
    expect(cannotHold(FOUR, { net: net('192.0.2.1'), seconds: null })).toMatch(/gives every decision an end/);
    expect(cannotHold(FOUR, { net: net('192.0.2.0/24'), seconds: 60 })).toBeUndefined();
    expect(fits(FOUR, 201)).toMatch(/200 addresses at a time/);
    expect(fits(FOUR, 200)).toBeUndefined();
  });
});

describe('a deletion', () => {
  it('names ids, and never an address that ranges around it would match', () => {
    const steps = crowdsecBackend.planDelete(FOUR, [net('192.0.2.1'), net('192.0.2.2')], [7, 0]);
    expect(words(steps)).toEqual([
      ['delete', '--id', '7'],
      ['delete', '--value', '192.0.2.2', '-t', 'ban'],
    ]);
    expect(steps.map((step) => crowdsecBackend.inverse?.(step))).toEqual([undefined, undefined]);
  });
});

describe('a question about one address', () => {
  const ask = (text: string) => {
    const probe = crowdsecBackend.probe?.(FOUR, net(text));
    if (probe === undefined) throw new Error('it can be asked');
    return { words: probe.commands.map(({ argv }) => argv.slice(1).join(' ')), read: probe.read };
  };
  const answer = (stdout: string) => [{ stdout, stderr: '', exitCode: 0 }];

  it('is answered by what is on it or around it', () => {
    const { words: asked, read } = ask('203.0.113.9');
    expect(asked).toEqual(['decisions list -o raw -a -l 0 --ip 203.0.113.9']);
    expect(read(answer(capture('crowdsec/1.4.6/decisions-ip.csv').toString()))).toBe('present');
    expect(read(answer(capture('crowdsec/1.4.6/decisions-none.csv').toString()))).toBe('absent');
    expect(read(answer('')), 'an answer that is none').toBe('unknown');
    expect(read([])).toBe('unknown');
  });

  it('of a network leaves open what is inside', () => {
    const { words: asked, read } = ask('192.0.2.0/24');
    expect(asked).toEqual(['decisions list -o raw -a -l 0 --range 192.0.2.0/24']);
    expect(read(answer(capture('crowdsec/1.4.6/decisions-none.csv').toString()))).toBe('unknown');
    const touching = crowdsecBackend.touching?.(FOUR, net('192.0.2.0/24')).commands ?? [];
    expect(touching.map(({ argv }) => argv.slice(6).join(' '))).toEqual([
      '-l 0 --range 192.0.2.0/24',
      '-l 0 --range 192.0.2.0/24 --contained',
    ]);
  });
});

describe('the sets of a bouncer', () => {
  const rule = {
    kind: 'dropped',
    rule: safe('ip crowdsec crowdsec-chain: drop'),
    afterEstablished: false,
  } as const;
  const plain = nftSet({
    key: 'nft:ip crowdsec crowdsec-blacklists' as SetKey,
    table: 'ip crowdsec',
    name: 'crowdsec-blacklists',
    holdsNets: false,
    owner: 'crowdsec',
    enforcement: rule,
  });
  const wide = ipset({ name: 'crowdsec-blacklists', owner: 'crowdsec', enforcement: rule, count: 5 });
  const relate = (...sets: readonly SetInfo[]): SetInfo =>
    crowdsecBackend.relate?.({ ...FOUR, findings: [] }, [FOUR, ...sets]) ?? FOUR;
  const says = (set: SetInfo): string =>
    (set.findings ?? []).map((one) => `${one.level}: ${one.says}`).join('\n');

  it('enforce the list', () => {
    const related = relate(wide);
    expect(related).toMatchObject({ enforcedBy: [wide.key], enforcement: rule, findings: [] });
  });

  it('that are not there leave it without effect', () => {
    const other = nftSet({ owner: 'opsconsole', enforcement: rule });
    const six = { ...plain, family: 6 as const };
    expect(relate(other, six)).toMatchObject({ enforcedBy: [], enforcement: { kind: 'unused' } });
    expect(says(relate(other, six))).toMatch(/^harm: .*stop nobody on this host$/);
  });

  it('of single addresses stop no range', () => {
    expect(says(relate(plain))).toMatch(
      /^harm: 2 of the decisions are ranges, but set crowdsec-blacklists holds/,
    );
    expect(relate({ ...plain }).enforcement).toEqual(rule);
  });

  it('that no rule uses, or that are empty, are said', () => {
    expect(says(relate({ ...wide, enforcement: { kind: 'unused' } }))).toMatch(/^harm: no rule uses set/);
    const odd = { ...wide, enforcement: { kind: 'not-dropped', rule: safe('accept') } as const };
    expect(says(relate(odd))).toMatch(/does not drop/);
    expect(says(relate({ ...wide, count: 0 }))).toMatch(/^harm: the bouncer's set is empty/);
    expect(relate(wide, { ...plain, enforcement: odd.enforcement }).enforcement.kind).toBe('not-dropped');
  });

  it('that no rule uses beside one that drops are left over from another mode', () => {
    const left = { ...plain, enforcement: { kind: 'unused' } } as const;
    expect(relate(left, wide)).toMatchObject({ enforcedBy: [wide.key], enforcement: rule, findings: [] });
  });
});

describe('doctor', () => {
  const trouble = (summary: string, detail = '', code: 'bad-exit' | 'timed-out' = 'bad-exit') =>
    crowdsecBackend.check?.(fail(problem(code, summary, { detail })));

  it.each([
    ['dial tcp 127.0.0.1:8080: connect: connection refused', /systemctl status crowdsec/],
    ['API error: incorrect Username or Password', /refuses these credentials/],
    [
      'loading api client: while reading yaml file: open /etc/crowdsec/local_api_credentials.yaml: no',
      /machines add/,
    ],
    [
      'while reading yaml file: open /etc/crowdsec/config.yaml: no such file or directory',
      /finish the installation/,
    ],
    ['open /etc/crowdsec/config.yaml: permission denied', /sudo/],
  ])('%s', (detail, todo) => {
    const check = trouble('cscli ended with status 1', detail);
    expect(check).toMatchObject({ works: false });
    expect(check?.todo).toMatch(todo);
  });

  it('says that it hangs, that all is well, and the first harm', () => {
    expect(trouble('no answer', '', 'timed-out')?.todo).toMatch(/does not answer/);
    expect(crowdsecBackend.check?.(ok({ sets: [FOUR], gaps: [] }))).toEqual({
      works: true,
      says: '5 decisions ban an address',
    });
    const harm = { level: 'harm' as const, says: safe('nobody is stopped') };
    const check = crowdsecBackend.check?.(ok({ sets: [{ ...FOUR, findings: [harm] }], gaps: [] }));
    expect(check).toMatchObject({ works: false, says: 'nobody is stopped' });
  });
});
