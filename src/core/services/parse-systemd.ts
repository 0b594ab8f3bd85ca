// Reads `systemctl show --property=… UNIT…` (systemd 252; blocks with a blank line in between, in the order asked):
//   Id=nginx.service
//   ActiveEnterTimestamp=Sat 2026-11-21 09:12:44 UTC

import { type UnixMs, unixMs } from '../brand.ts';
import { type SafeText, sanitise } from '../sanitise.ts';
import type { Reading, ServiceState } from './thing.ts';

type Block = ReadonlyMap<string, string>;

/** By the names asked for: an alias has a block with another Id, but with its own name among Names. */
export function parseSystemdShow(text: string, units: readonly string[]): ReadonlyMap<string, Reading> {
  const blocks = text
    .split(/\n[ \t]*\n/)
    .map(blockOf)
    .filter(({ size }) => size > 0);
  const found = new Map<string, Reading>();
  for (const unit of units) {
    const block = blocks.find((one) => one.get('Id') === unit || namesOf(one).includes(unit));
    if (block !== undefined) found.set(unit, readingOf(block));
  }
  return found;
}

function blockOf(text: string): Block {
  const block = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) block.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  return block;
}

const namesOf = (block: Block): readonly string[] => (block.get('Names') ?? '').split(' ');

function readingOf(block: Block): Reading {
  const state = stateOf(block);
  const pid = countOf(block.get('MainPID'));
  const restarts = countOf(block.get('NRestarts'));
  const memory = countOf(block.get('MemoryCurrent'));
  const since = sinceOf(block);
  return {
    state,
    says: saysOf(block, state),
    ...(since === undefined ? {} : { since }),
    ...(restarts === undefined ? {} : { restarts }),
    // 0 is what a cgroup without accounting, or without processes, has.
    ...(memory === undefined || memory === 0 ? {} : { memoryBytes: memory }),
    ...(pid === undefined || pid === 0 ? {} : { pid }),
  };
}

function stateOf(block: Block): ServiceState {
  const active = block.get('ActiveState');
  const job = countOf(block.get('Job'));
  if (job !== undefined && job > 0) return 'changing';
  switch (active) {
    case 'active':
    case 'reloading':
      return 'running';
    case 'activating':
    case 'deactivating':
      return 'changing';
    case 'failed':
      return 'failed';
    case 'inactive':
      return block.get('LoadState') === 'not-found' ? 'absent' : 'stopped';
    default:
      return 'unknown';
  }
}

/** "active (running)", "failed (exit-code, status 3)", "activating (auto-restart)". */
function saysOf(block: Block, state: ServiceState): SafeText {
  const load = block.get('LoadState') ?? '';
  if (state === 'absent') return sanitise('no such unit');
  const [active = '', sub = '', result = ''] = ['ActiveState', 'SubState', 'Result'].map((key) =>
    block.get(key),
  );
  const why = result === '' || result === 'success' ? '' : result;
  const exit = block.get('ExecMainStatus');
  const status = why === 'exit-code' && exit !== undefined ? `${why}, status ${exit}` : why;
  const inner = state === 'failed' ? status || sub : [sub, status].filter((word) => word !== '').join(', ');
  const masked = load === 'masked' ? ', masked' : '';
  return sanitise(
    `${active === '' ? 'not understood' : active}${inner === '' ? '' : ` (${inner})`}${masked}`,
    80,
  );
}

const SINCE: Readonly<Record<string, string>> = {
  active: 'ActiveEnterTimestamp',
  reloading: 'ActiveEnterTimestamp',
  activating: 'InactiveExitTimestamp',
  deactivating: 'ActiveExitTimestamp',
  inactive: 'InactiveEnterTimestamp',
  failed: 'InactiveEnterTimestamp',
};

function sinceOf(block: Block): UnixMs | undefined {
  const key = SINCE[block.get('ActiveState') ?? ''];
  return key === undefined ? undefined : parseTimestamp(block.get(key) ?? '');
}

/** "Sat 2026-11-21 09:12:44 UTC"; "n/a", nothing and other zones are not known. */
export function parseTimestamp(text: string): UnixMs | undefined {
  const parts = /^(?:[A-Za-z]{3} )?(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)? (?:UTC|GMT)$/.exec(text);
  const at = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}Z`);
  return Number.isNaN(at) ? undefined : unixMs(at);
}

/** "[not set]" and 2^64-1 are how systemd says that it does not know. */
function countOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** `systemctl list-units --state=failed --plain --no-legend`: "wiki.service loaded failed failed Wiki". */
export function parseFailedUnits(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [unit = '', load, active] = line.trim().split(/\s+/);
    return active === 'failed' && load !== undefined && /^[A-Za-z0-9:_.@\\-]{1,256}$/.test(unit)
      ? [unit]
      : [];
  });
}
