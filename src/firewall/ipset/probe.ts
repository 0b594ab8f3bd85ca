// Asks an ipset about one network, whatever its size.
//   ipset test f2b-http 192.0.2.1   → "192.0.2.1 is in set f2b-http." or "… is NOT in set …", exit 0 or 1   (ipset 7.17)

import { isHost, makeNet, type Net } from '../../core/address.ts';
import { type Command, command } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import type { Presence, Probe, ProbeAnswer } from '../backend.ts';

const TIMEOUT_MS = 5000;

/** The set has a usable name. */
export function ipsetProbe(set: SetInfo, net: Net): Probe {
  // A network is tested as an exact element only; whether a wider one covers it shows on its first address.
  const first = makeNet(net.family, net.value, net.family === 4 ? 32 : 128);
  const texts = isHost(net) ? [net.text] : [net.text, first.text];
  return {
    commands: texts.map((text) => ipsetTest(set, text)),
    read(answers) {
      const told = answers.map(readIpset);
      if (told.includes('present')) return 'present';
      return told.includes('unknown') || told.length < texts.length ? 'unknown' : 'absent';
    },
  };
}

function ipsetTest(set: SetInfo, text: string): Command {
  return command(['ipset', 'test', set.name, text], {
    okExits: [1],
    privileged: true,
    timeoutMs: TIMEOUT_MS,
  });
}

function readIpset(answer: ProbeAnswer): Presence {
  if (/is NOT in set/.test(answer.stderr)) return 'absent';
  return answer.exitCode === 0 ? 'present' : 'unknown';
}
