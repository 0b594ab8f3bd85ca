// Texts of a megabyte and odd words, made to keep a parser busy or to lead it astray: each is read in one pass, or refused. A
// pattern that goes back over them does not end within the time of a test.

import { expect, test } from 'vitest';
import { unixMs } from '../../../src/core/brand.ts';
import { createBanListParser } from '../../../src/firewall/ban-list.ts';
import { parseGoDuration } from '../../../src/firewall/crowdsec/duration.ts';
import { parseCrowdsec } from '../../../src/firewall/crowdsec/parse.ts';
import { setsOfAction } from '../../../src/firewall/fail2ban/actions.ts';
import { parseBanned } from '../../../src/firewall/fail2ban/banned.ts';
import { parseBanTimes } from '../../../src/firewall/fail2ban/times.ts';
import { readBanFile } from '../../../src/firewall/iptables/ban-file.ts';
import { readBanRule } from '../../../src/firewall/iptables/ban-rule.ts';
import { parseChains } from '../../../src/firewall/iptables/parse.ts';
import { readIptablesSave, splitWords } from '../../../src/firewall/iptables/rule.ts';
import { parsePfRules } from '../../../src/firewall/pf/rules.ts';
import { sshguardClaims } from '../../../src/firewall/pf/sshguard.ts';
import { parsePfTables } from '../../../src/firewall/pf/tables.ts';
import { parseSavedBans } from '../../../src/firewall/saved-bans.ts';
import { filterIn, readIni } from '../../../src/sources/jails/filter-name.ts';
import { readFilterTest } from '../../../src/sources/jails/filter-test.ts';
import { parseJailStatus } from '../../../src/sources/jails/parse.ts';
import { readServerEvent } from '../../../src/sources/jails/server-log.ts';

const NOW = unixMs(1_795_206_324_000);
const MEGABYTE = 1_000_000;
const fill = (part: string, length = MEGABYTE): string => part.repeat(Math.ceil(length / part.length));
const banFile = (line: string) => readBanFile(line, { name: 'bans', now: NOW });
const jailConf = (filter: string): ReadonlyMap<string, ReadonlyMap<string, string>> =>
  new Map([['web', new Map([['filter', filter]])]]);

const HEADER = 'id,source,ip,reason,action,country,as,events_count,expiration,simulated,alert_id\n';
const EVENT = '2026-11-20 12:00:00,123 fail2ban.filter         [812]: INFO    [sshd] ';
const SAVED = 'opsconsole-bans 1\nsaved 2026-11-21T20:00:00Z\nset 4 nft:inet a b\n';
const COUNTS = 'Lines: 1 lines, 0 ignored, 0 matched, 1 missed\n';

const LONG: readonly (readonly [string, () => unknown])[] = [
  ['ban file: blanks before what is no address', () => banFile(`${fill(' ')}a=1#\u2028`)],
  ['ban file: blanks behind an address', () => banFile(`192.0.2.7${fill(' ')}x\rz`)],
  ['ban file: digits', () => banFile(`192.0.2.7=${fill('1')}#\rz`)],
  ['iptables: quotes that never close', () => splitWords(fill('"\\'))],
  ['iptables: one word', () => splitWords(`"${fill('a')}"`)],
  ['iptables: a rule', () => readBanRule(`-s 192.0.2.7/32 -m comment --comment "${fill('\\"')}`)],
  [
    'iptables: a comment with ends',
    () => readBanRule(`-s 192.0.2.7/32 --comment "${fill(' until=1')}" -j DROP`),
  ],
  ['iptables: a listing', () => readIptablesSave(`*filter\n:X - [0:0]\n-A X ${fill('"\\')}\n`, 'iptables')],
  [
    'iptables: ban chains',
    () => parseChains([{ text: `*filter\n:X - [0:0]\n-A X ${fill('-j ')}\nCOMMIT\n`, family: 4 }], []),
  ],
  ['fail2ban: a tuple', () => parseBanned(`[{'a': [(${fill("'a'")}`)],
  ['fail2ban: brackets', () => parseBanned(`[{'a': [${fill("('")}`)],
  ['fail2ban: times', () => parseBanTimes(fill(' \t2026-11-20 20:20:20 + 600 = 2026'))],
  ['CrowdSec: quotes', () => parseCrowdsec(`${HEADER}${fill('"')}\n`)],
  ['CrowdSec: quotes on lines', () => parseCrowdsec(`${HEADER}${fill('"a\n')}`)],
  ['CrowdSec: a duration', () => parseGoDuration(`${fill('1.1h')}x`)],
  ['pf: brackets', () => parsePfRules(fill('('))],
  ['pf: tables', () => parsePfTables(fill('--a----\t'))],
  ['sshguard: its log', () => sshguardClaims(`Nov 21 20:00:00 h sshguard[1]: ${fill('Blocking "')}`)],
  ['saved bans: a comment', () => parseSavedBans(`${SAVED}192.0.2.7 never ${fill(' "')}`, 'bans')],
  [
    'a list',
    () => {
      const parser = createBanListParser('list');
      parser.push(Buffer.from(fill('192.0.2.7-')));
      return parser.end();
    },
  ],
  ['fail2ban.log: words', () => readServerEvent(`${EVENT}${fill('Found ')}`, NOW)],
  ['fail2ban.log: blanks', () => readServerEvent(`${EVENT}Ban ${fill(' ')}`, NOW)],
  ['fail2ban-regex: hits', () => readFilterTest(`Date template hits:\n|${fill('\n ')}\n${COUNTS}`)],
  ['fail2ban-regex: lines', () => readFilterTest(`Failregex: 1\n${fill('|     \n')}\n${COUNTS}`)],
  ['a jail: its status', () => parseJailStatus(`Status for the jail: ${fill('|- A:\n')}`)],
  ['jail.conf: blanks', () => readIni(`[web]\nx${fill(' ')}y`, new Map())],
  ['jail.conf: brackets', () => filterIn(jailConf(fill('[')), 'web')],
  ['jail.conf: a value that names itself', () => filterIn(jailConf(fill('%(filter)s', 1000)), 'web')],
];

test.each(LONG)('%s: one pass', (_, read) => {
  expect(read).not.toThrow();
});

test('a text that is nested or quoted far deeper than any real one is refused, not fallen into', () => {
  const deep = 20_000_000;
  expect(parseBanned(`[{'a': [(${fill("'a'", deep)}`)).toBeUndefined();
  expect(splitWords(`"${fill('a', deep)}`)).toEqual([]);
});

test('an action whose values name each other without end names no set', () => {
  const values = new Map([['addr_set', fill('<addr_set>', 100_000)]]);
  expect(setsOfAction({ jail: 'a', action: 'nftables', values }, 4)).toEqual([]);
  const nested = new Map([
    ['addr_set', fill('<name>', 300)],
    ['name', fill('<table>', 300)],
    ['table', fill('x', 300)],
  ]);
  expect(setsOfAction({ jail: 'a', action: 'nftables', values: nested }, 4)).toEqual([]);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'words that every object knows are words like others: %s',
  (word) => {
    const [rule] = parsePfRules(`block in quick ${word} from <bans> to any`);
    expect(rule).toMatchObject({ action: 'block', text: `block in quick ${word} from <bans> to any` });
    const [chain] = readIptablesSave(`*${word}\n:${word} ACCEPT [0:0]\n`, 'iptables');
    expect(chain?.base).toEqual({ hook: 'other', priority: 0, newOnly: false });
    expect(parseBanned(`[{'${word}': ['192.0.2.7']}]`)).toEqual([{ jail: word, texts: ['192.0.2.7'] }]);
  },
);

test('a word in a comment does not end a ban sooner than its own end', () => {
  const rule = (comment: string) => readBanRule(`-s 192.0.2.7/32 -m comment --comment "${comment}" -j DROP`);
  expect(rule('user until=100000000; until=1999999999')?.expires).toBe(1_999_999_999_000);
  expect(rule('until=1999999999 user until=100000000')?.expires).toBe(1_999_999_999_000);
});

test('tuples and numbers among what is banned are shown as they are written', () => {
  expect(parseBanned(`[{'a': [('b', "c)d", 3), 7, 'e']}]`)).toEqual([
    { jail: 'a', texts: [`('b', "c)d", 3)`, '7', 'e'] },
  ]);
});

test('a line of a ban file keeps its parts: blanks, comments, and what is wrong where', () => {
  const read = banFile('  192.0.2.7 = 1999999999  # of web\u2028two\n2001:db8::/48=1999999999;x\n\t#\n');
  expect(read).toMatchObject({ ok: true, value: { ended: 0, repeated: 0 } });
  expect(read.ok && read.value.bans.map(({ net, comment }) => [net.text, comment])).toEqual([
    ['192.0.2.7', "of web'u2028two"],
    ['2001:db8::/48', 'x'],
  ]);
  for (const [line, column] of [
    ['192.0.2.7', 10],
    ['192.0.2.7=12', 11],
    ['192.0.2.7=1999999999 x', 21],
    [' 192.0.2.7/24=1999999999', 2],
  ] as const) {
    const wrong = banFile(line);
    expect(wrong.ok ? '' : wrong.problem.summary).toMatch(new RegExp(`^bans:1:${column}: `));
  }
});
