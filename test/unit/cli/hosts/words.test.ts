// Which hosts the words of a command line mean, and the words that are printed for another try.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWord } from '../../../../src/cli/first-word.ts';
import { joined, namesHosts } from '../../../../src/cli/hosts/flags.ts';
import { retryWords } from '../../../../src/cli/hosts/retry-words.ts';
import { wantedHosts } from '../../../../src/cli/hosts/wishes.ts';
import { parseHostId } from '../../../../src/core/hosts.ts';
import type { Session } from '../../../../src/core/pane.ts';
import { loadSession } from '../../../../src/session/load.ts';

function session(): Session {
  const loaded = loadSession(
    `version: 1
hosts: { rolly: , edge1: { ssh: admin@edge1.example.net, sudo: ask }, edge2: }
groups: { edge: [edge1, edge2], mixed: [local, rolly] }
host: rolly
windows: [{ name: a, panes: [bans] }]
`,
    '/s.yml',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}
const S = session();
const ids = (flags: Parameters<typeof wantedHosts>[0], of: Session | 'no file' = S): string => {
  const wanted = wantedHosts(flags, of === 'no file' ? undefined : of);
  if (!wanted.ok) return [wanted.problem.summary, wanted.problem.hint ?? ''].join(' | ');
  return wanted.value.map(({ id, entry, word }) => `${id}=${entry?.destination ?? ''}=${word}`).join(' ');
};

describe('--host, --group, --all', () => {
  it('name entries of the session file, each once', () => {
    expect(ids({ host: ['rolly', 'local', 'rolly'], group: ['edge'] })).toBe(
      'rolly=rolly=rolly local==local edge1=admin@edge1.example.net=edge1 edge2=edge2=edge2',
    );
    expect(ids({ group: ['mixed'] })).toBe('local==local rolly=rolly=rolly');
    // This machine is not among them: nothing of the session is on it.
    expect(ids({ all: true })).toBe(
      'rolly=rolly=rolly edge1=admin@edge1.example.net=edge1 edge2=edge2=edge2',
    );
    expect(ids({ group: ['all'] })).toBe(ids({ all: true }));
  });

  it('an entry is found by what ssh is given, too; anything else is what ssh takes', () => {
    expect(ids({ host: ['admin@edge1.example.net'] })).toBe('edge1=admin@edge1.example.net=edge1');
    expect(ids({ host: ['web.example.net'] })).toBe('web.example.net=web.example.net=web.example.net');
    expect(ids({ host: ['root@rolly', 'rolly'] })).toBe('root-rolly=root@rolly=root@rolly rolly=rolly=rolly');
    expect(ids({ host: ['2001:db8::1'] })).toBe('2001-db8-1=2001:db8::1=2001:db8::1');
    expect(ids({ host: ['ops@::1'] }, 'no file')).toBe('1=ops@::1=ops@::1');
  });

  it('say what is wrong', () => {
    expect(ids({ host: ['edge'] })).toMatch(/^"edge" is a group: --group edge/);
    expect(ids({ host: ['all'] })).toMatch(/^--all is every host of the session/);
    expect(ids({ group: ['rolly'] })).toMatch(/^"rolly" is a host: --host rolly/);
    expect(ids({ group: ['egde'] })).toMatch(/no group "egde".*did you mean edge\?/);
    expect(ids({ host: ['-oProxyCommand=x'] })).toMatch(/is not a destination of ssh/);
    expect(ids({ all: true }, 'no file')).toMatch(/names no hosts \| write them there/);
    expect(ids({ group: ['x'] }, 'no file')).toMatch(/no group "x".*it has: all/);
  });

  it('never make a name that is none, or another host’s', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'ab1.:@-_[; ') }), { maxLength: 4 }),
        (host) => {
          const wanted = wantedHosts({ host }, S);
          if (!wanted.ok) return;
          const names = wanted.value.map(({ id }) => id);
          expect(new Set(names).size).toBe(names.length);
          for (const id of names) expect(parseHostId(id).ok).toBe(true);
        },
      ),
    );
  });

  it('may stand before the subcommand, and behind it', () => {
    const both = joined({ host: ['a'], sshConfig: 'x' }, { host: ['b'], group: ['g'], json: true });
    expect(both).toMatchObject({ host: ['a', 'b'], group: ['g'], all: false, sshConfig: 'x', json: true });
    expect(namesHosts(both)).toBe(true);
    expect(namesHosts(joined({ sshConfig: 'x' }, {}))).toBe(false);
    expect(firstWord(['--host', 'rolly'])).toBeUndefined();
    expect(firstWord(['--host', 'rolly', '--all', 'ban', 'x'])).toBe('ban');
    expect(firstWord(['--theme', 'dark', './x.yml'])).toBe('./x.yml');
  });
});

describe('the words for another try', () => {
  it('are those that were typed, on the hosts that failed', () => {
    expect(retryWords(['ban', '192.0.2.1', '--all', '--for', '1h'], ['a', 'b'])).toBe(
      'opsconsole ban 192.0.2.1 --for 1h --host a --host b',
    );
    expect(retryWords(['--host', 'a', 'bans', 'save', '--host=b', '--group', 'g'], ['root@::1'])).toBe(
      'opsconsole bans save --host root@::1',
    );
    expect(retryWords(['ban', '--reason', "it's", '--group=g', '--', '-'], ['a'])).toBe(
      `opsconsole ban --reason 'it'\\''s' --host a -- -`,
    );
    expect(retryWords(['ban', 'x\u001b[2J'], ['a'])).not.toContain('\u001b');
  });
});
