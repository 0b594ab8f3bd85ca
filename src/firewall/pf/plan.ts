// Adding to and deleting from a table of pf. Options first, addresses last: BSD getopt stops at the first word that is none.
// The words are the same on FreeBSD and OpenBSD. Addresses are printed from `Net`: pfctl would resolve names, take "1.2.3"
// for 1.2.0.3 and a missing table for one to make.

import { isHost, type Net } from '../../core/address.ts';
import { type Command, command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element, Presence, Probe, ProbeAnswer } from '../backend.ts';

/** More go through stdin. */
const WORDS_MAX = 16;
/** net.pf.request_maxcount of FreeBSD is 65,535 addresses in one call. */
const CALL_MAX = 32_768;
const SHOWN_MAX = 8;
const TIMEOUT_MS = 5000;

/** pf keeps neither times nor comments: what ends a ban is our journal. */
export function planPfAdd(set: SetInfo, elements: readonly Element[]): readonly Step[] {
  return change(
    set,
    'add',
    elements.map(({ net }) => net),
  );
}

/** Only exact entries go: deleting a host out of a network changes nothing, with exit 0. */
export function planPfDelete(set: SetInfo, holders: readonly Net[]): readonly Step[] {
  return change(set, 'delete', holders);
}

function change(set: SetInfo, verb: 'add' | 'delete', nets: readonly Net[]): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < nets.length; at += CALL_MAX)
    steps.push(one(set, verb, nets.slice(at, at + CALL_MAX)));
  return steps;
}

function one(set: SetInfo, verb: 'add' | 'delete', nets: readonly Net[]): Step {
  const texts = nets.map(({ text }) => text);
  const words = pfTable(set, verb);
  if (texts.length <= WORDS_MAX)
    return { command: command(['pfctl', ...words, ...texts], { privileged: true }) };
  const shown: SafeText[] = [
    sanitise(`pfctl ${words.join(' ')} -f - (${groupDigits(texts.length)} addresses)`),
    ...texts.slice(0, SHOWN_MAX).map((text) => sanitise(text)),
    sanitise(`… and ${groupDigits(texts.length - SHOWN_MAX)} more`),
  ];
  return {
    command: command(['pfctl', ...words, '-f', '-'], {
      stdin: `${texts.join('\n')}\n`,
      privileged: true,
      timeoutMs: 60_000,
    }),
    shown,
  };
}

/** -q leaves errors, and keeps the counts off stderr. */
function pfTable({ name, table = '' }: SetInfo, verb: string): readonly string[] {
  return [...(table === '' ? [] : ['-a', table]), '-q', '-t', name, '-T', verb];
}

/** One address; pf refuses to test networks. An exception ("!") counts as no match. */
export function pfProbe(set: SetInfo, net: Net): Probe | undefined {
  if (!isHost(net)) return undefined;
  const test: Command = command(['pfctl', ...pfTable(set, 'test'), net.text], {
    okExits: [2],
    privileged: true,
    timeoutMs: TIMEOUT_MS,
  });
  return { commands: [test], read: ([answer]) => (answer === undefined ? 'unknown' : readPfTest(answer)) };
}

export function readPfTest({ exitCode }: ProbeAnswer): Presence {
  if (exitCode === 0) return 'present';
  return exitCode === 2 ? 'absent' : 'unknown';
}
