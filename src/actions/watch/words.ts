// What the watch says: a line when something changed, never the same twice in a row, and one each hour when nothing did.

import { formatDuration } from '../../core/duration.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { ShieldsNow, WatchSettings } from '../../core/shields.ts';
import type { Signal } from './signals.ts';
import { type Stepped, sayNumber, type TriggerState } from './trigger.ts';

type Say = (line: SafeText) => void;
type About = Readonly<{ now: ShieldsNow; settings: WatchSettings; uptime: number }>;

export type Teller = Readonly<{
  /** Says `words` unless the last ones about `topic` were the same, or had the same `key`. */
  once(topic: string, words: string, key?: string): void;
  forget(topic: string): void;
  shields(now: ShieldsNow): void;
  signals(stepped: Stepped, about: About): void;
}>;

const CALM = 'nothing calls for the shields';
const DOWN = 'shields are down';
const HEARTBEAT_SECONDS = 3600;
/** Rates need two samples, so what is unknown for less than this is no news. */
const BLIND_SAMPLES = 3;

export function createTeller(say: Say): Teller {
  // Calm and down is what everybody expects at first.
  const last = new Map<string, string>([
    ['attack', CALM],
    ['shields', DOWN],
  ]);
  const blind = new Map<Signal['name'], number>();
  let spokeAt: number | undefined;
  let spoke = false;
  const speak = (words: string): void => {
    spoke = true;
    say(sanitise(words));
  };
  const once: Teller['once'] = (topic, words, key = words) => {
    if (last.get(topic) === key) return;
    last.set(topic, key);
    speak(words);
  };
  return {
    once,
    forget: (topic) => void last.delete(topic),
    shields(now) {
      once('shields', sayShields(now));
    },
    signals(stepped, about) {
      for (const signal of stepped.signals) {
        const skipped = signal.name === 'synRecv' && stepped.attack === false && about.now.kind === 'down';
        const times = signal.level === 'unknown' && !skipped ? (blind.get(signal.name) ?? 0) + 1 : 0;
        blind.set(signal.name, times);
        if (times === BLIND_SAMPLES) once(`blind ${signal.name}`, `${signal.words} cannot be read`);
        if (times === 0) last.delete(`blind ${signal.name}`);
      }
      if (about.now.kind === 'down') sayAttack(stepped, about, once);
      if (spoke || spokeAt === undefined) spokeAt = about.uptime;
      spoke = false;
      if (about.uptime - spokeAt < HEARTBEAT_SECONDS) return;
      spokeAt = about.uptime;
      say(sanitise(`watching: ${saySignals(stepped.signals)}; ${sayShields(about.now)}`));
    },
  };
}

function sayAttack(stepped: Stepped, { settings, uptime }: About, once: Teller['once']): void {
  if (stepped.attack === undefined) return;
  const { state, attack } = stepped;
  const block = state.blocked;
  if (attack && state.hot >= settings.raiseAfter && block !== undefined && uptime < block.until) {
    if (block.why !== 'just tried') once('attack', sayBlock(block, uptime), `blocked ${block.until}`);
    return;
  }
  const over = stepped.signals.filter(({ level }) => level === 'over').map(({ words }) => words);
  // A single sample over the thresholds is no news.
  if (attack && state.hot === Math.min(2, settings.raiseAfter))
    once('attack', `over the thresholds: ${over.join(', ')}`, 'over');
  if (!attack) once('attack', CALM);
}

export function sayBlock(block: NonNullable<TriggerState['blocked']>, uptime: number): string {
  const why = block.why === 'cool-down' ? 'they came down a short while ago' : block.why;
  return `this looks like an attack, but ${why}: no raising for ${formatDuration(block.until - uptime)}`;
}

export function saySignals(signals: readonly Signal[]): string {
  return signals.map(({ words, value }) => `${words} ${sayNumber(value)}`).join(', ');
}

function sayShields(now: ShieldsNow): string {
  if (now.kind === 'unknown') return `the shields cannot be read: ${now.problem.summary}`;
  if (now.kind === 'down') return DOWN;
  const { state, phase, wall } = now;
  const who = state.auto ? 'the watch' : (state.by.sudoUser ?? state.by.user);
  const walls = wall === 'gone' || wall === 'expired' ? `; their rules in the packet filter are ${wall}` : '';
  return `shields are up (${phase}), raised by ${who}, profile ${state.profile}, id ${state.id}${walls}`;
}
