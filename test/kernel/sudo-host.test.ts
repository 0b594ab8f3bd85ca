// A plain user with real sudo rules, which exist only in a mount namespace of the test.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { kernelSuite } from './harness/require.ts';

const ENTRY = new URL('./fixtures/sudo-host.ts', import.meta.url).pathname;
const AS_NOBODY = `mount -t tmpfs -o mode=755 tmpfs /etc/sudoers.d &&
  printf '%s\\n' "$1" > /etc/sudoers.d/test && chmod 440 /etc/sudoers.d/test &&
  exec setpriv --reuid 65534 --regid 65534 --clear-groups "$2" "$3"`;

async function asUserWith(rule: string) {
  const argv = ['-mn', 'sh', '-c', AS_NOBODY, 'sh', rule, process.execPath, ENTRY];
  return JSON.parse((await promisify(execFile)('unshare', argv)).stdout);
}

kernelSuite('a plain user', ['sudo', 'nft', 'setpriv', 'mount'], () => {
  test('with sudo for everything: privileged commands run as root in the C locale', async () => {
    const seen = await asUserWith('nobody ALL=(root) NOPASSWD: ALL');
    expect(seen).toMatchObject({
      privileged: true,
      nft: { ok: true },
      env: { ok: true, value: { stdout: expect.stringMatching(/^LC_ALL=C$/m) } },
      plain: { ok: true, value: { stdout: '65534\n' } },
      hung: { ok: false, problem: { code: 'timed-out' } },
    });
  });

  test('with sudo for nft alone: nft runs, the others say that they are not permitted', async () => {
    const seen = await asUserWith('nobody ALL=(root) NOPASSWD: /usr/sbin/nft');
    expect(seen).toMatchObject({
      privileged: true,
      nft: { ok: true },
      env: { ok: false, problem: { code: 'not-permitted' } },
    });
  });

  test('without sudo: read-only, and the kernel says no', async () => {
    const seen = await asUserWith('# nothing');
    expect(seen).toMatchObject({
      privileged: false,
      nft: { ok: false, problem: { code: 'not-permitted' } },
      plain: { ok: true },
      hung: { ok: false, problem: { code: 'timed-out' } },
    });
  });
});
