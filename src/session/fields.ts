// Building blocks of the schemas of the session file.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { problem } from '../core/problem.ts';
import { fail, type Result } from '../core/result.ts';

export const text = z.string().min(1);
export const oneOrMany = z.union([text, z.array(text).min(1)]);

/** Text that one of our own parsers must accept; its sentence becomes the message. */
export const textThat = (parse: (written: string) => Result<unknown>) =>
  text.superRefine((written, context) => {
    const parsed = parse(written);
    if (parsed.ok) return;
    const { summary, hint } = parsed.problem;
    context.addIssue({ code: 'custom', message: hint === undefined ? summary : `${summary}: ${hint}` });
  });

/** A duration within bounds, in seconds. */
export const durationWithin = (min: number, max: number) => {
  const bounds = `${formatDuration(min)} to ${formatDuration(max)}`;
  const parse = (written: string): Result<number> => {
    const seconds = parseDuration(written);
    if (!seconds.ok || (seconds.value >= min && seconds.value <= max)) return seconds;
    return fail(problem('bad-input', `must be ${bounds}`));
  };
  return textThat(parse).describe(`A duration, ${bounds}`);
};
