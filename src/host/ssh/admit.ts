// The first moments of a shell that sudo starts: the password where it is asked for, and to nobody else.

import type { Channel } from './channel.ts';

/** `open`: the shell is there; `wrong`: sudo asked again. */
export type Admission = 'open' | 'wrong';

export type AdmitWords = Readonly<{
  /** What sudo says on stderr when it wants the password, and what the shell says on stdout once it is there. */
  prompt: string;
  ready: string;
  secret: string;
}>;

/** What is written meanwhile waits: sudo would take it for the password. */
export function admit(
  channel: Channel,
  { prompt, ready, secret }: AdmitWords,
  told: (how: Admission) => void,
): Channel {
  let isOpen = false;
  let prompts = 0;
  let waiting: (() => void)[] = [];
  let [out, errors] = ['', ''];
  let onData: ((chunk: Buffer) => void) | undefined;
  let onErrors: ((chunk: Buffer) => void) | undefined;
  const later = (act: () => void): void => {
    if (isOpen) act();
    else waiting.push(act);
  };
  channel.onErrors((chunk) => {
    if (isOpen) {
      onErrors?.(chunk);
      return;
    }
    errors += chunk.toString('latin1');
    while (errors.includes(prompt)) {
      errors = errors.slice(errors.indexOf(prompt) + prompt.length);
      prompts++;
      if (prompts === 1) channel.write(`${secret}\n`);
      else {
        told('wrong');
        channel.close();
      }
    }
    errors = errors.slice(-prompt.length);
  });
  channel.onData((chunk) => {
    if (isOpen) {
      onData?.(chunk);
      return;
    }
    out += chunk.toString('latin1');
    const at = out.indexOf(`${ready}\n`);
    if (at < 0) {
      out = out.slice(-ready.length - 1);
      return;
    }
    isOpen = true;
    told('open');
    const rest = Buffer.from(out.slice(at + ready.length + 1), 'latin1');
    if (rest.length > 0) onData?.(rest);
    for (const act of waiting.splice(0)) act();
    waiting = [];
  });
  return {
    ...channel,
    write: (text) => later(() => channel.write(text)),
    finish: () => later(() => channel.finish()),
    onData: (listener) => {
      onData = listener;
    },
    onErrors: (listener) => {
      onErrors = listener;
    },
  };
}
