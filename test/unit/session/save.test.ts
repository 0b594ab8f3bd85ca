// Saving the live workspace into its file: only what differs is edited, comments and ways of writing stay.

import { describe, expect, it } from 'vitest';
import type {
  LayoutNode,
  PaneBody,
  PaneId,
  PaneSpec,
  Session,
  Size,
  WindowSpec,
} from '../../../src/core/pane.ts';
import { loadSession } from '../../../src/session/load.ts';
import { saveSession } from '../../../src/session/save.ts';
import { sameWindows } from '../../../src/session/save-same.ts';

const PATH = '/etc/opsconsole/x.yml';
const FILE = `# my session
version: 1
name:   rolly      # the host
allow: [ 192.0.2.1,   "2001:db8::1" ] # office
windows:
  # what I look at
  - name: watch # first
    layout:
      columns:
        - {rows: [1, 2], size: 60%}   # left
        - rows: [3, 4]
    panes:
      # the web
      - log: /var/log/nginx/access.log # all of it
        title: 'web'
      - log:
          files: [/var/log/auth.log]
          in: sshd   # only ssh
      - bans   # all sets
      - host

  # every act
  - name: acts
    panes: [ bans, journal ]

  # deep
  - name: programs
    layout: main-vertical
    main: 50%
    panes:
      - run: [htop, -d, "10"]
      # mail
      - run: "mutt -R"
        title: mail
keys: {log: {follow: [F, Space]}}
`;

function load(text: string): Session {
  const loaded = loadSession(text, PATH);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}

function save(text: string, change: (windows: readonly WindowSpec[]) => readonly WindowSpec[]): string {
  const loaded = load(text);
  const live = { ...loaded, windows: change(loaded.windows) };
  const saved = saveSession(text, { live, loaded, path: PATH });
  if (!saved.ok) throw new Error(JSON.stringify(saved.problem));
  expect(saved.value.session.windows.map((window) => window.from)).toEqual(live.windows.map((_, at) => at));
  return saved.value.text;
}

const only =
  (at: number, change: (window: WindowSpec) => WindowSpec) =>
  (windows: readonly WindowSpec[]): readonly WindowSpec[] =>
    windows.map((window, index) => (index === at ? change(window) : window));
const onPane = (window: number, pane: number, change: (spec: PaneSpec) => PaneSpec) =>
  only(window, (spec) => ({
    ...spec,
    panes: spec.panes.map((one, at) => (at === pane ? change(one) : one)),
  }));

/** Lines that are in one text only: `-` gone, `+` new. */
function changes(before: string, after: string): readonly string[] {
  const a = before.split('\n');
  const b = after.split('\n');
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line}`),
  ];
}
const id = (text: string): PaneId => text as PaneId;
const leaf = (pane: PaneId, size?: Size): LayoutNode => ({
  kind: 'pane',
  pane,
  ...(size === undefined ? {} : { size }),
});

describe('saving', () => {
  it('without a change gives the same bytes', () => {
    for (const text of [FILE, FILE.trimEnd(), FILE.replaceAll('\n', '\r\n'), `\uFEFF${FILE}`])
      expect(save(text, (windows) => windows)).toBe(text);
  });

  it('a title touches its own line', () => {
    expect(
      changes(
        FILE,
        save(
          FILE,
          onPane(0, 0, (pane) => ({ ...pane, title: "it's web" })),
        ),
      ),
    ).toEqual(["-        title: 'web'", "+        title: 'it''s web'"]);
    expect(
      changes(
        FILE,
        save(
          FILE,
          onPane(0, 3, (pane) => ({ ...pane, title: 'load' })),
        ),
      ),
    ).toEqual(['-      - host', '+      - host: true', '+        title: load']);
    expect(
      changes(
        FILE,
        save(
          FILE,
          onPane(0, 0, ({ title: _, ...pane }) => pane),
        ),
      ),
    ).toEqual(["-        title: 'web'"]);
    expect(
      changes(
        FILE,
        save(
          FILE,
          onPane(1, 0, (pane) => ({ ...pane, title: 'b' })),
        ),
      ),
    ).toEqual(['-    panes: [ bans, journal ]', '+    panes: [ {bans: true, title: b}, journal ]']);
  });

  it('filters and wrapping of a log', () => {
    const filtered = (pane: PaneSpec): PaneSpec =>
      pane.body.kind === 'log'
        ? {
            ...pane,
            body: {
              ...pane.body,
              wrap: true,
              filters: [...pane.body.filters, { pattern: 'Accepted', keep: 'out', on: true }],
            },
          }
        : pane;
    expect(changes(FILE, save(FILE, onPane(0, 1, filtered)))).toEqual([
      '+          out: Accepted',
      '+          wrap: true',
    ]);
    expect(changes(FILE, save(FILE, onPane(0, 0, filtered)))).toEqual([
      '-      - log: /var/log/nginx/access.log # all of it',
      '+          files: /var/log/nginx/access.log',
      '+          out: Accepted',
      '+          wrap: true # all of it',
    ]);
  });

  it('sizes: cells stay cells, shares stay shares with two decimals at most', () => {
    const resized = only(0, (window) => ({
      ...window,
      layout: {
        kind: 'tree',
        root: {
          kind: 'split',
          direction: 'row',
          children: [
            {
              kind: 'split',
              direction: 'column',
              size: { kind: 'percent', value: 100 / 3 },
              children: [leaf(id('1.1')), leaf(id('1.2'), { kind: 'cells', value: 6 })],
            },
            { kind: 'split', direction: 'column', children: [leaf(id('1.3')), leaf(id('1.4'))] },
          ],
        },
      },
    }));
    expect(changes(FILE, save(FILE, resized))).toEqual([
      '-        - {rows: [1, 2], size: 60%}   # left',
      '+        - {rows: [1, {pane: 2, size: 6}], size: 33.33%}   # left',
    ]);
  });

  it('three thirds do not exceed all', () => {
    const third: Size = { kind: 'percent', value: 200 / 3 };
    const text = save(
      FILE,
      only(1, (window) => ({
        ...window,
        layout: {
          kind: 'tree',
          root: {
            kind: 'split',
            direction: 'row',
            children: [leaf(id('2.1'), third), leaf(id('2.2'), { kind: 'percent', value: 33.335 })],
          },
        },
      })),
    );
    expect(changes(FILE, text)).toEqual([
      '+      columns: [{pane: 1, size: 66.66%}, {pane: 2, size: 33.34%}]',
    ]);
  });

  it('a tree becomes a named layout, with its main size', () => {
    const text = save(
      FILE,
      only(0, (window) => ({
        ...window,
        layout: { kind: 'named', name: 'main-horizontal', mainSize: { kind: 'cells', value: 9 } },
      })),
    );
    expect(text).toContain('    layout: main-horizontal\n    main: 9\n    panes:\n      # the web\n');
  });

  it('a pane that moves to another window takes its comments along', () => {
    const text = save(FILE, ([watch, acts, programs]) => {
      if (watch === undefined || acts === undefined || programs === undefined) return [];
      const [web, ...rest] = watch.panes;
      return [
        { ...watch, layout: { kind: 'named', name: 'tiled' }, panes: rest },
        { ...acts, panes: [...acts.panes, ...(web === undefined ? [] : [web])] },
        programs,
      ];
    });
    expect(text).toContain(`    panes:
      - bans
      - journal
      # the web
      - log: /var/log/nginx/access.log # all of it
        title: 'web'
`);
    expect(text).toContain('    panes:\n      - log:\n          files: [/var/log/auth.log]\n');
  });

  it('windows: renamed, reordered, added with what is in them, removed', () => {
    const shell: PaneBody = {
      kind: 'run',
      command: { kind: 'shell', line: 'sh' },
      start: 'suspended',
      env: {},
      history: 2000,
    };
    const text = save(FILE, ([watch, acts, programs]) => {
      if (watch === undefined || acts === undefined || programs === undefined) return [];
      const [first, mail] = programs.panes;
      if (first === undefined || mail === undefined) return [];
      return [
        { ...acts, name: 'deeds' },
        { ...programs, panes: [first] },
        {
          name: 'new: one',
          layout: { kind: 'named', name: 'tiled' },
          panes: [{ id: id('n1'), body: shell }, mail],
        },
      ];
    });
    expect(text.slice(text.indexOf('windows:'))).toBe(`windows:
  # every act
  - name: deeds
    panes: [ bans, journal ]

  # deep
  - name: programs
    layout: main-vertical
    main: 50%
    panes:
      - run: [htop, -d, "10"]
  - name: "new: one"
    panes:
      - run: sh
      # mail
      - run: "mutt -R"
        title: mail
keys: {log: {follow: [F, Space]}}
`);
  });

  it('the theme, before the windows', () => {
    const loaded = load(FILE);
    const saved = saveSession(FILE, { live: { ...loaded, theme: 'dark' }, loaded, path: PATH });
    expect(saved.ok && changes(FILE, saved.value.text)).toEqual(['+theme: dark']);
  });

  it('lists at the column of their key, and a file without a last line end', () => {
    const text =
      'version: 1\nwindows:\n- name: a\n  panes:\n  # one\n  - host\n  - bans # two\n# three\n- name: b\n  panes: [host]';
    const swapped = save(text, (windows) =>
      [...windows].reverse().map((window) => ({ ...window, panes: [...window.panes].reverse() })),
    );
    expect(swapped).toBe(
      'version: 1\nwindows:\n# three\n- name: b\n  panes: [host]\n- name: a\n  panes:\n  - bans # two\n  # one\n  - host',
    );
  });

  it('a file that is all brackets', () => {
    const text = '{version: 1, windows: [{name: a, panes: [host, bans]}, {name: b, panes: [journal]}]}\n';
    expect(
      save(text, ([a, b]) =>
        a === undefined || b === undefined
          ? []
          : [
              b,
              {
                ...a,
                name: 'x y',
                panes: [...a.panes, { id: id('n1'), title: 't', body: { kind: 'host' } }],
              },
            ],
      ),
    ).toBe(
      '{version: 1, windows: [{name: b, panes: [journal]}, {name: x y, panes: [host, bans, {host: true, title: t}]}]}\n',
    );
  });
});

describe('aliases', () => {
  const text = `version: 1
windows:
  - name: a
    panes: &both
      - &web {log: /var/log/web.log}
      - bans
  - name: b
    panes: *both
  - name: c
    panes:
      - *web # again
      - host
`;

  it('that are not touched stay', () => {
    expect(
      changes(
        text,
        save(
          text,
          only(2, (window) => ({ ...window, name: 'd' })),
        ),
      ),
    ).toEqual(['-  - name: c', '+  - name: d']);
  });

  it('are written out where only they change', () => {
    expect(
      changes(
        text,
        save(
          text,
          onPane(2, 0, (pane) => ({ ...pane, title: 'mine' })),
        ),
      ),
    ).toEqual(['-      - *web # again', '+      - log: /var/log/web.log', '+        title: mine # again']);
    const all = save(
      text,
      onPane(0, 0, (pane) => ({ ...pane, title: 'mine' })),
    );
    expect(all).toContain('- &web {log: /var/log/web.log, title: mine}');
    expect(all).not.toContain('*');
  });

  it('are written out when what they stand for goes', () => {
    const after = save(text, (windows) => windows.slice(1));
    expect(load(after).windows.map((window) => window.panes.length)).toEqual([2, 2]);
  });
});

describe('a file that was changed since it was loaded', () => {
  it('keeps what others wrote where the workspace does not say otherwise', () => {
    const loaded = load(FILE);
    const disk = FILE.replace('# my session', '# our session')
      .replace('office', 'home')
      .replace('1, 2]', '2, 1]');
    const live = {
      ...loaded,
      windows: onPane(1, 0, (pane) => ({ ...pane, title: 'b' }))(loaded.windows),
    };
    const saved = saveSession(disk, { live, loaded, path: PATH });
    expect(saved.ok && changes(FILE, saved.value.text)).toEqual([
      '-# my session',
      '-allow: [ 192.0.2.1,   "2001:db8::1" ] # office',
      '-    panes: [ bans, journal ]',
      '+# our session',
      '+allow: [ 192.0.2.1,   "2001:db8::1" ] # home',
      '+    panes: [ {bans: true, title: b}, journal ]',
    ]);
  });

  it('with an error is refused, with its place', () => {
    const loaded = load(FILE);
    const saved = saveSession(FILE.replace('name: acts', 'nam: acts'), { live: loaded, loaded, path: PATH });
    expect(!saved.ok && saved.problem.summary).toMatch(/^\/etc\/opsconsole\/x.yml:23:5: /);
  });
});

describe('what is saved', () => {
  it('is loaded again as the same windows', () => {
    const loaded = load(FILE);
    const text = save(FILE, (windows) => [...windows].reverse());
    expect(sameWindows(load(text).windows, [...loaded.windows].reverse())).toBe(true);
  });
});
