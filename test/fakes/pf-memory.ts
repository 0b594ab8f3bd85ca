// A BSD without processes: pfctl, uname, xargs, pgrep and tail answered by the stand-in in memory, on a Host that knows nothing else.

import type { Command } from '../../src/core/plan.ts';
import { type Answer, createFakeHost, type FakeHost } from './fake-host.ts';
import { capturedHost } from './pfctl/fixtures.ts';
import { pfctl } from './pfctl/run.ts';
import type { Pf, System } from './pfctl/state.ts';

export type PfMemory = Readonly<{
  host: FakeHost;
  pf: Pf;
  /** Every call of pfctl in order, also those of xargs: "-k 192.0.2.1"; stdin after " < ". */
  calls: readonly string[];
}>;

const UNAME: Readonly<Record<System, string>> = {
  freebsd15: 'FreeBSD 15.0-RELEASE-p1\n',
  openbsd78: 'OpenBSD 7.8\n',
};

/** `uname`: another version of it. Files of the pf are files of the host. */
export function createPfMemory(
  system: System,
  { change, uname = UNAME[system] }: Readonly<{ change?: (pf: Pf) => void; uname?: string }> = {},
): PfMemory {
  const pf = capturedHost(system);
  change?.(pf);
  const calls: string[] = [];
  const call = (argv: readonly string[], stdin = ''): Answer => {
    calls.push(stdin === '' ? argv.join(' ') : `${argv.join(' ')} < ${stdin}`);
    return pfctl(pf, { argv, stdin: () => stdin });
  };
  const host = createFakeHost()
    .tool('pfctl', true)
    .tool('uname', true)
    .tool('xargs', true)
    .on('uname -sr', { stdout: uname })
    .on(/^pfctl /, ({ argv, stdin }) => call(argv.slice(1), stdin))
    .on(/^pgrep /, () => {
      const running = (pf.processes ?? []).map((line, at) => `${700 + at} ${line}\n`);
      return running.length === 0 ? { exitCode: 1 } : { stdout: running.join('') };
    })
    .on(/^tail -n \d+ /, ({ argv }) => {
      const text = pf.files?.[argv.at(-1) ?? ''];
      return text === undefined
        ? { stderr: 'tail: No such file or directory\n', exitCode: 1 }
        : { stdout: text };
    })
    .on(/^xargs -n \d+ pfctl/, (batch) => runBatch(batch, call));
  for (const [path, text] of Object.entries(pf.files ?? {})) host.file(path, text);
  return { host, pf, calls };
}

/** xargs(1): so many words to a call; 123 (GNU) or 1 (BSD) when one of them failed. */
function runBatch({ argv, stdin = '' }: Command, call: (argv: readonly string[]) => Answer): Answer {
  const words = stdin.split(/\s+/).filter((word) => word !== '');
  const size = Number(argv[2]);
  let stderr = '';
  let exitCode = 0;
  for (let at = 0; at < words.length; at += size) {
    const answer = call(words.slice(at, at + size));
    stderr += answer.stderr ?? '';
    if (answer.exitCode !== 0) exitCode = 1;
  }
  return { stdout: '', stderr, exitCode };
}
