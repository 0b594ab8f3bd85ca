// Following one address: what its keys and its command do, and the keys of the card while that is open.

import type { Net } from '../../core/address.ts';
import type { InputEvent, Intent, IntentId } from '../../core/intent.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { nextStop, type Stop } from '../../store/follow/places.ts';
import { selectFollowTarget } from '../../store/follow/target.ts';
import { selectCardNet, selectFollowed } from '../../store/slices/follow.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { type CardSize, cardSize } from '../../views/card-area.ts';
import { UNICODE_GLYPHS } from '../../views/glyphs.ts';
import { PAINTERS } from '../../views/painters.ts';
import { shortPaneName } from '../../views/parts/pane-name.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { seenState } from './seen.ts';

/** What `:follow` is told: an address, the end of it, or nothing, which is what the key does. */
export type FollowWish = Readonly<{ kind: 'follow'; wanted: Net | 'off' | 'cursor' }>;

/** True when the key was one of following, or belonged to the open card. */
export function followIntent(desktop: Desktop, intent: Intent): boolean {
  switch (intent.id) {
    case 'follow-address':
      followKey(desktop);
      return true;
    case 'follow-end':
      endFollowing(desktop);
      return true;
    case 'occurrence-next':
      goOn(desktop, 1);
      return true;
    case 'occurrence-previous':
      goOn(desktop, -1);
      return true;
    default:
      return selectCardNet(desktop.store.getState()) !== undefined && cardIntent(desktop, intent.id);
  }
}

export function followCommand(desktop: Desktop, { wanted }: FollowWish): void {
  if (wanted === 'off') endFollowing(desktop);
  else if (wanted === 'cursor') followKey(desktop);
  else desktop.store.dispatch({ kind: 'follow/began', net: wanted, card: true });
}

/** Another address is followed with its card open; the same one, or none, opens and closes the card. */
function followKey(desktop: Desktop): void {
  const { store } = desktop;
  const state = store.getState();
  const { followed } = state.follow;
  if (followed?.card === true) {
    store.dispatch({ kind: 'follow/card-shown', on: false });
    return;
  }
  const pane = focusedPane(state);
  const seen = pane === undefined ? state : seenState(state, desktop.drawn?.() ?? state, pane);
  const net = pane === undefined ? undefined : selectFollowTarget(seen, pane);
  if (net !== undefined && net.text !== followed?.net.text)
    store.dispatch({ kind: 'follow/began', net, card: true });
  else if (followed !== undefined) store.dispatch({ kind: 'follow/card-shown', on: true });
  else desktop.say(safe('no address is under the cursor; :follow ADDRESS follows any'), 'warn');
}

function endFollowing(desktop: Desktop): void {
  const { store } = desktop;
  const net = selectFollowed(store.getState());
  if (net === undefined) desktop.say(safe('no address is followed'), 'warn');
  else {
    store.dispatch({ kind: 'follow/ended' });
    desktop.say(sanitise(`${net.text} is no longer followed`));
  }
}

function goOn(desktop: Desktop, step: 1 | -1): void {
  const { store } = desktop;
  const state = store.getState();
  const { followed } = state.follow;
  if (followed === undefined) {
    desktop.say(safe('no address is followed: @ follows the one under the cursor'), 'warn');
    return;
  }
  const stop = nextStop(state, followed.net, { from: focusedPane(state), step });
  if (stop === undefined) {
    desktop.say(sanitise(`${followed.net.text} stands in no pane now`), 'warn');
    return;
  }
  const { pane, place } = stop;
  store.dispatch({ kind: 'layout/pane-focused', pane: pane.id });
  const body = arrangementOf(store.getState()).placed.find((placed) => placed.pane === pane.id)?.body;
  const { rows, columns } = body ?? { rows: 1, columns: 1 };
  store.dispatch({ kind: 'pane/went', pane: pane.id, net: followed.net, ...place, rows, columns });
  // Going to another pane closes the card; going there from the card does not.
  store.dispatch({ kind: 'follow/card-shown', on: followed.card });
  desktop.say(stopWords(stop, step));
}

function stopWords({ pane, number, total, wrapped }: Stop, step: 1 | -1) {
  const round = step > 0 ? 'from the first pane again' : 'from the last pane again';
  const words = `${groupDigits(number)} of ${groupDigits(total)} · ${shortPaneName(pane)}`;
  return sanitise(wrapped ? `${words} · ${round}` : words);
}

/** ASCII has signs of the same width, or a few columns more: at most a line at the end. */
function sizeOf({ store }: Desktop): CardSize {
  const state = store.getState();
  const focus = focusedPane(state)?.id;
  const body = arrangementOf(state).placed.find(({ pane }) => pane === focus)?.body;
  return cardSize(state, body, { glyphs: UNICODE_GLYPHS, painters: PAINTERS });
}

/** Keys of the card; others are the console's. */
function cardIntent(desktop: Desktop, id: IntentId): boolean {
  const { store } = desktop;
  if (id === 'cancel') {
    store.dispatch({ kind: 'follow/card-shown', on: false });
    return true;
  }
  const { rows, lines } = sizeOf(desktop);
  const steps: Readonly<Partial<Record<IntentId, number>>> = {
    'line-down': 1,
    'line-up': -1,
    'half-down': Math.max(1, rows >> 1),
    'half-up': -Math.max(1, rows >> 1),
    'page-down': rows,
    'page-up': -rows,
    top: Number.NEGATIVE_INFINITY,
    bottom: lines,
  };
  const moved = steps[id];
  if (moved === undefined) return false;
  scroll(desktop, moved);
  return true;
}

function scroll(desktop: Desktop, by: number): void {
  const { lines, rows, top } = sizeOf(desktop);
  const to = Math.max(0, Math.min(top + by, lines - rows));
  desktop.store.dispatch({ kind: 'follow/card-scrolled', top: to });
}

const WHEEL_LINES = 3;

/** True when the mouse is on the card: the wheel scrolls it, and no click goes through it to what it covers. */
export function cardMouse(desktop: Desktop, event: Extract<InputEvent, { kind: 'mouse' }>): boolean {
  const state = desktop.store.getState();
  if (selectCardNet(state) === undefined || state.modal.modal.kind !== 'none') return false;
  const { area } = sizeOf(desktop);
  const inside =
    event.column >= area.x &&
    event.column < area.x + area.columns &&
    event.row >= area.y &&
    event.row < area.y + area.rows;
  if (!inside) return false;
  if (event.action === 'wheel-up') scroll(desktop, -WHEEL_LINES);
  if (event.action === 'wheel-down') scroll(desktop, WHEEL_LINES);
  return true;
}
