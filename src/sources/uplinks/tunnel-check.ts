// Whether somebody answers behind a declared tunnel: one connection each, from the host itself, that says nothing and is closed after
// a second. It opens a channel on the far side, so it is done only for what the session file declares, and seldom.

import type { TunnelSpec } from '../../core/pane.ts';
import { type Command, command } from '../../core/plan.ts';
import type { TunnelAnswer } from '../../core/uplinks.ts';
import { splitListen } from './ssh-args.ts';

export const CHECKS_MAX = 32;
const MARK = '#opsconsole-tunnel';
const ANYWHERE: ReadonlyMap<string, string> = new Map([
  ['*', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
  ['localhost', '127.0.0.1'],
]);

/**
 * bash alone speaks TCP by itself and can tell silence from the end. 0: a byte came, above 128: silence for a second, 1: it hung up.
 * Host and port are arguments, never text of the script.
 */
const SCRIPT = [
  `c() { i=$1; if ! exec 3<>"/dev/tcp/$2/$3"; then a=refused; else IFS= read -r -n 1 -t 1 -u 3 x; r=$?`,
  `  if [ $r -gt 128 ]; then a=held; elif [ $r -eq 0 ]; then a=spoke; else a=closed; fi; fi`,
  `  printf '${MARK} %s %s\\n' "$i" "$a"; }`,
  'while [ $# -ge 3 ]; do c "$1" "$2" "$3" 2>/dev/null & shift 3; done',
  'wait',
].join('\n');

export function checkCommand(tunnels: readonly TunnelSpec[]): Command | undefined {
  const words = tunnels.slice(0, CHECKS_MAX).flatMap(({ listen }, index) => {
    const place = listen === undefined ? undefined : splitListen(listen);
    if (place === undefined || !/^[\w.:*-]{1,80}$/.test(place.host)) return [];
    return [String(index), ANYWHERE.get(place.host) ?? place.host, String(place.port)];
  });
  return words.length === 0
    ? undefined
    : command(['bash', '-c', SCRIPT, 'bash', ...words], { timeoutMs: 6000, outputMaxBytes: 65_536 });
}

export function readChecks(
  stdout: string,
  tunnels: readonly TunnelSpec[],
): ReadonlyMap<string, TunnelAnswer> {
  const answers = new Map<string, TunnelAnswer>();
  for (const [, index, word] of stdout.matchAll(new RegExp(`^${MARK} (\\d{1,3}) (\\w+)$`, 'gm'))) {
    const name = tunnels[Number(index)]?.name;
    if (name !== undefined && isAnswer(word)) answers.set(name, word);
  }
  return answers;
}

function isAnswer(word: string | undefined): word is TunnelAnswer {
  return word === 'spoke' || word === 'held' || word === 'closed' || word === 'refused';
}
