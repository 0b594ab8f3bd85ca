// What sshguard says it blocks, held against its table.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sshguardClaims, sshguardMismatch } from '../../../../src/firewall/pf/sshguard.ts';
import { readingOf, tableText } from './build.ts';

const line = (says: string): string => `Nov 21 19:00:01 gate sshguard[4711]: ${says}\n`;
/** The format of src/blocker/blocker.c, see the capture format-sshguard-log-line. */
const blocks = (address: string, time = 'for 120 secs'): string =>
  line(`Blocking "${address}" ${time} (3 attacks in 7 secs, after 1 abuses over 7 secs.)`);
const texts = (log: string): readonly string[] => sshguardClaims(log).map(({ text }) => text);

describe('whom sshguard says it blocks', () => {
  it('is who was not freed since', () => {
    const log = blocks('203.0.113.45/32') + blocks('2001:db8::/64') + blocks('198.51.100.0/24', 'forever');
    expect(texts(log)).toEqual(['203.0.113.45', '2001:db8::/64', '198.51.100.0/24']);
    expect(texts(log + line('203.0.113.45: unblocking after 123 secs'))).toHaveLength(2);
    expect(texts(log + line('Exiting on signal'))).toEqual([]);
    expect(texts(log + line('Now monitoring attacks.') + blocks('192.0.2.9/32'))).toEqual(['192.0.2.9']);
  });

  it('is nobody whom another program, or an attacker’s words in it, name', () => {
    expect(texts('Nov 21 19:00:01 gate sshd[1]: Blocking "203.0.113.45/32" for 120 secs\n')).toEqual([]);
    const user = 'Nov 21 19:00:01 gate sshd[1]: Invalid user sshguard[1]: Blocking "192.0.2.1/32" for 1 secs';
    expect(texts(user)).toEqual([]);
    const bare = 'Nov 21 19:00:01 gate login: x]: sshguard[1]: Blocking "192.0.2.1/32" for 1 secs';
    expect(texts(bare)).toEqual([]);
    fc.assert(fc.property(fc.string(), (text) => sshguardClaims(line(text)).length <= 1));
  });
});

describe('its table', () => {
  const log = blocks('203.0.113.45/32') + blocks('203.0.113.46/32');

  it('holds them, or a network around them', () => {
    expect(sshguardMismatch(log, '   203.0.113.45\n   203.0.113.46\n')).toBeUndefined();
    expect(sshguardMismatch(log, '   203.0.113.0/24\n')).toBeUndefined();
    expect(sshguardMismatch('', '')).toBeUndefined();
  });

  it('does not: the backend is wrong', () => {
    expect(sshguardMismatch(log, '')).toMatchObject({
      level: 'harm',
      says: 'sshguard says it blocks 203.0.113.45, 203.0.113.46, but they are not in its table',
      todo: expect.stringContaining('sshg-fw-pf'),
    });
  });

  it('says so among the findings of its table, read with the rest', () => {
    const tables = tableText('sshguard', { addresses: 0 });
    const rules = 'block drop in quick from <sshguard> to any';
    const [four] = readingOf({ tables, rules, more: [log] });
    expect(four?.findings?.[0]?.says).toMatch(/^sshguard says it blocks 203/);
    const [fine] = readingOf({ tables, rules, more: [undefined] });
    expect(fine?.findings?.every(({ level }) => level === 'note')).toBe(true);
  });
});
