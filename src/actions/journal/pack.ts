// How acts are packed for the journal: full commands and facts compressed, and a short form for listings, so that a
// ban of 10,000 addresses takes kilobytes and a listing never unpacks one.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Operator } from '../../core/act.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { type ActFacts, isActFacts } from '../facts.ts';

const STDIN_SHOWN = 600;
const COMMANDS_SHOWN = 50;
const UNPACKED_MAX = 268_435_456;

type Details = Readonly<{ commands: readonly Command[]; facts: ActFacts }>;

/** Commands for a listing: long input cut with a count, a long list cut after 50. */
export function abridge(commands: readonly Command[]): readonly Command[] {
  const shown = commands.slice(0, COMMANDS_SHOWN).map((one) => {
    if (one.stdin === undefined || one.stdin.length <= STDIN_SHOWN) return one;
    return { ...one, stdin: `${one.stdin.slice(0, STDIN_SHOWN)}… (${one.stdin.length} characters in all)` };
  });
  const left = commands.length - shown.length;
  return left === 0 ? shown : [...shown, { argv: ['…', `${left} more`], timeoutMs: 0, outputMaxBytes: 0 }];
}

/** Level 1: packing sits between Enter and the drop. */
export function packDetails(details: Details): Uint8Array {
  return deflateRawSync(JSON.stringify(details), { level: 1 });
}

export function unpackDetails(packed: Uint8Array): Result<Details> {
  const damaged = fail(problem('unreadable', 'this record of the journal is damaged'));
  try {
    const text = inflateRawSync(packed, { maxOutputLength: UNPACKED_MAX }).toString('utf8');
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('facts' in value) || !('commands' in value))
      return damaged;
    if (!isActFacts(value.facts) || !Array.isArray(value.commands)) return damaged;
    return ok({ facts: value.facts, commands: readCommands(value.commands) });
  } catch {
    return damaged;
  }
}

/** What was written as JSON; undefined when it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Commands of a record; what has not their shape is left out. */
export function readCommands(value: unknown): readonly Command[] {
  return Array.isArray(value) ? value.filter(isCommand) : [];
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null || !('argv' in value) || !Array.isArray(value.argv))
    return false;
  const words = value.argv.length > 0 && value.argv.every((word) => typeof word === 'string');
  return words && (!('stdin' in value) || typeof value.stdin === 'string');
}

/** Who acted; a field that is no text is left out. */
export function readOperator(value: unknown): Operator {
  const given: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const text = (name: keyof Operator): Readonly<Record<string, string>> => {
    const field = given[name];
    return typeof field === 'string' ? { [name]: sanitise(field, 200) } : {};
  };
  return {
    user: '?',
    console: '?',
    ...text('user'),
    ...text('console'),
    ...text('sudoUser'),
    ...text('tty'),
    ...text('sshPeer'),
  };
}
