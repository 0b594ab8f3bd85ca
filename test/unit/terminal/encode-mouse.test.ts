// Mouse events as a program in a pane is to get them, in each way of asking and of spelling.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputEvent } from '../../../src/core/intent.ts';
import type { ProgramModes } from '../../../src/core/program.ts';
import { encodeMouse } from '../../../src/terminal/encode-mouse.ts';
import { InputParser } from '../../../src/terminal/input.ts';

type MouseEvent = Extract<InputEvent, { kind: 'mouse' }>;

const event = (action: MouseEvent['action'], at: Partial<MouseEvent> = {}): MouseEvent => ({
  ...{ kind: 'mouse', action, button: 0, column: 4, row: 2 },
  ...at,
});
const sent = (
  what: MouseEvent,
  tracking: ProgramModes['tracking'],
  encoding: ProgramModes['encoding'] = 'sgr',
): string | undefined => encodeMouse(what, { tracking, encoding })?.toString('latin1');

describe('spelt', () => {
  it.each([
    ['a press', event('press'), '\x1b[<0;5;3M', '\x1b[M %#', '\x1b[32;5;3M'],
    ['a press on the right', event('press', { button: 2 }), '\x1b[<2;5;3M', '\x1b[M"%#', '\x1b[34;5;3M'],
    ['a release', event('release'), '\x1b[<0;5;3m', '\x1b[M#%#', '\x1b[35;5;3M'],
    ['a drag', event('drag'), '\x1b[<32;5;3M', '\x1b[M@%#', '\x1b[64;5;3M'],
    ['the wheel up', event('wheel-up'), '\x1b[<64;5;3M', '\x1b[M`%#', '\x1b[96;5;3M'],
    ['the wheel down', event('wheel-down', { button: 1 }), '\x1b[<65;5;3M', '\x1b[Ma%#', '\x1b[97;5;3M'],
  ])('%s', (_, what, sgr, plain, urxvt) => {
    expect([sent(what, 'any'), sent(what, 'any', 'default'), sent(what, 'any', 'urxvt')]).toEqual([
      sgr,
      plain,
      urxvt,
    ]);
  });

  it('cells beyond what a spelling can say are not told wrong', () => {
    const far = event('press', { column: 222, row: 0 });
    expect(sent(far, 'vt200', 'default')).toBe('\x1b[M \xff!');
    expect(sent({ ...far, column: 223 }, 'vt200', 'default')).toBeUndefined();
    expect(encodeMouse({ ...far, column: 223 }, { tracking: 'vt200', encoding: 'utf8' })?.toString()).toBe(
      `\x1b[M ${String.fromCharCode(256)}!`,
    );
    expect(sent({ ...far, column: 2015 }, 'vt200', 'utf8')).toBeUndefined();
  });
});

describe('only what was asked for', () => {
  it.each([
    ['none', []],
    ['x10', ['press']],
    ['vt200', ['press', 'release', 'wheel-up', 'wheel-down']],
    ['drag', ['press', 'release', 'drag', 'wheel-up', 'wheel-down']],
    ['any', ['press', 'release', 'drag', 'wheel-up', 'wheel-down']],
  ] as const)('%s', (tracking, told) => {
    const all = ['press', 'release', 'drag', 'wheel-up', 'wheel-down'] as const;
    expect(all.filter((action) => sent(event(action), tracking) !== undefined)).toEqual(told);
  });

  it('no cell outside of the program', () => {
    expect(sent(event('press', { column: -1 }), 'any')).toBeUndefined();
    expect(sent(event('press', { row: -1 }), 'any')).toBeUndefined();
  });
});

it('there and back through our own parser', () => {
  const action = fc.constantFrom('press', 'release', 'drag' as const);
  const place = fc.record({ button: fc.nat(2), column: fc.nat(9000), row: fc.nat(9000) });
  fc.assert(
    fc.property(action, place, (what, at) => {
      const events: InputEvent[] = [];
      const told = encodeMouse(event(what, at), { tracking: 'any', encoding: 'sgr' });
      new InputParser({ emit: (one) => events.push(one) }).push(told ?? Buffer.alloc(0));
      expect(events).toEqual([event(what, at)]);
    }),
  );
});
