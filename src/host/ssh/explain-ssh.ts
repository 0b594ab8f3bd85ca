// Why ssh could not connect, from its own words on stderr (OpenSSH 7 to 10). Pure.
//
//   ssh: connect to host 192.0.2.1 port 2222: Connection refused          OpenSSH_9.2p1
//   Offending ED25519 key in /home/ada/.ssh/known_hosts:3                 OpenSSH_9.2p1

import { type Problem, problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';

/** `waits`: only the operator can help; trying again by itself would not. */
export type Refusal = Readonly<{ problem: Problem; waits: boolean }>;

const DETAIL_MAX = 4096;

const LOGIN_HINT =
  'in the console :host login lets ssh ask; else run this on a terminal, or connect once with ssh';

export function explainSsh(host: string, said: string, exitCode?: number): Refusal {
  const text = said.replaceAll('\r', '');
  const name = sanitise(host, 80);
  const make = (
    waits: boolean,
    summary: string,
    hint?: string,
    code: Problem['code'] = 'no-line',
  ): Refusal => ({
    waits,
    problem: problem(code, summary, {
      ...(hint === undefined ? {} : { hint }),
      ...(text.trim() === '' ? {} : { detail: sanitise(text.trim().slice(-DETAIL_MAX), DETAIL_MAX) }),
    }),
  });
  const changed = explainHostKey(name, text);
  if (changed !== undefined) return make(true, changed.summary, changed.hint, 'refused');
  for (const { pattern, waits, summary, hint } of CAUSES) {
    const found = pattern.exec(text);
    if (found === null) continue;
    return make(waits, `${name}: ${summary(sanitise(found[1] ?? '', 120))}`, hint);
  }
  const last = text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => /[A-Za-z]{2}/.test(line));
  const words =
    last === undefined
      ? `ssh ended with status ${exitCode ?? 'unknown'}, saying nothing`
      : sanitise(last, 200);
  return make(false, `${name}: ${words}`);
}

/** Why a line that was up is not any more. Its stderr held the words of far programs too: only ssh's own last ones count. */
export function explainLost(host: string, said: string): Problem {
  const name = sanitise(host, 80);
  const isSilent = /Timeout, server \S+ not responding\.\s*$/.test(said);
  return problem('no-line', isSilent ? `${name}: no answer for 15 s` : `${name}: the line broke`);
}

function explainHostKey(name: string, text: string): Readonly<{ summary: string; hint: string }> | undefined {
  const revoked = /REVOKED HOST KEY DETECTED|marked as revoked/.test(text);
  if (!revoked && !/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for \S+ has changed/.test(text))
    return undefined;
  const place = /Offending (?:\S+ )?key (?:for IP )?in (\S+:\d+)/.exec(text)?.[1];
  const print = /\b(SHA256:[A-Za-z0-9+/=]{20,64}|MD5:[0-9a-f:]{20,64})/.exec(text)?.[1];
  const known = place === undefined ? 'known_hosts' : sanitise(place, 200);
  return {
    summary: revoked
      ? `${name} shows a host key that is marked as revoked: not connected`
      : `${name} shows another host key than before: not connected, somebody may stand in between`,
    hint: `ask who runs the host whether its key is now ${sanitise(print ?? 'another one', 80)}; only then take the old one out of ${known}`,
  };
}

type Cause = Readonly<{ pattern: RegExp; waits: boolean; summary(word: string): string; hint?: string }>;

const says = (words: string) => (): string => words;

const CAUSES: readonly Cause[] = [
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    waits: true,
    summary: says('its host key is not known yet, and nobody was asked'),
    hint: LOGIN_HINT,
  },
  {
    pattern: /Permission denied \(([^)]*)\)|Permission denied, please try again/,
    waits: true,
    summary: (ways) => `ssh may not log in without a question${ways === '' ? '' : ` (${ways})`}`,
    hint: `a passphrase, a password or the agent is missing: ${LOGIN_HINT}`,
  },
  {
    pattern: /Too many authentication failures/,
    waits: true,
    summary: says('too many keys were tried'),
    hint: 'name the key in ssh_config: IdentityFile and IdentitiesOnly yes',
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY FILE|Bad owner or permissions on (\S+)/,
    waits: true,
    summary: (path) => `${path === '' ? 'a private key' : path} may be read by others: ssh refuses it`,
    hint: 'chmod 600 the file',
  },
  {
    pattern: /Bad configuration option: (.*)|terminating, (\d+ bad configuration options)/,
    waits: true,
    summary: (word) => `ssh_config is wrong: ${word}`,
    hint: 'ssh -G NAME shows what is wrong',
  },
  {
    pattern: /Could not resolve hostname (\S+):/,
    waits: false,
    summary: (word) => `the name ${word} is not known`,
    hint: 'is it written as in ssh_config, and does DNS answer?',
  },
  {
    pattern: /no matching (.{3,60}) found/,
    waits: true,
    summary: (word) => `it and this ssh know no common ${word}`,
    hint: 'ssh -v NAME shows what it offers; allow it in ssh_config',
  },
  { pattern: /Connection refused/, waits: false, summary: says('connection refused: no sshd listens there') },
  {
    pattern: /No route to host|Network is unreachable|Host is down/,
    waits: false,
    summary: says('it cannot be reached from here'),
  },
  {
    pattern: /timed out|Timeout, server .* not responding|Operation timed out/,
    waits: false,
    summary: says('no answer'),
    hint: 'the host is down, or a firewall drops us',
  },
  {
    // In the words of the operator's shell, then of ssh: nobody was at the other end.
    pattern: /(?:exec: |command not found: )([^\s:]+)[^\n]*\n(?=[\s\S]*UNKNOWN port 65535)/,
    waits: false,
    summary: (word) => `its ProxyCommand could not be started: ${word} is not found`,
  },
  {
    pattern:
      /Connection (?:closed|reset) by|Connection to \S+ closed by remote|Connection reset|Broken pipe|kex_exchange_identification/,
    waits: false,
    summary: says('it closed the connection'),
    hint: 'its sshd may be starting, full (MaxStartups), or a ban on our address',
  },
  {
    // What our own sh says; the far start-up files may miss programs too, and ssh the files of its configuration.
    pattern: /^sh: (?:line \d+: |\d+: )?(?:exec: )+(?:line \d+: )?\S+: (?:inaccessible or )?not found$/m,
    waits: true,
    summary: says('ssh is not installed, or not in PATH'),
  },
];
