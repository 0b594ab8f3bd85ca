// Properties of saving: whatever the file looks like and whatever was done to the workspace, the saved text gives that
// workspace, and comments of what is still there are all there.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HostId, LOCAL } from '../../../src/core/hosts.ts';
import {
  type Layout,
  type LayoutNode,
  NAMED_LAYOUTS,
  type PaneBody,
  type PaneId,
  type PaneSpec,
  type Session,
  type WindowSpec,
} from '../../../src/core/pane.ts';
import { loadSession } from '../../../src/session/load.ts';
import { saveSession } from '../../../src/session/save.ts';
import { roundedLayout } from '../../../src/session/save-layout.ts';
import { sameWindows } from '../../../src/session/save-same.ts';

const PATH = '/x.yml';

/** Every pane with its host. */
function spelt(session: Session): readonly WindowSpec[] {
  return session.windows.map((window) => ({
    ...window,
    panes: window.panes.map((pane) => ({ ...pane, host: pane.host ?? session.host ?? LOCAL })),
  }));
}

function load(text: string): Session {
  const loaded = loadSession(text, PATH);
  if (!loaded.ok) throw new Error(`${JSON.stringify(loaded.problems)}\n${text}`);
  return loaded.session;
}

/** A pane in one of the ways to write it; `flow`: it fits between brackets. */
const paneText = fc.constantFrom(
  ...[
    'bans',
    'host',
    'journal',
    '{log: /a, title: "t, 1"}',
    '{run: [htop, -d, "5"]}',
    '{bans: f2b}',
    'jails',
    '{jails: true, refresh: 10s}',
    'hosts',
    '{hosts: [rolly, edge1], title: mine}',
    '{all-bans: rolly}',
    '{all-bans: , refresh: 5s}',
    'uplinks',
    '{uplinks: true, title: ways}',
    '{uplinks: {targets: [1.1.1.1, "2001:db8::1"], gateways: none}}',
    '{uplinks: {tunnels: [{name: db, listen: "127.0.0.1:5432", restart: [a, b], stop: [c]}]}, refresh: 5s}',
    '{traffic: , host: edge1}',
    '{host: rolly}',
    '{host: local, title: here}',
  ].map((text) => ({ lines: [text], flow: true })),
  { lines: ['log: /var/log/x.log'], flow: false },
  { lines: ['bans: f2b', 'host: edge1'], flow: false },
  { lines: ['host: rolly', 'title: load'], flow: false },
  {
    lines: ['log:', '    files: [/a, /b]', '    in:', '      - one', "      - 'two'", 'title: both'],
    flow: false,
  },
  { lines: ['run: |-', '    echo a', '', '    echo b', 'refresh: 2s'], flow: false },
  { lines: ['watch: {command: "ss -s", start: auto}', 'title: >-', '    folded', '    title'], flow: false },
);
const layoutText = (count: number): fc.Arbitrary<readonly string[]> => {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return fc.constantFrom(
    [],
    ['layout: tiled'],
    ['layout: main-vertical # why', 'main: 33.5%'],
    [`layout: {rows: [${all.join(', ')}]}`],
    ['layout:', '  columns:', ...all.map((number) => `    - ${number} # place`)],
    [
      'layout:',
      '  rows:',
      ...all.map((number) => `    - {pane: ${number}, size: ${Math.floor(99 / count)}%}`),
    ],
  );
};
const windowText = fc
  .record({
    panes: fc.array(paneText, { minLength: 1, maxLength: 4 }),
    brackets: fc.boolean(),
    gap: fc.boolean(),
    focus: fc.boolean(),
    host: fc.constantFrom(undefined, 'edge1', 'local'),
  })
  .chain((window) => layoutText(window.panes.length).map((layout) => ({ ...window, layout })));
const file = fc
  .record({
    windows: fc.array(windowText, { minLength: 1, maxLength: 3 }),
    indent: fc.constantFrom(0, 2, 4),
    crlf: fc.boolean(),
    ended: fc.boolean(),
    tail: fc.boolean(),
  })
  .map(({ windows, indent, crlf, ended, tail }) => {
    let comments = 0;
    const comment = (): string => `# c${++comments}.`;
    const lines = [comment(), 'version:   1', `theme: 'ansi' ${comment()}`];
    lines.push('hosts: {rolly: , edge1: {ssh: a@b}}', ...(crlf ? ['host: rolly'] : []), 'windows:');
    for (const [index, { panes, brackets, gap, focus, host, layout }] of windows.entries()) {
      const pad = ' '.repeat(indent);
      if (gap) lines.push('');
      lines.push(`${pad}${comment()}`, `${pad}- name: w${index} ${comment()}`);
      if (host !== undefined) lines.push(`${pad}  host: ${host} ${comment()}`);
      for (const line of layout) lines.push(`${pad}  ${line}`);
      if (focus) lines.push(`${pad}  focus: ${panes.length}`);
      if (brackets && panes.every(({ flow }) => flow)) {
        lines.push(`${pad}  panes: [ ${panes.map((pane) => pane.lines[0]).join(',  ')} ] ${comment()}`);
        continue;
      }
      lines.push(`${pad}  panes:`);
      for (const [at, pane] of panes.entries()) {
        const [first = '', ...rest] = pane.lines;
        const behind = rest.length > 0 && !/[|>]-?$/.test(first) ? ` ${comment()}` : '';
        lines.push(`${pad}    # pane ${index}.${at}.`, `${pad}    - ${first}${behind}`);
        for (const line of rest) lines.push(line === '' ? '' : `${pad}      ${line}`);
      }
    }
    if (tail) lines.push(comment(), 'mouse: true');
    return lines.join(crlf ? '\r\n' : '\n') + (ended ? (crlf ? '\r\n' : '\n') : '');
  });

const word = fc.constantFrom(
  'a',
  'web',
  'x: y',
  '# no comment',
  "it's",
  '"q"',
  'yes',
  '12',
  ' lead',
  'é 漢',
  '*a',
  '- b',
);
const body: fc.Arbitrary<PaneBody> = fc.constantFrom<PaneBody>(
  { kind: 'host' },
  { kind: 'bans', sets: ['a', 'b'] },
  { kind: 'traffic', interfaces: [] },
  {
    kind: 'run',
    command: { kind: 'argv', argv: ['sh', '-c', 'a # b'] },
    start: 'auto',
    env: { A: '1' },
    history: 5,
  },
  { kind: 'watch', command: { kind: 'shell', line: 'ss -s | head' }, start: 'suspended', env: {} },
  {
    kind: 'log',
    files: [],
    units: ['*'],
    merge: 'side-by-side',
    filters: [{ pattern: '^a: \\d+$', keep: 'in', on: true }],
    history: 100,
    wrap: true,
  },
);

type Step = (windows: readonly WindowSpec[]) => readonly WindowSpec[];
const nat = fc.nat({ max: 50 });
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;
let fresh = 0;
const newId = (): PaneId => `n${++fresh}` as PaneId;

function onWindow(at: number, change: (window: WindowSpec) => WindowSpec): Step {
  return (windows) =>
    windows.map((window, index) => (index === at % windows.length ? change(window) : window));
}
function onPane(at: number, which: number, change: (pane: PaneSpec) => PaneSpec): Step {
  return onWindow(at, (window) => ({
    ...window,
    panes: window.panes.map((pane, index) => (index === which % window.panes.length ? change(pane) : pane)),
  }));
}
/** After panes came or went: a layout that has them all, and a focus that is there. */
function refitted({ focus, ...window }: WindowSpec): WindowSpec {
  const layout: Layout = { kind: 'named', name: 'tiled' };
  const kept = window.panes.some(({ id }) => id === focus) && focus !== undefined ? { focus } : {};
  return { ...window, layout, ...kept };
}
function tree(panes: readonly PaneSpec[], shares: readonly number[]): LayoutNode {
  const [first, ...rest] = panes;
  const leaf = (pane: PaneSpec): LayoutNode => ({ kind: 'pane', pane: pane.id });
  if (first === undefined || rest.length === 0)
    return { kind: 'split', direction: 'row', children: panes.map(leaf) };
  const share = pick(shares, panes.length);
  const size = share > 95 ? { kind: 'cells', value: share - 90 } : { kind: 'percent', value: share + 1 / 3 };
  return {
    kind: 'split',
    direction: panes.length % 2 === 0 ? 'row' : 'column',
    children: [
      { ...leaf(first), size } as LayoutNode,
      {
        ...tree(rest, shares),
        size: { kind: 'percent', value: 100 - share - 1 / 3 > 1 ? 100 - share - 1 / 3 : 1 },
      },
    ],
  };
}

const hostOf = fc.constantFrom(undefined, 'rolly' as HostId, 'edge1' as HostId, LOCAL);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ at: nat, which: nat, host: hostOf })
    .map(({ at, which, host }) =>
      onPane(at, which, ({ host: _, ...pane }) => (host === undefined ? pane : { ...pane, host })),
    ),
  fc.record({ at: nat, name: word }).map(({ at, name }) => onWindow(at, (window) => ({ ...window, name }))),
  fc
    .record({ at: nat, which: nat, title: word })
    .map(({ at, which, title }) => onPane(at, which, (pane) => ({ ...pane, title }))),
  fc
    .record({ at: nat, which: nat })
    .map(({ at, which }) => onPane(at, which, ({ title: _, ...pane }) => pane)),
  fc.record({ at: nat, which: nat, pattern: word }).map(({ at, which, pattern }) =>
    onPane(at, which, (pane) =>
      pane.body.kind === 'log'
        ? {
            ...pane,
            body: {
              ...pane.body,
              wrap: !pane.body.wrap,
              filters: [
                ...pane.body.filters.slice(1),
                { pattern: pattern.replace('*', ''), keep: 'out', on: true },
              ],
            },
          }
        : pane.body.kind === 'bans'
          ? { ...pane, body: { kind: 'bans', sets: [pattern] } }
          : pane,
    ),
  ),
  fc
    .record({ at: nat, name: fc.constantFrom(...NAMED_LAYOUTS) })
    .map(({ at, name }) => onWindow(at, (window) => ({ ...window, layout: { kind: 'named', name } }))),
  fc
    .record({ at: nat, shares: fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 }) })
    .map(({ at, shares }) =>
      onWindow(at, (window) => ({ ...window, layout: { kind: 'tree', root: tree(window.panes, shares) } })),
    ),
  fc.record({ at: nat, body, host: hostOf }).map(({ at, body: shows, host }) =>
    onWindow(at, (window) => {
      const pane = { id: newId(), body: shows, ...(host === undefined ? {} : { host }) };
      return refitted({ ...window, panes: [...window.panes, pane] });
    }),
  ),
  fc.record({ at: nat, which: nat }).map(({ at, which }) =>
    onWindow(at, (window) =>
      window.panes.length < 2
        ? window
        : refitted({
            ...window,
            panes: window.panes.filter((_, index) => index !== which % window.panes.length),
          }),
    ),
  ),
  fc.record({ at: nat, which: nat }).map(({ at, which }) =>
    onWindow(at, (window) => {
      const panes = [...window.panes];
      panes.splice(0, 0, ...panes.splice(which % panes.length, 1));
      return { ...window, panes };
    }),
  ),
  fc.record({ from: nat, to: nat }).map(
    ({ from, to }): Step =>
      (windows) => {
        const source = windows[from % windows.length];
        const target = windows[to % windows.length];
        const moved = source?.panes.at(-1);
        if (source === undefined || target === undefined || moved === undefined) return windows;
        if (source === target || source.panes.length < 2) return windows;
        return windows.map((window) => {
          if (window === source) return refitted({ ...window, panes: window.panes.slice(0, -1) });
          return window === target ? refitted({ ...window, panes: [moved, ...window.panes] }) : window;
        });
      },
  ),
  nat.map(
    (at): Step =>
      (windows) => {
        const source = windows[at % windows.length];
        const moved = source?.panes[0];
        if (source === undefined || moved === undefined || source.panes.length < 2) return windows;
        return [
          ...windows.map((window) =>
            window === source ? refitted({ ...window, panes: window.panes.slice(1) }) : window,
          ),
          { name: 'broken out', layout: { kind: 'named', name: 'tiled' } as const, panes: [moved] },
        ];
      },
  ),
  nat.map(
    (at): Step =>
      (windows) =>
        windows.length < 2 ? windows : windows.filter((_, index) => index !== at % windows.length),
  ),
  nat.map(
    (at): Step =>
      (windows) => [...windows.slice(at % windows.length), ...windows.slice(0, at % windows.length)],
  ),
);

describe('saving', () => {
  it('without a change gives the same bytes', () => {
    fc.assert(
      fc.property(file, (text) => {
        const loaded = load(text);
        const saved = saveSession(text, { live: loaded, loaded, path: PATH });
        expect(saved.ok && saved.value.text).toBe(text);
      }),
    );
  });

  it('gives the workspace again, and keeps the comments of what is there', () => {
    fc.assert(
      fc.property(file, fc.array(step, { minLength: 1, maxLength: 5 }), (text, steps) => {
        const loaded = load(text);
        const windows = steps.reduce((now, change) => change(now), loaded.windows);
        const live = { ...loaded, windows };
        const saved = saveSession(text, { live, loaded, path: PATH });
        if (!saved.ok)
          throw new Error(`${saved.problem.summary}\n${text}\n${JSON.stringify(windows, null, 1)}`);
        const again = load(saved.value.text);
        const wanted = windows.map((window) => ({ ...window, layout: roundedLayout(window.layout) }));
        // Said or not, a pane is the host's that it was.
        expect(again.windows.map(({ host }) => host)).toEqual(wanted.map(({ host }) => host));
        expect(sameWindows(spelt({ ...again }), spelt({ ...loaded, windows: wanted }))).toBe(true);
        for (const window of windows)
          for (const { from } of window.panes) {
            const mark = `# pane ${from?.window}.${from?.pane}.`;
            if (text.includes(mark)) expect(saved.value.text.split(mark)).toHaveLength(2);
          }
        expect(saved.value.text.includes('\r\n')).toBe(text.includes('\r\n'));
        expect(saved.value.text).toContain(text.slice(0, text.indexOf('windows:')));
      }),
      { numRuns: 300 },
    );
  });

  it('twice: the second time nothing is left to do', () => {
    fc.assert(
      fc.property(file, fc.array(step, { minLength: 1, maxLength: 3 }), (text, steps) => {
        const loaded = load(text);
        const live = { ...loaded, windows: steps.reduce((now, change) => change(now), loaded.windows) };
        const saved = saveSession(text, { live, loaded, path: PATH });
        if (!saved.ok) throw new Error(saved.problem.summary);
        const { session } = saved.value;
        const again = saveSession(saved.value.text, { live: session, loaded: session, path: PATH });
        expect(again.ok && again.value.text).toBe(saved.value.text);
      }),
    );
  });
});
