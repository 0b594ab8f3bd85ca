// The top line of the shields in every state and at every width.

import { describe, expect, it } from 'vitest';
import { safe } from '../../../src/core/sanitise.ts';
import type { ShieldsShown, ShieldsUp } from '../../../src/store/select/shields.ts';
import { UNICODE_GLYPHS } from '../../../src/views/glyphs.ts';
import { hitInLine } from '../../../src/views/hit.ts';
import { downWords, drawShieldsLine, type ShieldsKeys } from '../../../src/views/parts/shields-line.ts';
import { drawTopLine, type TopLine } from '../../../src/views/parts/top-line.ts';

const TOP: TopLine = {
  host: safe('rolly'),
  windows: [
    { name: safe('watch'), current: true },
    { name: safe('mail'), current: false },
  ],
  tabs: [],
  alone: false,
  mouse: false,
  zoomed: false,
  readOnly: false,
  numbers: { load: 3.1, cores: 2, conntrack: 0.71 },
  clock: safe('02:13'),
};
const KEYS: ShieldsKeys = { shields: safe('!'), keep: safe('Enter'), renew: safe('+') };
const UP: ShieldsUp = {
  kind: 'up',
  by: safe('you'),
  byFull: safe('you'),
  sinceSeconds: 14,
  phase: 'trial',
  leftSeconds: 106,
  holdSeconds: 3586,
  wall: 'standing',
  dropped: { syn: 91_310, connections: 4402, ports: 0, banned: 0 },
  staleSeconds: undefined,
  enterKeeps: true,
};

function drawn(shown: ShieldsShown, columns: number, keys: ShieldsKeys = KEYS): string {
  const line = drawShieldsLine(shown, TOP, { columns, keys }) ?? [];
  const text = line.map((part) => part.text).join('');
  expect(line.every(({ role }) => role === 'alarm')).toBe(true);
  if (line.length > 0) expect(text).toHaveLength(columns);
  return text.trimEnd();
}

describe('shields that are up', () => {
  it.each([200, 120, 100, 80, 60, 40, 30, 22])('say so at %i columns, with the clock', (columns) => {
    const text = drawn(UP, columns);
    expect(text).toContain('SHIELDS UP');
    expect(text).toContain('1:46');
    expect(text).not.toContain('…');
    expect(text).toMatchSnapshot();
  });

  it.each([120, 80])('say both clocks and what each key does at %i columns', (columns) => {
    const trial = drawn(UP, columns);
    expect(trial).toContain('Enter keeps');
    expect(trial).toContain('! lowers');
    expect(trial).toContain('59:46');
    const held = drawn({ ...UP, phase: 'held', leftSeconds: 3570 }, columns);
    expect(held).toContain('hold 59:30, + renews');
    expect(held).toContain('! lowers');
  });

  it.each([
    ['gone', 'somebody removed the table: nothing is dropped'],
    ['expired', 'the timer of their rules ran out: nothing is dropped'],
  ] as const)('say what is wrong when the wall is %s', (wall, words) => {
    expect(drawn({ ...UP, wall, dropped: undefined }, 120)).toContain(`SHIELDS UP but ${words}`);
    const small = drawn({ ...UP, wall, dropped: undefined }, 80);
    expect(small).toContain('nothing is dropped');
    expect(small).toContain('! lowers');
    expect(drawn({ ...UP, wall, dropped: undefined }, 44)).toContain('SHIELDS UP, drop nothing');
  });

  it('never show what they drop where that cannot be read, nor 0 for unknown', () => {
    const blind = drawn({ ...UP, wall: 'unknown', dropped: undefined }, 140);
    expect(blind).toContain('what they drop cannot be read here');
    expect(drawn({ ...UP, wall: 'none', dropped: undefined }, 140)).not.toContain('drop');
    const nothing = { syn: 0, connections: 0, ports: 0, banned: 0 };
    expect(drawn({ ...UP, dropped: nothing }, 140)).toContain('dropped nothing yet');
  });

  it('say when they are overdue, being raised elsewhere, or no longer read', () => {
    expect(drawn({ ...UP, leftSeconds: -3 }, 120)).toContain('coming down now');
    expect(drawn({ ...UP, leftSeconds: -72 }, 120)).toContain('should have come down 1:12 ago');
    const raising = drawn({ ...UP, phase: 'raising', by: safe('bob'), byFull: safe('bob') }, 120);
    expect(raising).toContain('SHIELDS GOING UP by bob');
    expect(raising).not.toContain('lowers');
    expect(drawn({ ...UP, staleSeconds: 15 }, 140)).toContain('read 0:15 ago');
  });

  it('offer somebody else’s trial as a command, not as a key', () => {
    const other = { ...UP, enterKeeps: false, by: safe('bob'), byFull: safe('bob (sudo) from 198.51.100.4') };
    expect(drawn(other, 160)).toContain('SHIELDS UP by bob (sudo) from 198.51.100.4 0:14');
    expect(drawn(other, 160)).toContain('trial ends in 1:46, :shields keep');
    expect(drawn(other, 160)).not.toContain('Enter');
  });

  it('name no key where none works', () => {
    const text = drawn(UP, 160, {});
    expect(text).toContain('SHIELDS UP');
    expect(text).not.toMatch(/Enter|lowers|renews|keep/);
  });
});

describe('shields on their way', () => {
  it('say the step', () => {
    const raising = { kind: 'raising', seconds: 2, doing: safe('loading the wall') } as const;
    expect(drawn(raising, 80)).toContain('RAISING SHIELDS 0:02 · loading the wall');
    expect(drawn({ ...raising, kind: 'lowering', doing: undefined }, 80)).toContain('LOWERING SHIELDS 0:02');
    expect(drawn(raising, 24)).toBe(' RAISING SHIELDS 0:02');
  });
});

describe('shields that are not up', () => {
  const usual = (shown: ShieldsShown, columns: number): string =>
    drawTopLine({ ...TOP, shields: downWords(shown) }, columns, UNICODE_GLYPHS)
      .map((part) => part.text)
      .join('');

  it('leave the usual line, with a word that goes first', () => {
    expect(drawShieldsLine({ kind: 'down' }, TOP, { columns: 120, keys: KEYS })).toBeUndefined();
    expect(usual({ kind: 'down' }, 120)).toContain('shields down');
    expect(usual({ kind: 'down' }, 50)).not.toContain('shields');
    expect(usual({ kind: 'down' }, 50)).toContain('ct 71%');
    expect(usual({ kind: 'unknown', why: safe('x') }, 100)).toContain('shields unknown');
    expect(usual({ kind: 'unread' }, 120)).not.toContain('shields');
  });
});

describe('the label of the session', () => {
  const labelled = (columns: number) =>
    (drawShieldsLine(UP, { ...TOP, label: safe('PRODUCTION') }, { columns, keys: KEYS }) ?? [])
      .map(({ text }) => text)
      .join('');

  it('stays in the alarm down to 39 columns', () => {
    for (const columns of [200, 120, 80, 39]) {
      expect(labelled(columns)).toMatch(/ PRODUCTION .*SHIELDS UP/);
      expect(labelled(columns)).toHaveLength(columns);
    }
    expect(labelled(20)).toMatch(/SHIELDS UP · 1:46/);
  });

  it('leaves the windows where a click finds them', () => {
    const line =
      drawShieldsLine(UP, { ...TOP, label: safe('PRODUCTION') }, { columns: 200, keys: KEYS }) ?? [];
    const text = line.map((part) => part.text).join('');
    expect(hitInLine(line, text.indexOf('2:mail'))).toEqual({ kind: 'window', window: 1 });
    expect(hitInLine(line, text.indexOf('SHIELDS'))).toBeUndefined();
  });
});
