// Logs in to hosts before anything else has the terminal: all at once as far as nobody is asked anything, then one after the
// other those where ssh, or sudo there, has a question.

import type { HostEntry, HostId, LinkState } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Link } from '../../host/host.ts';
import type { Io } from '../io.ts';
import { inSlots } from './slots.ts';
import { type StatusLine, statusLine } from './status-line.ts';

/** `quiet`: of whoever tells what is waited for; it keeps the terminal free while somebody is asked. */
export type LoginIo = Pick<Io, 'stderr' | 'terminal'> &
  Readonly<{ quiet?: Readonly<{ hold(): void; release(): void }> }>;

export type ToLogin = Readonly<{ entry: HostEntry; host: Readonly<{ link: Link }> }>;
export type Answer = (id: HostId, result: Result<void>) => void;

const AT_ONCE = 16;

/** `answer`: for each host once, as soon as it is known. C-c ends the waiting. */
export async function loginEach(hosts: readonly ToLogin[], io: LoginIo, answer: Answer): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.on('SIGINT', onInterrupt);
  const line = statusLine({ ...io, terminal: io.terminal && io.quiet === undefined });
  try {
    await connectAll(hosts, { io, line, signal: stop.signal, answer });
  } finally {
    line.clear();
    process.off('SIGINT', onInterrupt);
  }
}

type Connecting = Readonly<{ io: LoginIo; line: StatusLine; signal: AbortSignal; answer: Answer }>;

/**
 * Who wants to ask something asks at once, one after the other, while the rest go on connecting: an answer that is typed
 * while nobody has asked yet would stand on the screen.
 */
async function connectAll(
  hosts: readonly ToLogin[],
  { io, line, signal, answer }: Connecting,
): Promise<void> {
  const waiting = new Set(hosts.map(({ entry }) => entry.id));
  let asking = 0;
  let asked: Promise<void> = Promise.resolve();
  const show = (): void => {
    if (waiting.size === 0 || asking > 0) line.clear();
    else line.show(`connecting to ${[...waiting].join(', ')} … (C-c: go on without)`);
  };
  // Behind the question of another host its words would be taken for the answer's.
  const tell = (one: ToLogin): void => {
    line.clear();
    answer(one.entry.id, resultOf(one.entry, one.host.link.state()));
    show();
  };
  const askNext = (one: ToLogin): void => {
    asking++;
    line.clear();
    asked = asked.then(async () => {
      if (!signal.aborted) await ask(one, io, { signal, alone: hosts.length === 1 });
      asking--;
      tell(one);
    });
  };
  // One host: a first attempt that asks nobody would be one more failed login in its log.
  if (hosts.length === 1 && io.terminal) for (const one of hosts) askNext(one);
  else {
    show();
    await inSlots(AT_ONCE, hosts, async (one) => {
      const { entry, host } = one;
      await settled(host.link, signal);
      waiting.delete(entry.id);
      const { kind } = host.link.state();
      const asks = io.terminal && (kind === 'needs-operator' || (kind === 'up' && entry.sudo === 'ask'));
      if (asks) askNext(one);
      else if (asking === 0) tell(one);
      else asked = asked.then(() => tell(one));
    });
  }
  await asked;
}

type Asking = Readonly<{ signal: AbortSignal; alone: boolean }>;

async function ask({ entry, host }: ToLogin, io: LoginIo, { signal, alone }: Asking): Promise<void> {
  io.quiet?.hold();
  if (!alone) io.stderr.write(`logging in to ${entry.id}\n`);
  await Promise.race([host.link.login(), aborted(signal)]);
  io.quiet?.release();
}

/** After one attempt, or when it is given up. */
function settled(link: Link, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      leave();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const look = ({ kind }: LinkState): void => {
      if (kind !== 'connecting') done();
    };
    const leave = link.subscribe(look);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted || link.state().kind === 'up') done();
    else link.retry();
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function resultOf({ id }: HostEntry, state: LinkState): Result<void> {
  switch (state.kind) {
    case 'up':
    case 'local':
      return ok(undefined);
    case 'connecting':
      return fail(problem('no-line', `${id}: not connected`));
    case 'down':
    case 'needs-operator':
      return fail(state.problem);
    default:
      return unreachable(state);
  }
}
