// Who is to be told what: shields that went up or came down since the last look, by whoever's hand, each once, also
// across a restart of the watch. Pure.

import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Outcome, ShieldsNow } from '../../core/shields.ts';

/** Ids of the shields whose raising and lowering have been told. Kept on disk. */
export type Told = Readonly<{ raised?: string; lowered?: string; profile?: string }>;

export type ShieldsEvent = Readonly<{
  event: 'raise' | 'lower';
  id: string;
  profile: string;
  reason: SafeText;
}>;

/** `reason`: why the watch itself raised or lowered, when it just did. */
export type Seen = Readonly<{ now: ShieldsNow; wasUp: string | undefined; reason?: string }>;

/** Without a memory: what was over before the first watch is nobody's news. */
export function firstTold(now: ShieldsNow): Told {
  return now.kind === 'down' && now.last !== undefined ? { lowered: now.last.id } : {};
}

export function eventsOf(
  told: Told,
  { now, wasUp, reason }: Seen,
): Readonly<{ told: Told; events: readonly ShieldsEvent[] }> {
  if (now.kind === 'unknown') return { told, events: [] };
  if (now.kind === 'up') {
    const { id, profile, auto, by } = now.state;
    // Half raised may still be taken back; then nobody needs to know.
    if (id === told.raised || now.phase === 'raising') return { told, events: [] };
    const why = auto ? (reason ?? 'raised automatically') : `raised by ${by.sudoUser ?? by.user}`;
    return {
      told: { ...told, raised: id, profile },
      events: [{ event: 'raise', id, profile, reason: sanitise(why) }],
    };
  }
  const { last } = now;
  // Gone without an outcome (somebody removed the files) is still down.
  const id = last?.id === undefined || last.id === told.lowered ? wasUp : last.id;
  if (id === undefined || id === told.lowered) return { told, events: [] };
  const next = { ...told, lowered: id };
  if (last?.id === id && last.by === 'failed-raise' && told.raised !== id) return { told: next, events: [] };
  const how = last?.id === id ? LOWERED_BY[last.by] : 'nothing says how';
  const why = last?.id === id && last.by === 'auto' ? (reason ?? how) : how;
  const profile = told.raised === id ? (told.profile ?? '') : '';
  return { told: next, events: [{ event: 'lower', id, profile, reason: sanitise(why) }] };
}

const LOWERED_BY: Readonly<Record<Outcome['by'], string>> = {
  operator: 'lowered by a person',
  timer: 'their time was over',
  'failed-raise': 'raising failed and was taken back',
  recovery: 'cleared away after a crash or a reboot',
  auto: 'lowered automatically',
};

const ID = /^[0-9a-f]{8}$/;

export function printTold(told: Told): string {
  return `${JSON.stringify(told)}\n`;
}

/** Undefined: not as we write it; then it is as if there were none. */
export function parseTold(text: string): Told | undefined {
  try {
    const raw: unknown = JSON.parse(text);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
    const { raised, lowered, profile } = raw as Readonly<Record<string, unknown>>;
    for (const id of [raised, lowered])
      if (id !== undefined && (typeof id !== 'string' || !ID.test(id))) return undefined;
    return {
      ...(typeof raised === 'string' ? { raised } : {}),
      ...(typeof lowered === 'string' ? { lowered } : {}),
      ...(typeof profile === 'string' ? { profile: sanitise(profile, 200) } : {}),
    };
  } catch {
    return undefined;
  }
}
