// A host that is a network namespace of this machine: commands run inside it, and its own /proc/net, /proc/sys/net and
// /sys/class/net are read. For tests and trials against a private kernel firewall; needs root.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { unixMs } from '../core/brand.ts';
import { command } from '../core/plan.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { createFiles, type Files } from './files.ts';
import { followFiles } from './follow.ts';
import type { Host } from './host.ts';
import { createPtys } from './pty.ts';
import { createRunner, type Runner } from './run.ts';
import { createWhich } from './which.ts';

/** `close` ends the helper process; without it the helper ends with us. */
export type NetnsHost = Host & Readonly<{ close(): void }>;

/** `name` as `ip netns list` has it. Throws when there is no such namespace or we are not root: a bug of the caller. */
export async function createNetnsHost({ name }: Readonly<{ name: string }>): Promise<NetnsHost> {
  const which = createWhich();
  const ip = await which.find('ip');
  if (ip === undefined) throw new Error('ip (iproute2) is needed for namespaces');
  // It lives in the namespace and does nothing, so that /proc/PID shows us the namespace's files; `cat` ends with our end
  // of its stdin, however we end. Its echo of the first line says that it is inside.
  const helper = spawn(ip, ['netns', 'exec', name, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  helper.stdin.on('error', () => undefined);
  helper.stdin.write('inside\n');
  const inside = await Promise.race([
    once(helper.stdout, 'data').then(() => true),
    once(helper, 'exit').then(() => false),
  ]);
  if (!inside || helper.pid === undefined) throw new Error(`there is no namespace ${name} that we may enter`);
  helper.stdout.destroy();
  helper.unref();
  const { pid } = helper;
  const runner = createRunner(which, (wish, path) => [
    ip,
    'netns',
    'exec',
    name,
    path,
    ...wish.argv.slice(1),
  ]);
  const files = netnsFiles(
    createFiles((path) => placeOf(path, pid)),
    runner,
  );
  return {
    kind: 'netns',
    name,
    privileged: true,
    now: () => unixMs(Date.now()),
    ...runner,
    ...files,
    ...createPtys([ip, 'netns', 'exec', name]),
    follow: (wish) => followFiles(wish, files),
    which: which.find,
    close: () => void helper.kill('SIGKILL'),
  };
}

function placeOf(path: string, pid: number): string {
  if (path.startsWith('/proc/net/') || path === '/proc/net')
    return `/proc/${pid}${path.slice('/proc'.length)}`;
  // sysfs shows the interfaces of the namespace that it was mounted in.
  if (path.startsWith('/sys/')) return `/proc/${pid}/root${path}`;
  return path;
}

/** /proc/sys/net shows the reader's own namespace, so only a process inside can read it. */
function netnsFiles(outside: Files, runner: Runner): Files {
  const isSysctl = (path: string): boolean => path.startsWith('/proc/sys/net/');
  return {
    ...outside,
    read: (path, maxBytes) =>
      isSysctl(path) ? readInside(runner, path, maxBytes) : outside.read(path, maxBytes),
    async glob(pattern) {
      if (!isSysctl(pattern)) return outside.glob(pattern);
      return globInside(runner, pattern);
    },
  };
}

async function readInside(runner: Runner, path: string, maxBytes = 1_048_576): Promise<Result<Buffer>> {
  const answer = await runner.run(command(['cat', path], { outputMaxBytes: maxBytes }));
  if (answer.ok) return ok(Buffer.from(answer.value.stdout));
  const missing = /No such file/.test(answer.problem.detail ?? '');
  return missing ? fail(problem('not-found', `${path} does not exist`)) : answer;
}

async function globInside(runner: Runner, pattern: string): Promise<Result<readonly string[]>> {
  const answer = await runner.run(command(['find', '/proc/sys/net', '-path', pattern, '-maxdepth', '6']));
  if (!answer.ok) return answer;
  const depth = pattern.split('/').length;
  const paths = answer.value.stdout.split('\n').filter((path) => path.split('/').length === depth);
  return ok(paths.sort());
}
