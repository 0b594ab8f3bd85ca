// Which kernel tests can run here: a suite that cannot run says why in its title, and with CI=true that is a failure.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { describe, test } from 'vitest';

const PATHS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/**
 * `describe` for tests on the real kernel in namespaces of their own.
 * `tools`: programs that `fn` needs besides `ip`, an absolute path for one that was only unpacked; a suite without one of
 * them, or without root, is skipped with the reason.
 * `beside`: it runs while its neighbours with the same word do, for suites that mostly wait; its tests are `test.sequential`
 * where they share a net.
 */
export function kernelSuite(name: string, tools: readonly string[], fn: () => void, beside?: 'beside'): void {
  // The project that runs the console over ssh.
  const reason = whyNot(process.env.OPSCONSOLE_TEST_WAY === 'ssh' ? [...tools, 'ssh', 'sshd'] : tools);
  if (reason === undefined) {
    describe(name, beside === undefined ? {} : { concurrent: true }, fn);
    return;
  }
  if (process.env.CI === 'true') {
    describe(name, () => {
      test('can run here', () => {
        throw new Error(`kernel tests must run in CI, but ${reason}`);
      });
    });
    return;
  }
  describe.skip(`${name} (skipped: ${reason})`, fn);
}

/** undefined = everything is there. */
export function whyNot(tools: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'this needs root';
  for (const tool of ['ip', 'unshare', ...tools]) {
    if (tool.startsWith('/')) {
      if (!isExecutable(tool)) return `${tool} is not there (\`npm test\` unpacks it)`;
    } else if (!PATHS.some((folder) => isExecutable(`${folder}/${tool}`))) return `${tool} is not installed`;
  }
  const tried = spawnSync('unshare', ['-n', 'true'], { stdio: 'ignore' });
  return tried.status === 0 ? undefined : 'network namespaces cannot be made here';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
