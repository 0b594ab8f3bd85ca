// What went wrong, in a form that a pane, a dialog and a script can all show.

export type ProblemCode =
  | 'missing-tool' // the program is not installed
  | 'not-permitted' // root, sudo or a group is needed
  | 'timed-out'
  | 'bad-exit' // the tool ran and said no
  | 'unreadable' // the tool or file answered, but not in a form that we know
  | 'not-found' // file, set, unit: the thing named does not exist
  | 'bad-input' // what the operator typed or wrote
  | 'refused' // a guard said no
  | 'too-large' // output over the cap
  | 'no-space' // disk full or not writable
  | 'no-line' // no connection to the host: the command was certainly not run there
  | 'line-lost' // it was sent and the line broke before the answer: it may have run
  | 'cancelled'
  | 'bug';

/** `summary`: one sentence for the operator. `hint`: what to do about it. `detail`: the tool's own words (sanitised). */
export type Problem = Readonly<{
  code: ProblemCode;
  summary: string;
  hint?: string;
  argv?: readonly string[];
  exitCode?: number;
  detail?: string;
}>;

export function problem(
  code: ProblemCode,
  summary: string,
  extra: Omit<Problem, 'code' | 'summary'> = {},
): Problem {
  return { code, summary, ...extra };
}
