import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUsableJail, parseJailList, parseJailValue } from '../../../src/firewall/fail2ban/parse.ts';

const capture = (name: string): string => readFileSync(`test/captures/fail2ban/1.0.2/${name}.txt`, 'utf8');

describe('fail2ban-client', () => {
  it('lists its jails', () => {
    expect(parseJailList(capture('status'))).toEqual(['nginx-http-auth', 'sshd']);
    expect(parseJailList('Status\n|- Number of jail:\t0\n`- Jail list:\t\n')).toEqual([]);
    expect(parseJailList(capture('status-down'))).toBeUndefined();
    expect(parseJailList(capture('get-no-such-jail'))).toBeUndefined();
  });

  it('says its values', () => {
    expect(parseJailValue(capture('get-maxretry'))).toBe(2);
    expect(parseJailValue(capture('get-bantime'))).toBe(86_400);
    expect(parseJailValue(capture('get-bantime-forever'))).toBe(-1);
    expect(parseJailValue(capture('get-no-such-jail'))).toBeUndefined();
    expect(parseJailValue('')).toBeUndefined();
  });

  it('takes only names that are no option and hide nothing', () => {
    expect(['sshd', 'nginx-http-auth', 'a b', 'x:y'].every(isUsableJail)).toBe(true);
    expect(['', '-x', '--help', 'a\nb', 'a\x1b[2J', '\u202ex', 'a'.repeat(101)].some(isUsableJail)).toBe(
      false,
    );
  });

  it('is read without throwing, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const jails = parseJailList(`Jail list:${text}`) ?? [];
        for (const jail of jails) expect(jail).toBe(jail.trim());
        const value = parseJailValue(text);
        expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });
});
