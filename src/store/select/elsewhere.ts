// What must be seen of hosts that are not looked at: shields that are up there, with their clock, and lines that are down.

import { formatClock } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import { hostsOf } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { onHost } from '../hosts/on-host.ts';
import type { ConsoleState } from '../state.ts';
import { type ShieldsUp, selectShields } from './shields.ts';

export type Elsewhere = Readonly<{ long: SafeText; short: SafeText; role: Role }>;
export type ElsewhereParts = Readonly<{ shields?: Elsewhere; lines?: Elsewhere }>;

export function selectElsewhere(state: ConsoleState): ElsewhereParts {
  const ids = hostsOf(state.session);
  if (ids.length < 2) return {};
  const shields = shieldsOf(state, ids);
  const lines = linesOf(state, ids);
  return { ...(shields === undefined ? {} : { shields }), ...(lines === undefined ? {} : { lines }) };
}

type Ids = ReturnType<typeof hostsOf>;

/** A trial ends by itself, and somebody must know: the clock that ends first is the one that is shown. */
function shieldsOf(state: ConsoleState, ids: Ids): Elsewhere | undefined {
  const up = ids.flatMap((id) => {
    const shown = id === state.at ? undefined : selectShields(onHost(state, id));
    return shown?.kind === 'up' ? [{ id, shown }] : [];
  });
  const trials = up.filter(({ shown }) => shown.phase === 'trial');
  const [first] = (trials.length > 0 ? trials : up).toSorted(
    (a, b) => a.shown.leftSeconds - b.shown.leftSeconds,
  );
  if (first === undefined) return undefined;
  const clock = clockText(first.shown);
  const trouble = up.some(({ shown }) => isLost(shown));
  const sign = trouble ? '!' : '';
  const one = up.length === 1;
  const long = one
    ? `shields up: ${first.id}, ${clock}${sign}`
    : `shields up: ${up.length} hosts, ${first.id} ${clock}${sign}`;
  const short = one ? `${first.id} ${clock}${sign}` : `${up.length} up, ${clock}${sign}`;
  const role: Role = trouble || trials.length > 0 ? 'alarm' : 'warn';
  return { long: sanitise(long, 80), short: sanitise(short, 40), role };
}

function clockText({ phase, leftSeconds }: ShieldsUp): string {
  if (leftSeconds < 0) return `overdue ${formatClock(-leftSeconds)}`;
  return `${phase === 'held' ? 'hold' : phase} ${formatClock(leftSeconds)}`;
}

const isLost = ({ wall, leftSeconds }: ShieldsUp): boolean =>
  wall === 'gone' || wall === 'expired' || leftSeconds < -10;

function linesOf(state: ConsoleState, ids: Ids): Elsewhere | undefined {
  const of = (kind: 'down' | 'needs-operator') =>
    ids.filter((id) => (id === state.at ? state.link : state.hosts[id]?.link)?.kind === kind);
  const [down, waiting] = [of('down'), of('needs-operator')];
  const words = (hosts: Ids, what: string, brief: boolean): readonly string[] => {
    if (hosts.length === 0) return [];
    if (hosts.length === 1 && !brief) return [`${hosts[0]} ${what}`];
    return [brief ? `${hosts.length} ${what}` : `${hosts.length} hosts ${what}`];
  };
  if (down.length + waiting.length === 0) return undefined;
  const text = (brief: boolean): SafeText =>
    sanitise(
      [
        ...words(waiting, waiting.length === 1 ? 'needs you' : 'need you', brief),
        ...words(down, 'down', brief),
      ].join(', '),
      80,
    );
  return { long: text(false), short: text(true), role: waiting.length > 0 ? 'bad' : 'warn' };
}
