// Hosts and groups of a session file: what they mean, what is refused and where, and how they are saved.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type HostEntry,
  type HostId,
  LOCAL,
  parseDestination,
  parseHostId,
} from '../../../src/core/hosts.ts';
import type { PaneId, PaneSpec, Session } from '../../../src/core/pane.ts';
import { carryOver, changesInWords } from '../../../src/session/carry-over.ts';
import { loadSession } from '../../../src/session/load.ts';
import { saveElsewhere, saveSession } from '../../../src/session/save.ts';

const PATH = '/s/edge.yml';
const HEAD =
  'version: 1\nhosts:\n  rolly: # the old one\n  edge1: { ssh: admin@edge1.example.net, colour: red }\n';

function session(text: string): Session {
  const loaded = loadSession(text, PATH);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}
function problems(text: string): readonly string[] {
  const loaded = loadSession(text, PATH);
  return loaded.ok ? [] : loaded.problems.map((found) => `${found.line}:${found.column} ${found.message}`);
}
const windows = (panes: string, more = ''): string => `${more}windows:\n  - name: a\n    panes: [${panes}]\n`;

describe('hosts of a session file', () => {
  it('are known by name, and by what ssh is given', () => {
    const { hosts, groups, host } = session(
      `${HEAD}  a.b-c_1: { sudo: ask }\ngroups: { web: [rolly, edge1, rolly, local], one: edge1 }\nhost: rolly\n${windows('host')}`,
    );
    expect(hosts).toEqual([
      { id: 'rolly', destination: 'rolly', sudo: 'auto' },
      { id: 'edge1', destination: 'admin@edge1.example.net', colour: 'red', sudo: 'auto' },
      { id: 'a.b-c_1', destination: 'a.b-c_1', sudo: 'ask' },
    ]);
    expect(groups).toEqual([
      { name: 'web', hosts: ['rolly', 'edge1', 'local'] },
      { name: 'one', hosts: ['edge1'] },
    ]);
    expect(host).toBe('rolly');
  });

  it('a pane is its own, its window’s, or the session’s', () => {
    const { windows: all } = session(
      `${HEAD}windows:
  - { name: a, host: edge1, panes: [bans, { traffic: eth0, host: rolly }, { jails: , host: local }] }
  - { name: b, panes: [bans, { host: rolly }, { host: , title: t }, host] }
`,
    );
    expect(all.map(({ host }) => host)).toEqual(['edge1', undefined]);
    expect(all.map(({ panes }) => panes.map(({ host, body }) => [body.kind, host]))).toEqual([
      [
        ['bans', 'edge1'],
        ['traffic', 'rolly'],
        ['jails', LOCAL],
      ],
      [
        ['bans', undefined],
        ['host', 'rolly'],
        ['host', undefined],
        ['host', undefined],
      ],
    ]);
  });

  it('panes over several hosts name hosts and groups; none, or all, means every one', () => {
    const made = session(
      `${HEAD}groups: { web: rolly }\n${windows('hosts, { hosts: [edge1, web, local] }, { all-bans: web }, { all-bans: all }')}`,
    );
    expect(made.windows[0]?.panes.map(({ body }) => body)).toEqual([
      { kind: 'hosts', hosts: [] },
      { kind: 'hosts', hosts: ['edge1', 'web', 'local'] },
      { kind: 'all-bans', hosts: ['web'] },
      { kind: 'all-bans', hosts: [] },
    ]);
    expect(problems(`${HEAD}${windows('{ hosts: [rolly, egde1] }')}`)).toEqual([
      expect.stringContaining('unknown host "egde1"; did you mean edge1?'),
    ]);
  });

  it('says what is wrong, where, and what may have been meant', () => {
    expect(
      problems(`version: 1
hosts:
  local:
  all: {}
  edge 1:
  web:
groups:
  web: [web]
  g: [wep, local]
  all: web
  one: wbe
host: webb
windows:
  - name: a
    host: g
    panes: [{ traffic: , host: wed }, { host: true, bans: }, { host: zzzzzz }]
`),
    ).toEqual([
      '3:3 "local" is this machine; call the host something else',
      '4:3 "all" means every host of the session; call the host something else',
      '5:3 "edge 1" is not a host name: letters, digits, ".", "_", "-"',
      '8:3 "web" is a host; call the group something else',
      '9:7 unknown host "wep"; did you mean web?',
      '10:3 "all" means every host of the session by itself; call the group something else',
      '11:8 unknown host "wbe"; did you mean web?',
      '12:7 unknown host "webb"; did you mean web?',
      '15:11 "g" is a group; here stands one host',
      '16:32 unknown host "wed"; did you mean web?',
      expect.stringMatching(/^16:39 a pane has exactly one of log, bans, /),
      '16:70 unknown host "zzzzzz"; known: "local", "all", "edge 1", "web"',
    ]);
    expect(
      problems(`version: 1
hosts:
  a: { ssh: -oProxyCommand=x, color: red, sudo: perhaps }
  b: { ssh: "x;reboot" }
  c: d
groups: { none: [], nil: }
${windows('host')}`),
    ).toEqual([
      '3:13 hosts.a.ssh: "-oProxyCommand=x" is not a destination of ssh: an alias of ssh_config, or user@host',
      '3:31 unknown key "color"; did you mean colour?',
      '3:49 hosts.a.sudo "perhaps" is not known; it must be auto, ask, never',
      '4:13 hosts.b.ssh: "x;reboot" is not a destination of ssh: an alias of ssh_config, or user@host',
      '5:6 hosts.c must be a mapping (key: value)',
      '6:17 groups.none: a group has at least one host',
      '6:26 groups.nil must be text',
    ]);
    expect(problems(`version: 1\nhosts: { a: }\nhost: all\n${windows('host')}`)).toEqual([
      '3:7 "all" means every host; here stands one host',
    ]);
    expect(problems(`version: 1\nhost: rolly\n${windows('host')}`)).toEqual([
      '2:7 unknown host "rolly"; this file has no "hosts:"',
    ]);
  });

  it('nothing that ssh or a shell would read as more than a name passes', () => {
    for (const bad of [
      '-oX',
      'a@-oX',
      'a b',
      'a;b',
      '$(x)',
      '`x`',
      'a|b',
      '[ab]',
      'a*',
      'a@b@c',
      "a'b",
      'a\nb',
      '',
    ])
      expect(parseDestination(bad).ok, bad).toBe(false);
    for (const good of ['rolly', 'admin@edge1.example.net', '192.0.2.1', '2001:db8::1', 'root@::1', 'a_b'])
      expect(parseDestination(good).ok, good).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), (text) => {
        const name = parseHostId(text);
        if (name.ok) expect(text).toMatch(/^[A-Za-z0-9][\w.-]*$/);
        const place = parseDestination(text);
        if (place.ok) expect(text).not.toMatch(/^-|@-|[^\w.:@-]/);
      }),
    );
  });

  it('random names never throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, used) => {
        const text = `version: 1\nhosts: ${JSON.stringify({ [host]: null })}\nhost: ${JSON.stringify(used)}\n${windows('host')}`;
        const loaded = loadSession(text, PATH);
        if (loaded.ok) expect(parseHostId(host).ok).toBe(true);
      }),
    );
  });
});

const pane = (kind: 'bans' | 'host', host?: string): PaneSpec => ({
  id: `n-${kind}` as PaneId,
  body: kind === 'bans' ? { kind, sets: [] } : { kind },
  ...(host === undefined ? {} : { host: host as typeof LOCAL }),
});

describe('saving panes of other hosts', () => {
  const FILE = `${HEAD}host: rolly
windows:
  - name: a
    host: edge1 # all of it
    panes:
      # sets
      - bans
      - { traffic: , host: rolly } # here
  - name: b
    panes:
      - journal
`;
  const save = (text: string, change: (windows: Session['windows']) => Session['windows']): string => {
    const loaded = session(text);
    const saved = saveSession(text, {
      live: { ...loaded, windows: change(loaded.windows) },
      loaded,
      path: PATH,
    });
    if (!saved.ok) throw new Error(JSON.stringify(saved.problem));
    return saved.value.text;
  };

  it('a pane by key says its host only where the file does not', () => {
    const added = save(FILE, (all) => {
      const [a, b] = all;
      if (a === undefined || b === undefined) return all;
      return [
        { ...a, panes: [...a.panes, pane('bans', 'edge1'), pane('host', 'local')] },
        { ...b, panes: [...b.panes, pane('bans', 'rolly'), pane('host', 'edge1')] },
      ];
    });
    expect(added).toBe(
      FILE.replace('# here\n', '# here\n      - bans\n      - host: local\n').concat(
        '      - bans\n      - host: edge1\n',
      ),
    );
  });

  it('a pane that moves to another window stays its host’s, and takes its comments along', () => {
    const moved = save(FILE, (all) => {
      const [a, b] = all;
      if (a === undefined || b === undefined) return all;
      return [
        { ...a, panes: [...b.panes, ...a.panes.slice(1)] },
        { ...b, panes: a.panes.slice(0, 1) },
      ];
    });
    expect(moved).toBe(`${HEAD}host: rolly
windows:
  - name: a
    host: edge1 # all of it
    panes:
      - journal: true
        host: rolly
      - { traffic: , host: rolly } # here
  - name: b
    panes:
      # sets
      - bans: true
        host: edge1
`);
  });

  it('hosts that were added while it ran are written, in every way that a file has them', () => {
    const entries: readonly HostEntry[] = [
      { id: 'web9' as HostId, destination: 'web9', sudo: 'auto' },
      { id: 'web10' as HostId, destination: 'root@10.0.0.1', sudo: 'ask' },
    ];
    const flow = FILE.replace(/hosts:[\s\S]*red }\n/, 'hosts: { rolly: , edge1: }  # all\n');
    const none = 'version: 1\n# look\nwindows:\n  - name: a\n    panes: [bans]\n';
    const saved = (text: string): string => {
      const loaded = session(text);
      const live = { ...loaded, hosts: [...(loaded.hosts ?? []), ...entries] };
      const [first] = live.windows;
      if (first === undefined) throw new Error('no window');
      const windows = [{ ...first, panes: [...first.panes, pane('bans', 'web9')] }, ...live.windows.slice(1)];
      const result = saveSession(text, { live: { ...live, windows }, loaded, path: PATH });
      if (!result.ok) throw new Error(JSON.stringify(result.problem));
      expect(result.value.session.hosts).toEqual(live.hosts);
      return result.value.text;
    };
    expect(saved(FILE)).toContain(
      'colour: red }\n  web9: null\n  web10:\n    ssh: root@10.0.0.1\n    sudo: ask\nhost: rolly\n',
    );
    expect(saved(flow)).toContain(
      'hosts: { rolly: , edge1: , web9: null, web10: {ssh: root@10.0.0.1, sudo: ask}}  # all\n',
    );
    expect(saved(none)).toBe(
      'version: 1\nhosts:\n  web9: null\n  web10:\n    ssh: root@10.0.0.1\n    sudo: ask\n# look\nwindows:\n  - name: a\n    panes: [bans, {bans: true, host: web9}]\n',
    );
    expect(saved(FILE.replaceAll('\n', '\r\n'))).toContain('web9: null\r\n');
  });

  it('a host that the file does not name is said, and nothing is written', () => {
    const loaded = session(FILE);
    const [a] = loaded.windows;
    if (a === undefined) throw new Error('no window');
    const live = { ...loaded, windows: [{ ...a, panes: [...a.panes, pane('bans', 'web9')] }] };
    for (const way of [saveSession, saveElsewhere]) {
      const saved = way(FILE, { live, loaded, path: PATH });
      expect(saved.ok ? '' : saved.problem.summary).toBe(
        'panes are on web9, a host that the file does not name',
      );
    }
  });
});

describe('another session', () => {
  const one = session(`${HEAD}${windows('bans, { bans: , host: edge1 }, { run: htop, host: rolly }')}`);
  const ids = ({ windows: all }: Session): readonly string[] =>
    all.flatMap(({ panes }) => panes.map(({ id }) => id));

  it('a pane means the same only on the same host', () => {
    const next = session(`${HEAD}${windows('{ bans: , host: edge1 }, { run: htop }, bans')}`);
    expect(ids(carryOver(one, next, 'r:').session)).toEqual(['1.2', 'r:1.2', '1.1']);
  });

  it('however its host is said', () => {
    const next = session(
      `${HEAD}host: rolly\n${windows('{ bans: , host: local }, { bans: , host: edge1 }, { run: htop }')}`,
    );
    expect(ids(carryOver(one, next, 'r:').session)).toEqual(['1.1', '1.2', '1.3']);
    expect(changesInWords(one, next, ({ body }) => body.kind)).toEqual(['settings that change: hosts']);
  });

  it('not when the name means another machine now', () => {
    const next = session(
      `${HEAD.replace('admin@edge1', 'admin@edge2')}${windows('bans, { bans: , host: edge1 }, { run: htop, host: rolly }')}`,
    );
    expect(ids(carryOver(one, next, 'r:').session)).toEqual(['1.1', 'r:1.2', '1.3']);
  });
});
