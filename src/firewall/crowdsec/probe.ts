// Asks the local API about one network (cscli 1.4.6). `--ip` and `--range` answer with what covers it.
//   cscli decisions list -o raw -a -l 0 --ip 192.0.2.7

import { contains, isHost, type Net } from '../../core/address.ts';
import { type Command, command } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import type { Probe } from '../backend.ts';
import { isBan } from './decision.ts';
import { createDecisionReader } from './parse.ts';

const TIMEOUT_MS = 5000;
/** An alert comes whole: the one of the central API names every address of its list. */
const BYTES_MAX = 64 * 1024 * 1024;

const ask = (words: readonly [string, ...string[]]): Command =>
  command(['cscli', ...words], { privileged: true, timeoutMs: TIMEOUT_MS, outputMaxBytes: BYTES_MAX });

const place = (net: Net): readonly string[] => [isHost(net) ? '--ip' : '--range', net.text];

export function crowdsecProbe(_set: SetInfo, net: Net): Probe {
  return {
    commands: [ask(['decisions', 'list', '-o', 'raw', '-a', '-l', '0', ...place(net)])],
    read([answer]) {
      if (answer === undefined) return 'unknown';
      let found = false;
      const reader = createDecisionReader((decision) => {
        if (isBan(decision) && contains(decision.net, net)) found = true;
      });
      reader.pushText(answer.stdout);
      if (!reader.end()) return 'unknown';
      // A range may have single decisions inside it, which this question does not find.
      return found ? 'present' : isHost(net) ? 'absent' : 'unknown';
    },
  };
}

/** Every decision around, on or inside `net`, also those that `decisions list` leaves out as duplicates. */
export function touchingCommands(net: Net): readonly Command[] {
  const alerts = ['alerts', 'list', '-o', 'json', '-a', '-l', '0', ...place(net)] as const;
  return isHost(net) ? [ask(alerts)] : [ask(alerts), ask([...alerts, '--contained'])];
}
