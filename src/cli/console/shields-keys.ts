// From the keys and commands of the shields to a wish in the store, or one sentence why not.

import { safe, sanitise } from '../../core/sanitise.ts';
import { suggest } from '../../core/suggest.ts';
import { whyNoShields } from '../../store/select/shields.ts';
import { givesWay, type ShieldsWish } from '../../store/slices/shields.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Desktop } from './controller.ts';

export type ShieldsCommand = ShieldsWish | Readonly<{ kind: 'status' }>;

/** A `!` that comes so soon after another is the same wish pressed twice, or a key that was held. */
const SAME_PRESS_MS = 400;

/** `!`: down → up at once, up → down. */
export function shieldsKey(desktop: Desktop): void {
  const state = desktop.store.getState();
  const pause = desktop.sinceShieldsKey();
  const { now } = state.shields;
  if (now?.kind !== 'up') {
    wished(desktop, { kind: 'raise' });
    return;
  }
  const { operation } = state.shields;
  if (whyNoShields(state) === undefined && givesWay(operation?.wish, { kind: 'lower' })) {
    if (pause < SAME_PRESS_MS) {
      desktop.say(safe('the shields are up; press it again to lower them'));
      return;
    }
    if (now.phase === 'raising' && now.leftSeconds >= 0) {
      desktop.say(safe('somebody else is raising the shields just now: wait a moment'), 'warn');
      return;
    }
  }
  wished(desktop, { kind: 'lower' });
}

export function shieldsCommand(desktop: Desktop, command: ShieldsCommand): void {
  if (command.kind === 'status') {
    const page = { title: safe('Shields'), lines: 'shields' } as const;
    desktop.store.dispatch({ kind: 'modal/page-opened', page });
    return;
  }
  wished(desktop, command);
}

/** One thing at a time; what cannot be is said. */
export function wished(desktop: Desktop, wish: ShieldsWish): void {
  const { store } = desktop;
  const why = whyNot(store.getState(), wish);
  if (why !== undefined) {
    desktop.say(sanitise(why, 200), 'warn');
    return;
  }
  store.dispatch({ kind: 'shields/asked', wish });
  // The top line tells of raising and lowering.
  if (wish.kind !== 'raise' && wish.kind !== 'lower') desktop.say(sanitise(`${DOING[wish.kind]} …`));
}

const DOING: Readonly<Record<ShieldsWish['kind'], string>> = {
  raise: 'the shields are being raised',
  lower: 'the shields are being lowered',
  keep: 'the shields are being kept',
  renew: 'the hold is being renewed',
  preview: 'the preview is being made',
};

function whyNot(state: ConsoleState, wish: ShieldsWish): string | undefined {
  const { operation, now } = state.shields;
  // A preview reads only; without root it says itself what it cannot see.
  const forbidden = wish.kind === 'preview' ? undefined : whyNoShields(state);
  if (forbidden !== undefined) return forbidden;
  if (operation !== undefined && !givesWay(operation.wish, wish)) {
    const doing = operation.doing === undefined ? '' : `: ${operation.doing}`;
    return `${DOING[operation.wish.kind]}${doing}; wait for that`;
  }
  if ((wish.kind === 'raise' || wish.kind === 'preview') && wish.profile !== undefined)
    return noProfile(state, wish.profile);
  if (wish.kind !== 'keep' && wish.kind !== 'renew') return undefined;
  if (now === undefined) return 'the shields have not been looked at yet';
  if (now.kind === 'down') return 'the shields are down: there is nothing to keep';
  return undefined;
}

function noProfile(state: ConsoleState, name: string): string | undefined {
  const names = Object.keys(state.session.shields.profiles);
  if (names.includes(name)) return undefined;
  const near = suggest(name, names);
  const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
  return `there is no profile ${name}; ${hint}`;
}
