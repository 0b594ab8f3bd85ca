// Where the shields' state lies, whatever the environment says.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shieldsPlace } from '../../../src/cli/shields-desk.ts';

const USUAL = { dir: '/var/lib/opsconsole/shields', run: '/run/opsconsole' };

test('the state lies in /var/lib and /run unless absolute folders are named', () => {
  expect(shieldsPlace({})).toEqual(USUAL);
  expect(shieldsPlace({ OPSCONSOLE_STATE_DIR: '/tmp/a/', OPSCONSOLE_RUN_DIR: '/tmp//b/../c' })).toEqual({
    dir: '/tmp/a/shields',
    run: '/tmp/c',
  });
});

test.each(['', '.', 'state', '../x', '~/x'])('a folder that is not absolute (%j) is not taken', (folder) => {
  expect(shieldsPlace({ OPSCONSOLE_STATE_DIR: folder, OPSCONSOLE_RUN_DIR: folder })).toEqual(USUAL);
});

test('whatever the environment holds, both are absolute', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (state, run) => {
      const place = shieldsPlace({ OPSCONSOLE_STATE_DIR: state, OPSCONSOLE_RUN_DIR: run });
      expect([place.dir[0], place.run[0]]).toEqual(['/', '/']);
    }),
  );
});
