// Where the shields' state lies, whatever the environment says.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimsFolder } from '../../../src/actions/lost/claim.ts';
import { shieldsPlace, shieldsPlaceOn } from '../../../src/cli/shields-desk.ts';
import type { HostSystem } from '../../../src/core/host-system.ts';

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

test.each(['freebsd', 'openbsd', 'darwin', 'other'] as const)(
  '%s keeps /run over a boot: not there',
  (system) => {
    expect(shieldsPlace({}, system).run).toBe('/var/run/opsconsole');
    expect(shieldsPlaceOn({ kind: 'local', system }, { OPSCONSOLE_RUN_DIR: '/tmp/c' }).run).toBe('/tmp/c');
  },
);

test('over ssh the folders are of the far system, which is known once the line was up', () => {
  const host: { kind: 'ssh'; system: HostSystem | undefined } = { kind: 'ssh', system: undefined };
  const place = shieldsPlaceOn(host, { OPSCONSOLE_STATE_DIR: '/tmp/a', OPSCONSOLE_RUN_DIR: '/tmp/c' });
  expect({ ...place }).toEqual(USUAL);
  host.system = 'openbsd';
  expect({ ...place }).toEqual({ ...USUAL, run: '/var/run/opsconsole' });
  expect(claimsFolder(host)).toBe(`${place.run}/acts`);
  host.system = 'linux';
  expect({ ...place }).toEqual(USUAL);
  expect(claimsFolder(host)).toBe(`${place.run}/acts`);
});
