// The words with which what failed is tried again, on those hosts only.

import { quoteWord } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

const WITH_VALUE = ['--host', '--group'];

/** `argv`: as it was typed. `hosts`: what --host takes for each. */
export function retryWords(argv: readonly string[], hosts: readonly string[]): SafeText {
  const end = argv.indexOf('--');
  const [before, rest] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  const kept: string[] = [];
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? '';
    if (WITH_VALUE.includes(word)) at++;
    else if (word !== '--all' && !WITH_VALUE.some((flag) => word.startsWith(`${flag}=`))) kept.push(word);
  }
  const where = hosts.flatMap((host) => ['--host', host]);
  return sanitise(['opsconsole', ...kept, ...where, ...rest].map(quoteWord).join(' '), 2000);
}
