// Many questions in one start of the client, and their answers, on what fail2ban 1.0.2 printed.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchCommand, MARK, type Question, readBatch } from '../../../../src/firewall/fail2ban/client.ts';

const capture = (name: string): string =>
  readFileSync(new URL(`../../../captures/fail2ban/1.0.2/${name}`, import.meta.url), 'utf8').replaceAll(
    '@@opsconsole',
    MARK,
  );

const QUESTIONS: readonly Question[] = [
  ['status'],
  ['status', 'sshd'],
  ['get', 'no such', 'bantime'],
  ['get', 'web', 'logpath'],
  ['get', 'web', 'bantime'],
];

describe('questions', () => {
  test('stand between echoes, each word quoted', () => {
    expect(batchCommand([['status', "it's"]])).toMatchObject({
      argv: ['fail2ban-client', '-i'],
      privileged: true,
      stdin: `echo '${MARK} 0'\nstatus 'it'\\''s'\necho '${MARK} 1'\nexit\n`,
    });
  });

  test('with a line break are not asked', () => {
    expect(batchCommand([['status', 'a\nstop']]).stdin).not.toMatch(/stop/);
  });

  test('never become another command, whatever the words', () => {
    const words = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(words, (question) => {
        const { stdin = '' } = batchCommand([question as unknown as Question]);
        expect(stdin.split('\n')).toHaveLength(5);
      }),
    );
  });
});

describe('answers', () => {
  test('come in the order of the questions; what the server refused is undefined', () => {
    const answers = readBatch(capture('batch.txt'), QUESTIONS.length);
    expect(answers).toMatchObject({
      ok: true,
      value: [
        expect.stringMatching(/^Status\n\|- Number of jail:\t3\n/),
        expect.stringMatching(/^Status for the jail: sshd\n[\s\S]*Banned IP list:\t192\.0\.2\.7$/),
        undefined,
        'Current monitored log file(s):\n|- /tmp/p2/f2b/web.log\n`- /tmp/p2/f2b/auth.log',
        '-1',
      ],
    });
  });

  test('are a problem when the server is down: the client prints empty prompts and exits with 0', () => {
    expect(readBatch(capture('batch-down.txt'), QUESTIONS.length)).toMatchObject({
      ok: false,
      problem: { summary: 'the fail2ban server does not run' },
    });
  });

  test('are a problem when one is missing, and never a server that is down', () => {
    const whole = capture('batch.txt');
    const cut = { ok: false, problem: { code: 'unreadable', summary: expect.stringContaining('cut off') } };
    expect(readBatch(whole, QUESTIONS.length + 1)).toMatchObject(cut);
    expect(readBatch(whole.slice(0, whole.length / 2), QUESTIONS.length)).toMatchObject(cut);
  });

  test.each(['', 'Traceback (most recent call last):\n', '{"banned": []}', 'x'.repeat(1_000_000)])(
    'of something else than the client are not known, and not "no server": %#',
    (text) => {
      expect(readBatch(text, 1)).toMatchObject({
        ok: false,
        problem: { code: 'unreadable', summary: expect.stringContaining('something else') },
      });
    },
  );

  test('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(5), (text, count) => {
        readBatch(text, count);
      }),
    );
  });

  test('are what was printed between the marks', () => {
    const answer = fc.string().filter((text) => !text.includes('@@') && !text.startsWith('Sorry but '));
    fc.assert(
      fc.property(fc.array(answer), (answers) => {
        const printed = answers.map((text, index) => `fail2ban> ${MARK} ${index}\nfail2ban> ${text}\n`);
        const stdout = `words\n\n${printed.join('')}fail2ban> ${MARK} ${answers.length}\nfail2ban> `;
        expect(readBatch(stdout, answers.length)).toEqual({ ok: true, value: answers });
      }),
    );
  });
});
