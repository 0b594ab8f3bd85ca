// pf's general timeouts: saved, lowered, put back. FreeBSD only: OpenBSD has no way but to load its whole file again.
// `pfctl -O -m -f -` changes options without touching rules, but forgets `set skip` and `set syncookies` unless they are
// said again in the same text; `-m` without `-O` would load an empty ruleset: never.

import { type Command, command, type Step } from '../../core/plan.ts';

/** What one change of options must say again, and the timeouts as they are (seconds; adaptive.*: states). */
export type PfOptions = Readonly<{
  timeouts: ReadonlyMap<string, number>;
  skip: readonly string[];
  syncookies: string;
  /** `set keepcounters`, which pfctl does not show: whoever has read pf.conf may say it. */
  keepCounters?: boolean;
}>;

const PF: Omit<Partial<Command>, 'argv'> = { privileged: true };

export const LOOK_AT_PF_OPTIONS: readonly Command[] = [
  command(['pfctl', '-s', 'timeouts'], PF),
  command(['pfctl', '-v', '-s', 'Interfaces'], PF),
  command(['pfctl', '-v', '-v', '-s', 'info'], PF),
];

/** Undefined: not all of it is understood, so nothing may be changed. */
export function parsePfOptions(outputs: readonly string[]): PfOptions | undefined {
  const [timeoutText = '', interfaceText = '', infoText = ''] = outputs;
  const timeouts = parsePfTimeouts(timeoutText);
  const skip: string[] = [];
  for (const line of interfaceText.split('\n')) {
    if (!line.includes('(skip)')) continue;
    const name = /^([A-Za-z][A-Za-z0-9_.]{0,14}) \(skip\)\s*$/.exec(line)?.[1];
    if (name === undefined) return undefined;
    skip.push(name);
  }
  const syncookies = readSyncookies(infoText);
  if (timeouts.size === 0 || interfaceText.trim() === '' || syncookies === undefined) return undefined;
  return { timeouts, skip, syncookies };
}

/** Of `pfctl -s timeouts`, by name; empty where nothing is understood. */
export function parsePfTimeouts(text: string): ReadonlyMap<string, number> {
  const timeouts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', value] = /^([a-z][a-z.]{0,30}) +(\d{1,10})(?:s| states)$/.exec(line) ?? [];
    if (value !== undefined) timeouts.set(name, Number(value));
  }
  return timeouts;
}

/** Before FreeBSD 13 there are none, and nothing to say again. */
function readSyncookies(text: string): string | undefined {
  if (!/^Status: (?:Enabled|Disabled)/m.test(text)) return undefined;
  const section = /^Syncookies\n((?: {2}.*\n?)*)/m.exec(text)?.[1];
  if (section === undefined) return '';
  const mode = /^ {2}mode +(never|always|adaptive)\s*$/m.exec(section)?.[1];
  if (mode === undefined) return undefined;
  if (mode !== 'adaptive') return `set syncookies ${mode}`;
  const high = /^ {2}highwater +(\d{1,3}) %/m.exec(section)?.[1];
  const low = /^ {2}lowwater +(\d{1,3}) %/m.exec(section)?.[1];
  return high === undefined || low === undefined
    ? undefined
    : `set syncookies adaptive (start ${high}%, end ${low}%)`;
}

/** Sets what `wanted` names and pf knows; everything else stays. Put back by the same with the values of before. */
export function planPfTimeouts(found: PfOptions, wanted: ReadonlyMap<string, number>): readonly Step[] {
  const changes = [...wanted].filter(
    ([name, value]) =>
      Number.isInteger(value) && value >= 0 && found.timeouts.has(name) && found.timeouts.get(name) !== value,
  );
  if (changes.length === 0) return [];
  const lines = [
    ...(found.skip.length === 0 ? [] : [`set skip on { ${found.skip.join(' ')} }`]),
    ...(found.syncookies === '' ? [] : [found.syncookies]),
    ...(found.keepCounters === true ? ['set keepcounters'] : []),
    ...changes.map(([name, value]) => `set timeout ${name} ${value}`),
  ];
  const stdin = `${lines.join('\n')}\n`;
  return [
    { command: command(['pfctl', '-n', '-O', '-m', '-f', '-'], { ...PF, stdin }) },
    { command: command(['pfctl', '-O', '-m', '-f', '-'], { ...PF, stdin }) },
  ];
}

/** What to put back: values that are still as we wrote them. `drift`: changed by somebody since, left alone. */
export function restorePfTimeouts(
  now: PfOptions,
  wrote: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Readonly<{ steps: readonly Step[]; drift: readonly string[] }> {
  const wanted = new Map<string, number>();
  const drift: string[] = [];
  for (const [name, value] of wrote) {
    const old = before.get(name);
    const current = now.timeouts.get(name);
    if (old === undefined || current === old) continue;
    if (current === value) wanted.set(name, old);
    else drift.push(name);
  }
  return { steps: planPfTimeouts(now, wanted), drift };
}
