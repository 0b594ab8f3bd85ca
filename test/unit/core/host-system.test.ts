// Names of systems, from uname and from Node.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostSystemNamed, SYSTEM_NAMES } from '../../../src/core/host-system.ts';
import { platformNow } from '../../../src/host/platform.ts';

test('uname and Node agree on the names', () => {
  const uname = ['Linux 6.18.5', 'FreeBSD 14.5-RELEASE', 'OpenBSD 7.9', 'Darwin 24.5.0', 'NetBSD 10.1'];
  expect(uname.map(hostSystemNamed)).toEqual(['linux', 'freebsd', 'openbsd', 'darwin', 'other']);
  expect(['linux', 'freebsd', 'openbsd', 'darwin', 'sunos'].map(hostSystemNamed)).toEqual(
    uname.map(hostSystemNamed),
  );
});

test('whatever is answered, it has a name', () => {
  fc.assert(fc.property(fc.string(), (words) => SYSTEM_NAMES[hostSystemNamed(words)] !== undefined));
});

test('tests stand on another system by one variable', () => {
  expect(platformNow({ OPSCONSOLE_PLATFORM: 'darwin' })).toBe('darwin');
  expect(platformNow({})).toBe(hostSystemNamed(process.platform));
});
