// Many questions to the fail2ban server in one start of its client, which costs 50 ms and more: `fail2ban-client -i` takes
// commands on stdin. Between two questions stands an echo, which the server gives back, so that answers are kept apart; what
// it says nobody can guess, because a jail's banned texts may hold line breaks.
//
//   Fail2Ban v1.0.2 reads log file that contains password failure report        (fail2ban-client -i, 1.0.2)
//   fail2ban> @@1f0c… 0
//   fail2ban> Status for the jail: sshd
//   |- Filter
//   …
//   fail2ban> @@1f0c… 1
//
// Where no server answers, each prompt stays empty and the exit code is 0: only the missing echo tells.

import { type Command, command, quoteWord } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** The words of one command of the client; what it gives for them is never taken for more than text. */
export type Question = readonly [string, ...string[]];

/** undefined = the server refused it (no such jail, no such command). */
export type Answer = string | undefined;

/** Another one in each process. */
export const MARK = `@@${crypto.randomUUID().replaceAll('-', '')}`;
const PROMPT = 'fail2ban> ';
/** A server that hangs answers nobody: whoever asks must not wait for long. */
export const CLIENT_TIMEOUT_MS = 5000;
/** 10,000 bans are 150 kB in one answer. */
const OUTPUT_MAX = 64 * 1_048_576;

/** Questions with a line break cannot be asked: the client would take the rest for another command. */
export function batchCommand(
  questions: readonly Question[],
  extra: Omit<Partial<Command>, 'argv' | 'stdin'> = {},
): Command {
  const lines = questions.flatMap((words, index) => [
    `echo '${MARK} ${index}'`,
    words.some((word) => /[\n\r\0]/.test(word)) ? "echo ''" : words.map(quoteWord).join(' '),
  ]);
  const stdin = `${[...lines, `echo '${MARK} ${questions.length}'`, 'exit'].join('\n')}\n`;
  return command(['fail2ban-client', '-i'], {
    privileged: true,
    timeoutMs: CLIENT_TIMEOUT_MS,
    outputMaxBytes: OUTPUT_MAX,
    ...extra,
    stdin,
  });
}

/** One answer to each question. A problem when the server did not answer all of them. */
export function readBatch(stdout: string, count: number): Result<readonly Answer[]> {
  const answers: Answer[] = [];
  let from = endOfMark(stdout, 0, 0);
  for (let index = 0; index < count && from !== undefined; index++) {
    const next = `\n${PROMPT}${MARK} ${index + 1}\n`;
    // The break before the next mark is the one that ends this answer.
    const to = stdout.indexOf(next, from - 1);
    if (to < 0) from = undefined;
    else {
      answers.push(answerOf(stdout.slice(from, Math.max(from, to))));
      from = to + next.length;
    }
  }
  return from === undefined ? fail(whyNoAnswer(stdout)) : ok(answers);
}

/** Only a client that asked and was told nothing at all says that no server runs; anything else is not known. */
function whyNoAnswer(stdout: string): Problem {
  if (stdout.includes(MARK)) return CUT_OFF;
  return stdout.startsWith(PROMPT) || stdout.includes(`\n${PROMPT}`) ? NO_SERVER : NO_CLIENT;
}

/** What stands where nothing was answered at all. */
const NO_SERVER = problem('not-found', 'the fail2ban server does not run', {
  hint: 'start it (systemctl start fail2ban); its own words: journalctl -u fail2ban',
});

const CUT_OFF = problem('unreadable', 'the answer of the fail2ban server was cut off', {
  hint: 'ask again; its own words: journalctl -u fail2ban',
});
const NO_CLIENT = problem('unreadable', 'fail2ban-client answered something else than was asked', {
  hint: 'try: fail2ban-client status',
});

function endOfMark(stdout: string, index: number, from: number): number | undefined {
  const mark = `${PROMPT}${MARK} ${index}\n`;
  const at = stdout.indexOf(mark, from);
  return at < 0 ? undefined : at + mark.length;
}

function answerOf(text: string): Answer {
  const answer = text.startsWith(PROMPT) ? text.slice(PROMPT.length) : text;
  // `beautifyError` of the client.
  return /^Sorry but /.test(answer) ? undefined : answer;
}
