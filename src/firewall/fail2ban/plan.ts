// Banning and unbanning through a jail: `fail2ban-client set JAIL banip ADDRESS…`. The client checks nothing (1.0.2 bans the
// text "$(id)" as well) and answers with a count, 0 = was there already; every address is our own spelling of a parsed one.

import { isHost, type Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element } from '../backend.ts';
import { isUsableName } from '../hold.ts';

/** Each ban runs the actions of the jail, which start programs: some 10 to 50 ms for one address. */
const STEP_MAX = 200;
const TIMEOUT_MS = 60_000;
const SHOWN_MAX = 8;

/** A jail holds single addresses and gives each its own time: `seconds` is not asked for. */
export function planJailBan(set: SetInfo, elements: readonly Element[]): readonly Step[] {
  return steps(
    set,
    'banip',
    elements.map(({ net }) => net).filter((net) => isHost(net) && net.family === set.family),
  );
}

/** Networks only as the jail lists them: asked for one that it does not, fail2ban lifts every ban inside. */
export function planJailUnban(set: SetInfo, holders: readonly Net[]): readonly Step[] {
  return steps(
    set,
    'unbanip',
    holders.filter((net) => net.family === set.family),
  );
}

function steps(set: SetInfo, verb: 'banip' | 'unbanip', nets: readonly Net[]): readonly Step[] {
  if (!isUsableName(set)) return [];
  const made: Step[] = [];
  for (let from = 0; from < nets.length; from += STEP_MAX) {
    const texts = nets.slice(from, from + STEP_MAX).map(({ text }) => text);
    const argv = ['fail2ban-client', 'set', set.name, verb, ...texts] as const;
    const shown = texts.slice(0, SHOWN_MAX).join(' ');
    const more = texts.length > SHOWN_MAX ? ` … and ${groupDigits(texts.length - SHOWN_MAX)} more` : '';
    made.push({
      command: command(argv, { privileged: true, timeoutMs: TIMEOUT_MS }),
      shown: [sanitise(`fail2ban-client set ${set.name} ${verb} ${shown}${more}`, 400)],
    });
  }
  return made;
}
