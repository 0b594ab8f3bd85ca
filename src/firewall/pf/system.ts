// Which pf this is, and what pfctl is asked there. The same letter means different things on the two systems: all words
// that differ stand here side by side, and a third system gets only what both take.

import { type Command, command } from '../../core/plan.ts';

export const ASK_SYSTEM: Command = command(['uname', '-sr'], { timeoutMs: 5000 });

export type PfSystem = 'freebsd' | 'openbsd';

/** From `uname -sr`. Undefined: neither, so nothing is known of its options and none is used. */
export function systemNamed(uname: string): PfSystem | undefined {
  if (/^FreeBSD \d/.test(uname)) return 'freebsd';
  return /^OpenBSD \d/.test(uname) ? 'openbsd' : undefined;
}

const TERSE: Omit<Partial<Command>, 'argv'> = {
  privileged: true,
  timeoutMs: 10_000,
  outputMaxBytes: 64 * 1024 * 1024,
};

const ask = (...words: readonly string[]): Command => command(['pfctl', ...words], TERSE);

/** Both take these. Never -S, -N, -R, -P, -O, -m, -M, -A, -L, -V: they mean other things, or nothing, on one of them. */
export const PF_READS: readonly Command[] = [
  ask('-vv', '-s', 'Tables'),
  ask('-a', '*', '-s', 'rules'),
  ask('-v', '-s', 'info'),
  ask('-s', 'memory'),
  ask('-v', '-s', 'Anchors'),
  ask('-v', '-s', 'Interfaces'),
  ASK_SYSTEM,
];

/** The outputs of PF_READS, by name. */
export type PfOutputs = Readonly<{
  tables: string;
  rules: string | undefined;
  info: string | undefined;
  memory: string | undefined;
  anchors: string | undefined;
  interfaces: string | undefined;
  system: PfSystem | undefined;
  uname: string;
}>;

export function nameOutputs(outputs: readonly (string | undefined)[]): PfOutputs {
  const [tables = '', rules, info, memory, anchors, interfaces, uname = ''] = outputs;
  return { tables, rules, info, memory, anchors, interfaces, system: systemNamed(uname), uname };
}

/** OpenBSD lists the tables of all anchors at once (7.7 and later); FreeBSD would list those of the main ruleset again. */
export const PF_ANCHOR_TABLES: Readonly<
  Record<PfSystem, Readonly<{ all: Command | undefined; of: (anchor: string) => Command }>>
> = {
  freebsd: { all: undefined, of: (anchor) => ask('-a', anchor, '-vv', '-s', 'Tables') },
  openbsd: {
    all: ask('-a', '*', '-vv', '-s', 'Tables'),
    of: (anchor) => ask('-a', anchor, '-vv', '-s', 'Tables'),
  },
};

export const askAnchorRules = (anchor: string): Command => ask('-a', anchor, '-s', 'rules');

/** Before 7.7 OpenBSD did not: what is missing in a listing of all says nothing there. */
export const listsAnchorTables = (uname: string): boolean => !/^OpenBSD (?:[0-6]\.|7\.[0-6]\b)/.test(uname);

/** The contents of one table: small numbers of addresses are counted by family with it. */
export function askMembers(table: Readonly<{ name: string; anchor: string; counters: boolean }>): Command {
  const place = table.anchor === '' ? [] : ['-a', table.anchor];
  return command(['pfctl', ...place, '-t', table.name, ...(table.counters ? ['-v'] : []), '-T', 'show'], {
    privileged: true,
    timeoutMs: 60_000,
    outputMaxBytes: 512 * 1024 * 1024,
  });
}
