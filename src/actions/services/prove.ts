// Reads back after a start, stop or restart, until it has settled or the patience is over.

import { setTimeout as wait } from 'node:timers/promises';
import type { Proof } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { askThing } from '../../core/services/ask.ts';
import { type Reading, readingWords, type ServiceVerb, type Thing } from '../../core/services/thing.ts';
import type { Host } from '../../host/host.ts';
import type { Performed } from '../action.ts';

export type Proving = Readonly<{ thing: Thing; verb: ServiceVerb; before: Reading | undefined }>;

/** The desk waits no longer: the pane goes on looking. */
const PATIENCE_MS = 12_000;
/** So long in a state that nothing leads out of by itself; systemd and monit say when something is on its way. */
const SETTLED_MS = { argv: 3000, systemd: 1500, monit: 1500 } as const;
const LOOK_EVERY_MS = 250;
/** What has just started and dies at once must not count as running. */
const STEADY_MS = 700;

export async function proveVerb({ host, startedAt, outputs }: Performed, proving: Proving): Promise<Proof> {
  const { thing } = proving;
  const name = sanitise(thing.name, 60);
  if (thing.by.kind === 'argv' && thing.by.status === undefined)
    return unproved(
      sanitise(`${name}: its command ended${exitWords(outputs)}; without a status command more is not known`),
    );
  const odd = outputs.some(({ exitCode }) => exitCode !== 0)
    ? ` (its command ended${exitWords(outputs)})`
    : '';
  const begin = performance.now();
  let seen: Seen | undefined;
  let settledAt = begin;
  for (;;) {
    const looked = await look(host, proving, startedAt);
    const now = performance.now();
    if (looked.kind === 'so') {
      if (seen === undefined || seen.pid !== looked.reading.pid)
        seen = { since: now, pid: looked.reading.pid };
      if (proving.verb === 'stop' || now - seen.since >= STEADY_MS)
        return {
          kind: 'proved',
          says: sanitise(`${name} ${DONE[proving.verb]}: ${wordsOf(looked.reading)}${odd}`, 200),
        };
    } else {
      seen = undefined;
      if (!looked.settled) settledAt = now;
    }
    if (now - begin > PATIENCE_MS || now - settledAt > SETTLED_MS[thing.by.kind])
      return unproved(sanitise(`${name}: ${looked.why}${odd}`, 240));
    await wait(LOOK_EVERY_MS);
  }
}

const exitWords = (outputs: Performed['outputs']): string => {
  const wrong = outputs.find(({ exitCode }) => exitCode !== 0);
  return wrong === undefined ? ' well' : ` with ${wrong.exitCode}`;
};

type Seen = Readonly<{ since: number; pid: number | undefined }>;
type Looked =
  | Readonly<{ kind: 'so'; reading: Reading; why: SafeText }>
  | Readonly<{ kind: 'not-yet'; why: SafeText; settled: boolean }>;

const DONE: Readonly<Record<ServiceVerb, string>> = {
  start: 'runs',
  stop: 'is stopped',
  restart: 'runs again',
};

const unproved = (why: SafeText): Proof => ({ kind: 'unproved', missing: [why] });

function wordsOf({ says, pid }: Reading): string {
  return pid === undefined ? says : `${says}, pid ${pid}`;
}

async function look(host: Host, { thing, verb, before }: Proving, startedAt: number): Promise<Looked> {
  const asked = await askThing(
    {
      run: (command) => host.run(command),
      now: () => host.now(),
      privileged: host.privileged,
      commands: true,
    },
    thing,
  );
  if (!asked.ok) return { kind: 'not-yet', settled: false, why: sanitise(asked.problem.summary, 200) };
  const reading = asked.value;
  const so: Looked = { kind: 'so', reading, why: reading.says };
  const settled = reading.state !== 'changing';
  const notYet: Looked = {
    kind: 'not-yet',
    settled,
    why: sanitise(`after it: ${readingWords(reading)}`),
  };
  switch (verb) {
    case 'stop':
      return (await isStopped(host, reading, before)) ? so : notYet;
    case 'start':
      return reading.state === 'running' ? so : notYet;
    case 'restart':
      if (reading.state !== 'running') return notYet;
      if (isAnew(reading, before, startedAt)) return so;
      return {
        kind: 'not-yet',
        settled,
        why: sanitise(`it runs, but was not restarted: ${wordsOf(reading)}`),
      };
  }
}

/** A failed unit does not run either, which was the wish; monit does not look at what it has stopped. */
async function isStopped(host: Host, reading: Reading, before: Reading | undefined): Promise<boolean> {
  if (reading.state === 'stopped' || reading.state === 'failed' || reading.state === 'absent') return true;
  if (reading.state !== 'unknown' || before?.pid === undefined || !/^not monitored/.test(reading.says))
    return false;
  const alive = await host.run({
    argv: ['ps', '-o', 'pid=', '-p', String(before.pid)],
    timeoutMs: 5000,
    outputMaxBytes: 4096,
    okExits: [1],
  });
  return alive.ok && alive.value.stdout.trim() === '';
}

/** Another process, or a later start; where neither can be seen, that it runs has to do. */
function isAnew(reading: Reading, before: Reading | undefined, startedAt: number): boolean {
  if (before?.state !== 'running') return true;
  if (reading.pid !== undefined && before.pid !== undefined) return reading.pid !== before.pid;
  if (reading.since !== undefined && before.since !== undefined)
    return reading.since > before.since || reading.since >= startedAt;
  return true;
}
