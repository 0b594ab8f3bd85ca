// Jails as sets, what enforces them, what contradicts what, and the exact commands of bans through them.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { fail2banBackend } from '../../../../src/firewall/fail2ban/backend.ts';
import { MARK } from '../../../../src/firewall/fail2ban/client.ts';
import { planJailBan, planJailUnban } from '../../../../src/firewall/fail2ban/plan.ts';
import { jailFollowUp, parseJails } from '../../../../src/firewall/fail2ban/sets.ts';
import { cannotHold } from '../../../../src/firewall/hold.ts';
import { relate } from '../../../../src/firewall/relate.ts';
import { net } from '../../../kernel/acts/kit.ts';

const capture = (name: string): string =>
  readFileSync(new URL(`../../../captures/fail2ban/1.0.2/${name}`, import.meta.url), 'utf8').replaceAll(
    '@@opsconsole',
    MARK,
  );
const OUTPUTS = ['jails.txt', 'jails-details.txt', 'jails-values.txt'].map(capture);

function jails(outputs: readonly (string | undefined)[] = OUTPUTS): readonly SetInfo[] {
  const read = parseJails(outputs);
  if (!read.ok) throw new Error(read.problem.summary);
  return read.value;
}

const jail = (key: string, sets = jails()): SetInfo => {
  const found = sets.find((set) => set.key === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};

describe('jails', () => {
  test('are pairs of sets, each with the time of its jail and its own count', () => {
    expect(jails().map(({ key, count, fixedTimeout, twin }) => [key, count, fixedTimeout, twin])).toEqual([
      ['fail2ban:sshd', 2, 600, 'fail2ban6:sshd'],
      ['fail2ban6:sshd', 1, 600, 'fail2ban:sshd'],
      ['fail2ban:mail', 1, 600, 'fail2ban6:mail'],
      ['fail2ban6:mail', 1, 600, 'fail2ban:mail'],
      ['fail2ban:web', 1, 600, 'fail2ban6:web'],
      ['fail2ban6:web', 0, 600, 'fail2ban:web'],
      ['fail2ban:none', 0, 600, 'fail2ban6:none'],
      ['fail2ban6:none', 0, 600, 'fail2ban:none'],
    ]);
    const forever = OUTPUTS.map((text) => text.replace('fail2ban> 600', 'fail2ban> -1'));
    expect(jail('fail2ban:sshd', jails(forever)).fixedTimeout).toBeNull();
  });

  test('name the sets that their actions fill', () => {
    const named = new Map(jails().map(({ key, enforcedBy }) => [key as string, enforcedBy]));
    expect(named.get('fail2ban:sshd')).toEqual(['nft:inet f2b-table addr-set-sshd']);
    expect(named.get('fail2ban6:sshd')).toEqual(['nft:inet f2b-table addr6-set-sshd']);
    expect(named.get('fail2ban6:mail')).toEqual(['ipset:f2b-mail6']);
    expect(named.get('fail2ban6:web')).toEqual(['iptables6:filter f2b-web']);
    expect(jail('fail2ban:none').enforcement).toEqual({ kind: 'unused' });
  });

  test('say which banned texts are no address, and never count them', () => {
    const { findings = [] } = jail('fail2ban:sshd');
    expect(findings.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^6 banned here are no address \("1\.2\.3\.4 and"\)/),
    ]);
    expect(jail('fail2ban:none').findings?.[0]?.says).toMatch(/has no action/);
  });

  test('are asked about in three starts, however many there are', () => {
    expect(jailFollowUp([OUTPUTS[0]])).toHaveLength(1);
    const all = jailFollowUp(OUTPUTS.slice(0, 2));
    expect(all).toHaveLength(2);
    expect(jailFollowUp(OUTPUTS)).toEqual(all);
    expect(all[0]?.stdin).toContain('\nget sshd bantime\n');
    expect(all[1]?.stdin).toContain("\nget sshd action nftables-allports 'addr_set?family=inet6'\n");
  });

  test('with a name that cannot be passed on are shown, not asked about and not changed', () => {
    const hostile = capture('jails.txt').replace("'mail'", "'--all\\nstop'");
    const [details] = jailFollowUp([hostile]);
    expect(details?.stdin).not.toMatch(/stop|--all/);
    const three = capture('jails-details.txt')
      .replace(/fail2ban> @@\w+ 2\n[\s\S]*(?=fail2ban> @@\w+ 4\n)/, '')
      .replaceAll(/(@@\w+) ([4-8])\n/g, (_, mark: string, index: string) => `${mark} ${Number(index) - 2}\n`);
    const sets = jails([hostile, three, undefined]);
    const odd = sets.find(({ name }) => name.includes('stop'));
    expect(odd?.findings?.[0]?.says).toMatch(/cannot be passed on safely/);
    if (odd === undefined) throw new Error('not shown');
    expect(planJailBan(odd, [{ net: net('203.0.113.9'), seconds: null }])).toEqual([]);
    expect(cannotHold(odd, { net: net('203.0.113.9'), seconds: null })).toMatch(/cannot be passed on/);
  });

  test('of a server that is down or too old are a problem in words', () => {
    expect(parseJails([capture('batch-down.txt')])).toMatchObject({
      problem: { summary: 'the fail2ban server does not run' },
    });
    const old = capture('jails.txt')
      .replace('1.0.2\n', '0.11.2\n')
      .replace(/\[\{.*\}\]/, 'Invalid command');
    expect(parseJails([old])).toMatchObject({ problem: { summary: expect.stringContaining('0.11.2') } });
    expect(parseJails([OUTPUTS[0], undefined]).ok).toBe(false);
    const check = fail2banBackend.check?.(parseJails([capture('batch-down.txt')]) as never);
    expect(check).toMatchObject({ works: false, says: expect.stringContaining('does not run') });
  });

  test('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (texts) => {
        parseJails(texts);
        parseJails([OUTPUTS[0], ...texts]);
        jailFollowUp([OUTPUTS[0], ...texts]);
      }),
    );
  });
});

describe('related', () => {
  const kernel = (key: string, extra: Partial<SetInfo> = {}): SetInfo => {
    const [backend = '', place = ''] = key.split(/6?:/);
    return {
      key: key as SetKey,
      backend: backend as SetInfo['backend'],
      name: place.split(' ').at(-1) ?? '',
      family: 4,
      type: 'ipv4_addr',
      holdsNets: false,
      timeouts: false,
      counters: false,
      comments: false,
      owner: 'fail2ban',
      enforcement: { kind: 'dropped', rule: safe('input: drop'), afterEstablished: false },
      ...extra,
    };
  };
  const says = (set: SetInfo): readonly string[] => (set.findings ?? []).map((finding) => finding.says);
  const mail = (...sets: readonly SetInfo[]): SetInfo => jail('fail2ban:mail', relate([...jails(), ...sets]));

  test('a jail is enforced as its set is', () => {
    const related = mail(kernel('ipset:f2b-mail', { count: 1 }), kernel('ipset:f2b-other'));
    expect(related).toMatchObject({ enforcedBy: ['ipset:f2b-mail'], enforcement: { kind: 'dropped' } });
    expect(says(related)).toEqual([]);
  });

  test('where a firewall could not be read, a set that was not seen is not missing', () => {
    const blind = jail('fail2ban:mail', relate(jails(), true));
    expect(blind.enforcement).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('could be read'),
    });
    expect(says(blind)).toEqual([]);
    expect(says(jail('fail2ban:mail', relate(jails())))).not.toEqual([]);
    const seen = relate([...jails(), kernel('ipset:f2b-mail', { count: 1 })], true);
    expect(jail('fail2ban:mail', seen).enforcement.kind).toBe('dropped');
  });

  test('its set is found by the usual names when its action says nothing', () => {
    const bare = jails([...OUTPUTS.slice(0, 2), undefined]);
    const chain = kernel('iptables:filter f2b-mail');
    expect(jail('fail2ban:mail', relate([...bare, chain])).enforcedBy).toEqual([chain.key]);
    const table = kernel('nft:inet f2b-table addr-set-mail');
    expect(jail('fail2ban:mail', relate([...bare, table])).enforcedBy).toEqual([table.key]);
    const six = kernel('ipset:f2b-mail6', { family: 6 });
    expect(jail('fail2ban6:mail', relate([...bare, six])).enforcedBy).toEqual([six.key]);
  });

  test('a set without a rule, an empty one, one that lets go sooner: each is harm', () => {
    const unused = mail(kernel('ipset:f2b-mail', { enforcement: { kind: 'unused' } }));
    expect(unused.enforcement).toEqual({ kind: 'unused' });
    expect(unused.findings).toEqual([
      expect.objectContaining({
        level: 'harm',
        says: expect.stringMatching(/^no rule uses its set f2b-mail/),
      }),
    ]);
    expect(says(mail(kernel('ipset:f2b-mail', { count: 0 })))[0]).toMatch(/its set f2b-mail is empty/);
    const sooner = mail(kernel('ipset:f2b-mail', { defaultTimeout: 60 }));
    expect(sooner.findings).toEqual([
      expect.objectContaining({ level: 'harm', says: expect.stringMatching(/lets go after 1m, .* for 10m/) }),
    ]);
    const later = mail(kernel('ipset:f2b-mail', { defaultTimeout: 3600 }));
    expect(later.findings).toEqual([expect.objectContaining({ level: 'warning' })]);
  });

  test('bans without any set are said, and a jail that has banned nobody is no contradiction', () => {
    expect(says(mail())[0]).toMatch(/^1 IPv4 address is banned, but no set of this jail/);
    const web6 = jail('fail2ban6:web', relate(jails()));
    expect(says(web6)).toEqual([]);
    expect(web6.enforcement).toMatchObject({ kind: 'unknown', why: 'its set is made with the first ban' });
  });

  test('a ban time that the action gives by itself is one too many', () => {
    const twice = OUTPUTS.map((text) => text.replace('<timeout-bantime>', '120'));
    expect(says(jail('fail2ban:mail', jails(twice)))[0]).toMatch(
      /given twice: 10m by the jail, 2m by its action/,
    );
  });
});

describe('through a jail', () => {
  test('addresses are banned and unbanned in our own spelling, in one start', () => {
    const set = jail('fail2ban:mail');
    const elements = ['203.0.113.9', '203.0.113.10'].map((text) => ({ net: net(text), seconds: 5 }));
    const [ban, ...more] = planJailBan(set, elements);
    expect(more).toEqual([]);
    expect(ban?.command).toMatchObject({
      argv: ['fail2ban-client', 'set', 'mail', 'banip', '203.0.113.9', '203.0.113.10'],
      privileged: true,
    });
    expect(ban?.shown).toEqual(['fail2ban-client set mail banip 203.0.113.9 203.0.113.10']);
    const [unban] = planJailUnban(jail('fail2ban6:mail'), [net('2001:DB8:0::1')]);
    expect(unban?.command.argv.slice(2)).toEqual(['mail', 'unbanip', '2001:db8::1']);
  });

  test('no network and no address of the other family is banned', () => {
    const elements = ['203.0.113.0/24', '2001:db8::1'].map((text) => ({ net: net(text), seconds: 5 }));
    expect(planJailBan(jail('fail2ban:mail'), elements)).toEqual([]);
    expect(cannotHold(jail('fail2ban:mail'), { net: net('203.0.113.0/24'), seconds: 5 })).toMatch(/single/);
  });

  test('thousands are banned in few starts', () => {
    const elements = Array.from({ length: 1000 }, (_, index) => ({
      net: net(`198.18.${index >> 8}.${index & 255}`),
      seconds: null,
    }));
    const steps = planJailBan(jail('fail2ban:mail'), elements);
    expect(steps).toHaveLength(5);
    expect(steps.flatMap(({ command }) => command.argv.slice(4))).toHaveLength(1000);
    expect(steps[0]?.shown?.[0]).toMatch(/ … and 192 more$/);
  });
});
