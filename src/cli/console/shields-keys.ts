// From the keys and commands of the shields to a wish in the store, or one sentence why not.

import type { HostId } from '../../core/hosts.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { suggest } from '../../core/suggest.ts';
import { onHost } from '../../store/hosts/on-host.ts';
import { whyNoShields } from '../../store/select/shields.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { givesWay, type ShieldsWish } from '../../store/slices/shields.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Desktop } from './controller.ts';
import { openShields, shieldsOfHosts } from './fleet-keys.ts';

export type ShieldsCommand = ShieldsWish | Readonly<{ kind: 'status' }>;

/** A `!` that comes so soon after another is the same wish pressed twice, or a key that was held. */
const SAME_PRESS_MS = 400;

/** The host that the keys of the shields mean: in a table of hosts the one under the cursor, else the one that is looked at. */
function hostOfShields(desktop: Desktop): HostId {
  const state = desktop.store.getState();
  return shieldsOfHosts(desktop, focusedPane(state))?.[0] ?? state.at;
}

/** Keeping and renewing: in a table of hosts on all that are marked. */
export function keepKey(desktop: Desktop, kind: 'keep' | 'renew'): void {
  const marked = shieldsOfHosts(desktop, focusedPane(desktop.store.getState())) ?? [];
  for (const host of marked.length > 0 ? marked : [hostOfShields(desktop)]) wished(desktop, { kind }, host);
  if (marked.length > 1) desktop.say(sanitise(`on ${marked.length} hosts: ${DOING[kind]} …`));
}

/** `!`: down → up at once, up → down. On several hosts that are marked it asks first. */
export function shieldsKey(desktop: Desktop): void {
  const marked = shieldsOfHosts(desktop, focusedPane(desktop.store.getState())) ?? [];
  if (marked.length > 1) {
    openShields(desktop, marked);
    return;
  }
  const host = hostOfShields(desktop);
  const state = onHost(desktop.store.getState(), host);
  const pause = desktop.sinceShieldsKey();
  const { now } = state.shields;
  if (now?.kind !== 'up') {
    wished(desktop, { kind: 'raise' }, host);
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
  wished(desktop, { kind: 'lower' }, host);
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
export function wished(desktop: Desktop, wish: ShieldsWish, host?: HostId): void {
  const { store } = desktop;
  const id = host ?? store.getState().at;
  const why = whyNot(onHost(store.getState(), id), wish);
  if (why !== undefined) {
    desktop.say(sanitise(why, 200), 'warn');
    return;
  }
  store.dispatch({ kind: 'host/on', host: id, msg: { kind: 'shields/asked', wish } });
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
