// The stand-in for pfctl is worth as much as it is like pfctl: every capture, of both systems, word by word.

import { describe, expect, it } from 'vitest';
import { type Capture, capturesOf } from '../../../fakes/pf-captures.ts';
import { capturedHost } from '../../../fakes/pfctl/fixtures.ts';
import { pfctl } from '../../../fakes/pfctl/run.ts';
import type { Answer, Pf, System } from '../../../fakes/pfctl/state.ts';

type Setup = (pf: Pf) => void;

const call = (pf: Pf, words: string, stdin = ''): Answer =>
  pfctl(pf, { argv: words.split(' '), stdin: () => stdin });
const table =
  (words: string): Setup =>
  (pf) =>
    void call(pf, words);
const ANCHOR_TEXT = 'table <bans> persist counters\nblock in log quick from <bans>\n';
const anchor: Setup = (pf) => void call(pf, '-a opsconsole -f -', ANCHOR_TEXT);
const mergeOptions: Setup = (pf) => void call(pf, '-O -m -f -', 'set timeout tcp.established 3600\n');

/** What had happened before the call, where it was not the first. */
const BEFORE: Readonly<Record<string, Setup>> = {
  'T-add-again': table('-q -t sshguard -T add 192.0.2.77'),
  'T-add-duplicate-name-warning': anchor,
  'T-add-v': table('-q -t sshguard -T add 192.0.2.77'),
  'T-delete-1': table('-q -t sshguard -T add 192.0.2.77'),
  'T-delete-v': table('-q -t sshguard -T add 192.0.2.78'),
  'T-flush': table('-q -t brandnew -T add 192.0.2.1'),
  'T-kill': table('-q -t brandnew -T add 192.0.2.1'),
  'T-test-hit': table('-q -t sshguard -T add 192.0.2.200/28'),
  'T-test-v': table('-q -t sshguard -T add 192.0.2.200/28'),
  'T-test-vv': table('-q -t sshguard -T add 192.0.2.200/28'),
  'anchor-T-add': anchor,
  'anchor-rules': anchor,
  'anchor-rules-after-options-only': (pf) => {
    anchor(pf);
    call(pf, '-a opsconsole -f -', 'set timeout tcp.first 30\n');
  },
  'anchor-tables-v': anchor,
  'anchor-tables-vv': (pf) => {
    anchor(pf);
    call(pf, '-q -a opsconsole -t bans -T add 203.0.113.5');
    for (const one of pf.tables) if (one.anchor !== '' && pf.system === 'openbsd78') one.cleared += 1;
  },
  'anchors-after': anchor,
  'rules-recursive': anchor,
  'disable-again': table('-d'),
  enable: table('-d'),
  'kill-id-gone': (pf) => {
    const [first] = pf.flows;
    if (first !== undefined) call(pf, `-k id -k ${first.id}/${first.creator}`);
  },
  'kill-src-states-left': table('-k 203.0.113.45'),
  'kill-dst': table('-k 203.0.113.45'),
  'kill-dst-states-left': (pf) => {
    call(pf, '-k 203.0.113.45');
    call(pf, '-k 0.0.0.0/0 -k 203.0.113.45');
  },
  'timeouts-after-Om': mergeOptions,
  'interfaces-v-after-Om': mergeOptions,
  'info-disabled': (pf) => {
    for (const { id, creator } of pf.flows.slice(0, 3)) call(pf, `-k id -k ${id}/${creator}`);
    if (pf.system === 'freebsd15') pf.options.loginterface = 'vtnet0';
    call(pf, '-d');
  },
  'T-replace-nochange': (pf) => {
    // On OpenBSD the replacing before it had failed over the ";" in its list.
    if (pf.system === 'freebsd15')
      call(pf, '-t opsconsole -T replace 198.51.100.0/24 203.0.113.7 203.0.113.8 2001:db8::/48');
  },
  nodev: (pf) => {
    pf.device = 'missing';
  },
  noperm: (pf) => {
    pf.device = 'denied';
  },
};

function setUp(pf: Pf, capture: Capture): void {
  BEFORE[capture.name]?.(pf);
}

/** The captures were made with another getopt, whose words for a bad letter are not those of BSD. */
const bsdWords = (system: System, text: string): string =>
  text.replace(
    /^pfctl: invalid option -- '(.)'$/m,
    `pfctl: ${system === 'freebsd15' ? 'illegal' : 'unknown'} option -- $1`,
  );

describe.each(['freebsd15', 'openbsd78'] as const)('the stand-in says what pfctl says on %s', (system) => {
  it.each(capturesOf(system).map((capture) => [capture.name, capture] as const))('%s', (_, capture) => {
    const pf = capturedHost(system);
    setUp(pf, capture);
    const answer = pfctl(pf, { argv: capture.argv, stdin: () => capture.stdin });
    expect(answer).toEqual({
      stdout: capture.stdout,
      stderr: bsdWords(system, capture.stderr),
      exitCode: capture.exitCode,
    });
  });
});
