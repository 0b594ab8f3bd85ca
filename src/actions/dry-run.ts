// Asks nft whether it would take a transaction: `nft -c` runs it in the kernel and aborts it, so a full, constant or
// owned set is known before the operator says yes; `iptables-restore --test` reads a batch and loads what it needs (the
// time match). ipset has no such thing; there the terse listing must do.

import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { explainPfRefusal } from '../firewall/pf/refusals.ts';
import type { Host } from '../host/host.ts';
import type { Move } from './action.ts';

/** Transactions longer than this are not tried first: that would double the time of a big batch. */
const STDIN_MAX = 262_144;

export async function dryRun(
  host: Host,
  moves: readonly Move[],
  signal?: AbortSignal,
): Promise<Result<void>> {
  for (const { step } of moves) {
    const [tool, ...rest] = step.command.argv;
    const only = tool === 'nft' ? '-c' : IPTABLES.test(tool) ? '--test' : undefined;
    if (only === undefined || (step.command.stdin?.length ?? 0) > STDIN_MAX) continue;
    const tried = await host.run({ ...step.command, argv: [tool, only, ...rest] }, signal);
    if (!tried.ok) return fail(explainRefusal(tried.problem));
  }
  return ok(undefined);
}

const IPTABLES = /^ip6?tables(?:-nft|-legacy)?-restore$/;

/** The kernel's errno in nft's words, for the cases that an operator can do something about. */
export function explainRefusal(refusal: Problem): Problem {
  const { detail = '', argv } = refusal;
  if (IPTABLES.test(argv?.[0] ?? '')) return explainIptables(refusal, detail);
  if (argv?.[0] === 'pfctl') return explainPfRefusal(refusal);
  if (argv?.[0] !== 'nft') return refusal;
  if (/Too many open files in system/.test(detail))
    return problem('refused', 'the set is full: nft takes no more elements', {
      hint: 'choose another set, or unban what is no longer needed',
      detail,
    });
  if (/interval overlaps/.test(detail))
    return problem('refused', 'a range in this set overlaps the one to add', {
      hint: 'look at it again: the set has just changed',
      detail,
    });
  // nft 1.0.6 calls it a conflict when what a range was to replace has ended in between.
  if (/Error: (?:.*: )?No such file or directory|conflicting intervals specified/.test(detail))
    return problem('not-found', 'the set, or an element that was to be replaced, is gone since', {
      hint: 'look at it again',
      detail,
    });
  // Whoever may list the ruleset may change it, unless a running program has kept its table to itself (flags owner).
  if (/Operation not permitted/.test(detail) && /Could not process rule/.test(detail))
    return problem('refused', 'this table is owned by a running program: only that one can change it', {
      hint: 'change it through that program (`nft list ruleset` names it), or choose another set',
      detail,
    });
  return refusal;
}

function explainIptables(refusal: Problem, detail: string): Problem {
  // xt_time: without it a rule cannot end by itself, and one that says so must not be taken for one that does.
  if (/match `time'|Extension time\b|time revision/.test(detail))
    return problem(
      'refused',
      'this kernel has no time match (xt_time): a rule of a chain cannot end by itself',
      {
        hint: 'ban without an end, into an nft set or ipset, or load the module (modprobe xt_time)',
        detail,
      },
    );
  if (/does a matching rule exist|line \d+ failed$/m.test(detail))
    return problem('not-found', 'the chain, or a rule that was to be deleted, is gone since', {
      hint: 'look at it again',
      detail,
    });
  return refusal;
}
