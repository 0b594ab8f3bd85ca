// A session file is read whole or refused with every problem at its place; nothing in between.

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import { loadSession } from '../../../src/session/load.ts';
import { printFileProblem } from '../../../src/session/problems.ts';

function problems(text: string): readonly string[] {
  const loaded = loadSession(text, '/s/edge.yml');
  return loaded.ok ? [] : loaded.problems.map((found) => printFileProblem('edge.yml', found));
}

function session(text: string) {
  const loaded = loadSession(text, '/s/edge.yml');
  if (!loaded.ok) throw new Error(problems(text).join('\n'));
  return loaded.session;
}

const MINIMAL = 'version: 1\nwindows:\n  - name: a\n    panes: [host]\n';

describe('a good session file', () => {
  it('gets every default', () => {
    expect(session(MINIMAL)).toEqual({
      name: 'edge',
      origin: { kind: 'file', path: '/s/edge.yml' },
      refreshMs: 1000,
      bans: { durations: [3600, 86_400, 604_800], defaultSeconds: 86_400, cut: true },
      allow: [],
      shields: DEFAULT_SHIELDS,
      theme: 'ansi',
      times: { repeatMs: 500, numbersMs: 1000 },
      reload: 'ask',
      mouse: false,
      prefix: 'C-b',
      keys: [],
      windows: [
        {
          name: 'a',
          layout: { kind: 'named', name: 'tiled' },
          panes: [{ id: '1.1', from: { window: 0, pane: 0 }, body: { kind: 'host' } }],
          from: 0,
        },
      ],
    });
  });

  it('understands the short and the long forms of a log pane', () => {
    const { windows } = session(
      'version: 1\nwindows:\n- name: a\n  panes:\n  - log: /var/log/a\n  - log: [/var/log/a, "/var/log/exim*/mainlog"]\n' +
        '    title: mail\n    refresh: 500ms\n  - log: {units: ssh.service, in: Failed, out: [cron], merge: side-by-side}\n' +
        '  - log: {command: [journalctl, -f], history: 500, wrap: true}\n',
    );
    const [one, two, three, four] = windows[0]?.panes ?? [];
    expect(one?.body).toMatchObject({
      kind: 'log',
      files: ['/var/log/a'],
      units: [],
      merge: 'time',
      filters: [],
    });
    expect(two).toMatchObject({
      title: 'mail',
      refreshMs: 500,
      body: { files: ['/var/log/a', '/var/log/exim*/mainlog'] },
    });
    expect(three?.body).toMatchObject({
      units: ['ssh.service'],
      merge: 'side-by-side',
      filters: [
        { pattern: 'Failed', keep: 'in', on: true },
        { pattern: 'cron', keep: 'out', on: true },
      ],
    });
    expect(four?.body).toMatchObject({ command: ['journalctl', '-f'], history: 500, wrap: true });
  });

  it('reads a tree of rows and columns with sizes', () => {
    const { windows } = session(
      'version: 1\nwindows:\n- name: a\n  focus: 2\n  layout: {columns: [{pane: 1, size: 60%}, {rows: [2, {pane: 3, size: 8}]}]}\n' +
        '  panes: [host, bans, traffic]\n',
    );
    expect(windows[0]?.focus).toBe('1.2');
    expect(windows[0]?.layout).toEqual({
      kind: 'tree',
      root: {
        kind: 'split',
        direction: 'row',
        children: [
          { kind: 'pane', pane: '1.1', size: { kind: 'percent', value: 60 } },
          {
            kind: 'split',
            direction: 'column',
            children: [
              { kind: 'pane', pane: '1.2' },
              { kind: 'pane', pane: '1.3', size: { kind: 'cells', value: 8 } },
            ],
          },
        ],
      },
    });
  });

  it('takes ban defaults, a target and rebound keys with their place', () => {
    const read = session(
      `${MINIMAL}bans: {durations: [10m, 1d12h], default: until changed, target: f2b-http, cut: false}\nallow: [192.0.2.0/24, home.example.net]\n` +
        'keys:\n  log:\n    follow: [F, f]\n',
    );
    expect(read.bans).toEqual({
      durations: [600, 129_600],
      defaultSeconds: null,
      target: 'f2b-http',
      cut: false,
    });
    expect(read.keys).toEqual([{ mode: 'log', intent: 'follow', chords: ['F', 'f'], line: 9, column: 13 }]);
  });

  it.each(readdirSync('sessions'))('sessions/%s loads', (name) => {
    expect(problems(readFileSync(`sessions/${name}`, 'utf8'))).toEqual([]);
  });
});

describe('a bad session file', () => {
  it('names every slip at once, each with its place and the word that was probably meant', () => {
    const text = [
      'version: 1',
      'nam: x',
      'theme: anssi',
      'refresh: 10',
      'allow: [10.0.0.300]',
      'bans: {default: 5}',
      'windows:',
      '  - name: a',
      '    layout: main-vertcal',
      '    panes:',
      '      - log: [/var/log/x, foo]',
      '      - {bans: , titel: y}',
      '      - conntrak',
      '      - log: {files: /a, mrge: time, in: "("}',
      '  - panes: [host]',
    ].join('\n');
    expect(problems(text)).toEqual([
      'edge.yml:2:1: unknown key "nam"; did you mean name?',
      'edge.yml:3:8: theme "anssi" is not known; did you mean ansi?',
      'edge.yml:4:10: refresh must be a duration with its unit, such as 10s or 1h',
      'edge.yml:5:9: allow[1]: "10.0.0.300" is neither an address, a network nor a host name',
      'edge.yml:6:17: bans.default must be a duration with its unit, such as 10s or 1h',
      'edge.yml:9:13: windows[1].layout "main-vertcal" is not known; did you mean main-vertical?',
      'edge.yml:11:27: windows[1].panes[1].log[2]: "foo" is not an absolute path',
      'edge.yml:12:18: unknown key "titel"; did you mean title?',
      'edge.yml:13:9: windows[1].panes[3] "conntrak" is not known; did you mean conntrack?',
      'edge.yml:14:26: unknown key "mrge"; did you mean merge?',
      'edge.yml:14:42: windows[1].panes[4].log.in: Invalid regular expression: /(/u: Unterminated group',
      'edge.yml:15:5: windows[2].name is missing',
    ]);
  });

  it('says where a key belongs that stands beside the command', () => {
    const panes = [
      '{run: top, start: auto}',
      '{watch: [df, -h], cwd: /srv}',
      '{run: top, env: {A: b}}',
      '{log: /a, history: 500}',
      '{log: {files: /a}, start: auto}',
      '{watch: ss, history: 5}',
      '{host: , start: auto}',
    ];
    const text = `version: 1\nwindows:\n- name: a\n  panes:\n${panes.map((pane) => `  - ${pane}\n`).join('')}`;
    const inside = (key: string, shape: string): string =>
      `unknown key "${key}" here; it belongs inside ${shape.split(':')[0]}, as ${shape}`;
    const found = problems(text);
    expect(found.slice(0, 5)).toEqual([
      `edge.yml:5:16: ${inside('start', 'run: { command: …, start: auto }')}`,
      `edge.yml:6:23: ${inside('cwd', 'watch: { command: …, cwd: /srv }')}`,
      `edge.yml:7:16: ${inside('env', 'run: { command: …, env: … }')}`,
      `edge.yml:8:15: ${inside('history', 'log: { files: …, history: 500 }')}`,
      `edge.yml:9:24: ${inside('start', 'log: { command: …, start: auto }')}`,
    ]);
    expect(found.slice(5).join()).not.toContain('belongs inside');
  });

  it('finds what only makes sense together: references, shares, kinds', () => {
    const text =
      'version: 1\nwindows:\n- name: a\n  focus: 9\n  layout: {rows: [1, {pane: 7}, {columns: [1, 2], size: 70%}, {pane: 3, rows: [2], size: 40%}]}\n' +
      '  panes: [host, bans, {host: , bans: }, {log: {wrap: true}}]\n';
    expect(problems(text).map((line) => line.replace(/^edge.yml:\d+:\d+: /, ''))).toEqual([
      'there is no pane 9; this window has 4',
      'pane 4 is in no place of the layout',
      'the shares add up to 110%, more than 100%',
      'there is no pane 7; this window has 4',
      'pane 1 is placed twice',
      'a place in a layout has exactly one of pane, rows, columns',
      expect.stringMatching(/^a pane has exactly one of log, bans, .*, services, .*watch$/),
      'a log pane needs files, units or a command',
    ]);
  });

  it.each([
    ['', 'edge.yml:1:1: the file is empty; `opsconsole init` writes one for this machine'],
    [
      'version: 2\nwindows: [{name: a, panes: [host]}]',
      'edge.yml:1:10: version "2" is not known; it must be 1',
    ],
    ['- a', 'edge.yml:1:1: the file must be a mapping (key: value)'],
    ['version: 1\nversion: 1', 'edge.yml:2:1: Map keys must be unique'],
  ])('%j is refused in one sentence', (text, message) => {
    expect(problems(text)).toContain(message);
  });

  it('refuses a file that multiplies itself', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]`)
      .join('\n')}\n`;
    expect(problems(bomb)[0]).toMatch(/alias/i);
  });

  it('never puts control bytes of the file on the screen', () => {
    for (const line of problems('version: 1\n"\\e[2Jx": 1\nwindows: []\n')) expect(line).not.toMatch(/\x1b/);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        (text) => void loadSession(text, '/s/x.yml'),
      ),
    );
  });

  it('never throws, whatever the YAML', () => {
    fc.assert(
      fc.property(fc.json(), (windows) => void loadSession(`version: 1\nwindows: ${windows}\n`, '/s/x.yml')),
    );
  });
});
