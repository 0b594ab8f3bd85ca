// Takes back timeouts: only those that still have the value that we wrote; a drifted one stops the undo and is named.

import type { JournalRow } from '../core/act.ts';
import { parseHost } from '../core/address.ts';
import { unixMs } from '../core/brand.ts';
import type { Proof } from '../core/plan.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { PF_TIMEOUTS, timeoutsOf } from '../firewall/pf/timeouts.ts';
import { planTimeouts, planUnpins, type SshFlow } from '../firewall/timeouts.ts';
import {
  type ActContext,
  failed,
  type Gathered,
  type Move,
  type Performed,
  refused,
  stepsOf,
} from './action.ts';
import type { TightenFacts } from './facts.ts';
import { findSshSessions } from './safe/sessions.ts';
import { readTimeout } from './tighten.ts';
import { type PfValue, pfMoves, provePf, readPf, wayNotes } from './tighten-pf.ts';
import { shortName } from './timeout-values.ts';

type Value = Readonly<{ name: string; before: number; wrote: number }>;

export async function undoTighten(
  row: JournalRow,
  facts: TightenFacts,
  context: ActContext,
): Promise<Gathered> {
  if (facts.values.some(([name]) => PF_TIMEOUTS.some((timeout) => timeout.name === name)))
    return undoPf(row, facts, context);
  const values: Value[] = [];
  const drifted: SafeText[] = [];
  for (const [name, before, wrote] of facts.values) {
    const now = await readTimeout(context.host, String(name));
    if (!now.ok) return failed(now.problem);
    if (now.value === before) continue;
    if (now.value === wrote) values.push({ name, before, wrote });
    else if (row.state !== 'intended') drifted.push(drift(name, now.value, wrote));
  }
  if (drifted.length > 0) return refused(...drifted.slice(0, 5));
  if (values.length === 0) return refused(safe('these timeouts have their old values already'));
  const ended = await endedPins(facts, context);
  const moves: readonly Move[] = [...values.map(backMove), ...unpinMoves(ended)];
  const left = facts.pinned.length - ended.length;
  const notes: SafeText[] = [];
  if (ended.length > 0)
    notes.push(sanitise(`${ended.length} pinned entries of ended ssh sessions are deleted`));
  if (left > 0)
    notes.push(sanitise(`${left} pinned ssh sessions stay pinned: the kernel cannot take that back`));
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'undo',
        summary: sanitise(
          `undo: put back ${values.length === 1 ? shortName(values[0]?.name ?? '') : `${values.length} timeouts`}`,
        ),
        ...stepsOf(moves, unixMs(0)),
        notes,
        risk: 'reversible',
      },
      moves,
      guarded: [],
      reason: '',
      facts: { kind: 'undo' },
      canUndo: false,
      prove: (performed) => prove(performed, values),
    },
  };
}

function drift(name: string, now: number | undefined, wrote: number): SafeText {
  return sanitise(
    `${shortName(name)} is ${now ?? 'gone'} s now, not the ${wrote} s that act wrote: someone changed it since`,
  );
}

async function undoPf(row: JournalRow, facts: TightenFacts, { host }: ActContext): Promise<Gathered> {
  const read = await readPf(host);
  if (!read.ok) return failed(read.problem);
  const now = timeoutsOf(read.value.way);
  const values: PfValue[] = [];
  const drifted: SafeText[] = [];
  for (const [name, before, wrote] of facts.values) {
    const timeout = PF_TIMEOUTS.find((one) => one.name === name);
    const current = now.get(name);
    if (timeout === undefined || current === before) continue;
    if (current === wrote) values.push({ timeout, before: wrote, wanted: before });
    else if (row.state !== 'intended') drifted.push(drift(name, current, wrote));
  }
  if (drifted.length > 0) return refused(...drifted.slice(0, 5));
  if (values.length === 0) return refused(safe('these timeouts have their old values already'));
  const moves = pfMoves(read.value.way, values);
  const reloads = read.value.way.kind === 'include';
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'undo',
        summary: sanitise(
          `undo: put back ${values.length === 1 ? values[0]?.timeout.name : `${values.length} timeouts`}`,
        ),
        ...stepsOf(moves, unixMs(0)),
        notes: wayNotes(read.value.way),
        risk: reloads ? 'disruptive' : 'reversible',
      },
      moves,
      guarded: [],
      ...(reloads ? { typed: 'reload' } : {}),
      reason: '',
      facts: { kind: 'undo' },
      canUndo: false,
      prove: (performed) => provePf(performed, read.value, values),
    },
  };
}

function backMove({ name, before, wrote }: Value): Move {
  const [step] = planTimeouts([{ name, seconds: before }]);
  if (step === undefined) throw new Error(`no step for ${sanitise(name, 80)}`);
  return { step, atomic: false, reverse: () => planTimeouts([{ name, seconds: wrote }]) };
}

function unpinMoves(ended: readonly SshFlow[]): readonly Move[] {
  return planUnpins(ended).map((step) => ({ step, atomic: true, reverse: () => [] }));
}

/** Pinned flows whose session is gone: their entries would stay in the table for days. */
async function endedPins(
  facts: TightenFacts,
  { host, memory, signal }: ActContext,
): Promise<readonly SshFlow[]> {
  if (facts.pinned.length === 0 || (await host.which('conntrack')) === undefined) return [];
  const { sessions, gaps } = await findSshSessions(host, { memory, signal });
  if (gaps.length > 0) return [];
  const alive = new Set(sessions.map(({ peer, peerPort }) => `${peer.text} ${peerPort}`));
  return facts.pinned.flatMap((text) => {
    const [from = '', sourcePort, to = '', destinationPort] = String(text).split(' ');
    const source = parseHost(from);
    const destination = parseHost(to);
    if (!source.ok || !destination.ok || alive.has(`${source.value.text} ${sourcePort}`)) return [];
    return [
      {
        source: source.value,
        destination: destination.value,
        sourcePort: Number(sourcePort),
        destinationPort: Number(destinationPort),
      },
    ];
  });
}

async function prove({ host }: Performed, values: readonly Value[]): Promise<Proof> {
  const missing: SafeText[] = [];
  for (const { name, before } of values) {
    const now = await readTimeout(host, name);
    if (!now.ok) missing.push(sanitise(now.problem.summary));
    else if (now.value !== before)
      missing.push(sanitise(`${shortName(name)} is ${now.value} s, not ${before} s`));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  return { kind: 'proved', says: sanitise(`undone: ${values.length} timeouts have their old values again`) };
}
