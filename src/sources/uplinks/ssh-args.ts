// The forwards in the words of an ssh or autossh command line (ssh(1), OpenSSH 9.2):
//
//   ssh -N -o ExitOnForwardFailure=yes -L 127.0.0.1:5432:db:5432 -R 8080:localhost:80 edge
//   autossh -M 0 -fND 1080 edge

import { sanitise } from '../../core/sanitise.ts';
import type { TunnelForward } from '../../core/uplinks.ts';

/** Options that take a value, of ssh and autossh. */
const TAKES_VALUE: ReadonlySet<string> = new Set('BbcDEeFIiJLlMmOoPpQRSWw');
const FORWARDS_MAX = 50;

export type SshWords = Readonly<{ forwards: readonly TunnelForward[]; to?: string }>;

/** `words`: behind the name of the program. Blanks inside of a word are lost by ps; such a word is read as two. */
export function readSshWords(words: readonly string[], keeper: boolean): SshWords {
  const forwards: TunnelForward[] = [];
  let to: string | undefined;
  for (let at = 0; at < words.length && to === undefined; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      to = words[at + 1];
      break;
    }
    if (!word.startsWith('-')) {
      to = word;
      break;
    }
    for (let place = 1; place < word.length; place++) {
      const flag = word.charAt(place);
      // To ssh -M says that it is a master, to autossh which port it watches.
      if (!TAKES_VALUE.has(flag) || (flag === 'M' && !keeper)) continue;
      const value = place + 1 < word.length ? word.slice(place + 1) : (words[++at] ?? '');
      // `-o "LocalForward=80 web:80"` comes from ps as two words.
      const rest = /^(?:local|remote)forward[= ][^ ]+$/i.test(value) ? ` ${words[at + 1] ?? ''}` : '';
      if (flag === 'o' && rest !== '') at++;
      const forward = forwardOf(flag, `${value}${flag === 'o' ? rest : ''}`);
      if (forward !== undefined && forwards.length < FORWARDS_MAX) forwards.push(forward);
      break;
    }
  }
  return { forwards, ...(to === undefined ? {} : { to }) };
}

function forwardOf(flag: string, value: string): TunnelForward | undefined {
  if (flag === 'o') return optionForward(value);
  if (flag !== 'L' && flag !== 'R' && flag !== 'D' && flag !== 'W') return undefined;
  const listen = flag === 'L' || flag === 'D' ? listenOf(flag, value) : undefined;
  return { flag, text: sanitise(`-${flag} ${value}`, 120), ...(listen === undefined ? {} : { listen }) };
}

const OPTIONS: ReadonlyMap<string, 'L' | 'R' | 'D'> = new Map([
  ['localforward', 'L'],
  ['remoteforward', 'R'],
  ['dynamicforward', 'D'],
]);

/** `-o LocalForward=8080 host:80`: ssh_config's own words. */
function optionForward(value: string): TunnelForward | undefined {
  const [, name = '', rest = ''] = /^([A-Za-z]+)[ =]+(.*)$/.exec(value) ?? [];
  const flag = OPTIONS.get(name.toLowerCase());
  return flag === undefined ? undefined : forwardOf(flag, rest.trim().replace(/\s+/, ':'));
}

/** Where it listens: "127.0.0.1:5432", "[::1]:5432", "*:1080"; undefined for sockets of files. */
function listenOf(flag: 'L' | 'D', value: string): string | undefined {
  const parts = splitColons(value);
  const own = flag === 'D' ? parts : parts.slice(0, -2);
  // -L port:/remote.sock has two parts in all.
  const [first, second] = own.length === 0 ? parts.slice(0, 1) : own;
  const port = second ?? first;
  if (port === undefined || !/^\d{1,5}$/.test(port)) return undefined;
  const bind = second === undefined ? 'localhost' : (first ?? '');
  return `${bindText(bind)}:${port}`;
}

/** Not inside of brackets. */
function splitColons(value: string): readonly string[] {
  return value.match(/\[[^\]]*\]|[^:]+|(?<=:)(?=:)|^(?=:)/g) ?? [];
}

function bindText(bind: string): string {
  const bare = bind.replace(/^\[|\]$/g, '');
  if (bare === '' || bare === '*') return '*';
  if (bare === 'localhost') return '127.0.0.1';
  return bare.includes(':') ? `[${bare}]` : bare;
}

/** "127.0.0.1:5432", "[::1]:53", "*:80" → its two halves; undefined when it is none. */
export function splitListen(listen: string): Readonly<{ host: string; port: number }> | undefined {
  const [, six, four, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen) ?? [];
  const number = Number(port);
  return port === undefined || number < 1 || number > 65_535
    ? undefined
    : { host: six ?? four ?? '', port: number };
}
