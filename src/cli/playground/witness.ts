// What the playground saw, for people who were not looking or whose terminal was killed: a log in the playground's
// folder, with the shields and the attack beside each other.

import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ATTACKERS4, ATTACKERS6 } from './addresses.ts';
import { clock } from './clock.ts';

export type Witness = Readonly<{
  say(words: string): void;
  /** Requests since the last call, by whom. */
  count(): Requests;
  total(): Requests;
}>;
export type Requests = Readonly<{ attackers: number; others: number }>;

/** The end of the last line of every playground.log. */
export const LAST_WORDS = 'everything in the playground ends now';

const CHUNK = 1_048_576;

export function createWitness(folder: string): Witness {
  const path = join(folder, 'playground.log');
  const attackers = new Set<string>([...ATTACKERS4, ...ATTACKERS6]);
  let offset = 0;
  let rest = '';
  const sum = { attackers: 0, others: 0 };
  const take = (line: string): void => {
    const source = line.slice(0, line.indexOf(' '));
    if (attackers.has(source)) sum.attackers++;
    else if (source !== '') sum.others++;
  };
  const read = (): void => {
    const file = openSync(join(folder, 'access.log'), 'r');
    const chunk = Buffer.alloc(CHUNK);
    while (offset < fstatSync(file).size) {
      const bytes = readSync(file, chunk, 0, CHUNK, offset);
      offset += bytes;
      const lines = (rest + chunk.toString('latin1', 0, bytes)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    }
    closeSync(file);
  };
  const total = (): Requests => {
    try {
      read();
    } catch {
      // Not written yet.
    }
    return { ...sum };
  };
  let before: Requests = { attackers: 0, others: 0 };
  return {
    say(words) {
      try {
        appendFileSync(path, `${clock()} ${words}\n`);
      } catch {
        // A full disk must not end the supervisor, who has a revert to wait for.
      }
    },
    total,
    count() {
      const now = total();
      const since = { attackers: now.attackers - before.attackers, others: now.others - before.others };
      before = now;
      return since;
    },
  };
}

export type Raised = Readonly<{ id: string; phase: string; leftSeconds: number }>;

/** The shields as their files say; undefined: down. `bases`: where `current` may lie. */
export function readRaised(bases: readonly string[]): Raised | undefined {
  for (const base of bases) {
    const id = textOf(join(base, 'current'))?.trim();
    if (id === undefined || !/^[0-9a-f]{8}$/.test(id)) continue;
    const [phase = 'raising', uptime] = (textOf(join(base, id, 'deadline')) ?? '').trim().split(' ');
    const left = Number(uptime) - Number((textOf('/proc/uptime') ?? '').split(' ')[0]);
    return { id, phase: phase === '' ? 'raising' : phase, leftSeconds: Number.isFinite(left) ? left : 0 };
  }
  return undefined;
}

/** What lowering wrote about itself, as it stands. */
export function readOutcomeText(bases: readonly string[], id: string): readonly string[] {
  for (const base of bases) {
    const text = textOf(join(base, `${id}.outcome`)) ?? textOf(join(base, id, 'outcome'));
    if (text !== undefined) return text.trimEnd().split('\n').slice(0, 40);
  }
  return [];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
