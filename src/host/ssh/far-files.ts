// Files of the far host, read by its own cat, stat, df and globbing. Problems are the same as of local files.

import { unixMs } from '../../core/brand.ts';
import { command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Files } from '../files.ts';
import type { FileStat, Host } from '../host.ts';
import { diskBody, globBody, parseDisk, parseStat, readBody, statBody } from './file-scripts.ts';
import { type Gathered, gather } from './gather.ts';
import type { Measures } from './link.ts';
import type { Pool } from './pool.ts';

const READ_MAX = 1_048_576;
const LONG_READ_MS = 120_000;

export type FarFilesOptions = Readonly<{
  pool: Pool;
  /** Undefined: the line is up. */
  whyNot(): Problem | undefined;
  line(): Measures;
  stream: Host['stream'];
  /** uname -s. */
  system(): string;
}>;

export function createFarFiles(options: FarFilesOptions): Files {
  const { pool, whyNot, line, stream, system } = options;
  const ask = async (path: string, body: string, maxBytes?: number): Promise<Result<Gathered>> => {
    const down = whyNot();
    if (down !== undefined) return fail(down);
    if (path.includes('\0')) return fail(notFound(path));
    const answer = await gather(pool, body, { maxBytes, line });
    if (!answer.ok) return fail(named(path, answer.problem, maxBytes));
    return answer.value.exitCode === 0 ? answer : fail(farProblem(path, answer.value.stderr));
  };
  return {
    async read(path, maxBytes = READ_MAX) {
      const answer = await ask(path, readBody(path), maxBytes);
      return answer.ok ? ok(answer.value.stdout) : answer;
    },
    async readChunks(path, onChunk, signal) {
      const operand = path.startsWith('-') ? `./${path}` : path;
      const cat = command(['cat', operand], { timeoutMs: LONG_READ_MS });
      const done = await stream(cat, onChunk, signal);
      if (done.ok) return ok(undefined);
      const { code, detail = '' } = done.problem;
      if (code === 'cancelled') return fail(problem('cancelled', 'reading was cancelled'));
      if (code !== 'bad-exit' && code !== 'not-permitted') return done;
      return fail(farProblem(path, detail));
    },
    async stat(path) {
      const answer = await ask(path, statBody(path, system()));
      if (!answer.ok) return answer;
      const found = parseStat(answer.value.stdout.toString('utf8'));
      if (found === undefined) return fail(unreadable(path, 'stat'));
      const { mtime, ...rest } = found;
      const stat: FileStat = { path, ...rest, mtime: unixMs(mtime) };
      return ok(stat);
    },
    async disk(path) {
      const answer = await ask(path, diskBody(path));
      if (!answer.ok) return answer;
      const found = parseDisk(answer.value.stdout.toString('utf8'));
      return found === undefined ? fail(unreadable(path, 'df')) : ok(found);
    },
    async glob(pattern) {
      const answer = await ask(pattern, globBody(pattern));
      if (!answer.ok) return answer;
      const paths = answer.value.stdout.toString('utf8').split('\0').slice(0, -1);
      if (paths.length === 0 && /: Permission denied\s*$/.test(answer.value.stderr))
        return fail(farProblem(pattern, answer.value.stderr));
      return ok(paths.sort());
    },
  };
}

const notFound = (path: string): Problem => problem('not-found', `${sanitise(path, 200)} does not exist`);

const unreadable = (path: string, tool: string): Problem =>
  problem('unreadable', `${sanitise(path, 200)}: ${tool} of that host answers in a form that is not known`);

function named(path: string, found: Problem, maxBytes: number | undefined): Problem {
  const name = sanitise(path, 200);
  if (found.code === 'too-large')
    return problem(
      'too-large',
      maxBytes === undefined ? `${name}: the answer has no end` : `${name} is larger than ${maxBytes} bytes`,
    );
  if (found.code === 'timed-out') return problem('timed-out', `${name} could not be read in time`);
  if (found.code === 'line-lost') return problem('line-lost', `the line broke while ${name} was read`);
  return found;
}

/** The system's words at the end of what cat, stat or df say; the C locale makes them the same everywhere. */
export function farProblem(path: string, stderr: string): Problem {
  const name = sanitise(path, 200);
  const said = stderr.trim();
  if (/(?:No such file or directory|No such file|Not a directory|File name too long)$/.test(said))
    return notFound(path);
  if (/(?:Permission denied|Operation not permitted)$/.test(said))
    return problem('not-permitted', `${name} may not be read`, {
      hint: 'log in as root there, or join the group that may read it (adm on Debian)',
    });
  if (/(?:Too many levels of symbolic links|Too many symbolic links)$/.test(said))
    return problem('unreadable', `${name} is a link that leads in a circle`);
  const words = sanitise(said.split('\n').at(-1)?.slice(-200) ?? '');
  return problem('unreadable', `${name} cannot be read${words === '' ? '' : ` (${words})`}`);
}
