// What a screen looks like while one address is followed: the card at every size, and the rows that light up.

import { describe, it } from 'vitest';
import { net } from '../unit/store/rig.ts';
import { ASCII, began, followScreen, OPTIONS } from './follow-screens.ts';
import { expectFrame, frameOf } from './rig.tsx';

const SIZES = [
  [200, 50],
  [120, 40],
  [80, 24],
  [39, 9],
] as const;

describe('the card', () => {
  it.each(SIZES)('at %i×%i', async (columns, rows) => {
    const store = followScreen(columns, rows);
    store.dispatch(began(true));
    expectFrame(`follow-card-${columns}x${rows}`, await frameOf(store, OPTIONS));
  });

  it('of an address of which nothing is known', async () => {
    const store = followScreen(120, 40);
    store.dispatch({ kind: 'follow/began', net: net('2001:db8:77::1'), card: true });
    expectFrame('follow-card-unknown', await frameOf(store, OPTIONS));
  });
});

describe('lit rows', () => {
  it.each([
    ['colour', OPTIONS],
    ['mono-ascii', ASCII],
  ] as const)('in %s', async (name, options) => {
    for (const window of [0, 1]) {
      const store = followScreen(160, 40, window);
      store.dispatch(began(false));
      expectFrame(`follow-lit-${name}-${window + 1}`, await frameOf(store, options));
    }
  });
});
