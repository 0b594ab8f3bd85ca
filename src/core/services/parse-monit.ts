// Reads `monit -B status` (monit 5.33):
//   Process 'wiki'
//     monitoring status            Monitored

import { type UnixMs, unixMs } from '../brand.ts';
import { sanitise } from '../sanitise.ts';
import type { Reading, ServiceState } from './thing.ts';

type Block = Readonly<{ type: string; lines: ReadonlyMap<string, string> }>;

export function parseMonitStatus(text: string, now: UnixMs): ReadonlyMap<string, Reading> {
  const found = new Map<string, Reading>();
  let name: string | undefined;
  let block: { type: string; lines: Map<string, string> } = { type: '', lines: new Map() };
  const take = (): void => {
    if (name !== undefined && block.lines.size > 0) found.set(name, readingOf(block, now));
  };
  for (const line of text.split('\n')) {
    const head = /^([A-Z][A-Za-z ]{2,20}) '(.{1,256})'\s*$/.exec(line);
    if (head !== null) {
      take();
      name = head[2];
      block = { type: head[1] ?? '', lines: new Map() };
    } else {
      const entry = /^ {2}(\S[\S ]*?) {2,}(\S.*)$/.exec(line);
      if (entry !== null) block.lines.set(entry[1] ?? '', (entry[2] ?? '').trim());
    }
  }
  take();
  return found;
}

function readingOf({ type, lines }: Block, now: UnixMs): Reading {
  const status = lines.get('status') ?? '';
  const pid = Number(lines.get('pid'));
  const hasPid = Number.isSafeInteger(pid) && pid > 0;
  const memory = bytesOf(lines.get('memory total') ?? lines.get('memory'));
  const seconds = type === 'Process' ? spanOf(lines.get('uptime')) : undefined;
  const state = stateOf(status, hasPid || type !== 'Process');
  const watched = lines.get('monitoring status');
  const words = watched === undefined || /^(Monitored|Not monitored)$/i.test(watched) ? [] : [watched];
  return {
    state,
    says: sanitise([status === '' ? 'not understood' : status.toLowerCase(), ...words].join(', '), 80),
    ...(seconds === undefined ? {} : { since: unixMs(now - seconds * 1000) }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(hasPid ? { pid } : {}),
  };
}

/** What is not monitored may run or not: monit does not look. "OK - stop pending" is on its way. */
function stateOf(status: string, isThere: boolean): ServiceState {
  if (/ pending$/i.test(status) || /^(Initializing|Waiting)/i.test(status)) return 'changing';
  if (/^Not monitored/i.test(status) || status === '') return 'unknown';
  if (/Does not exist|Execution failed|Status failed|not running/i.test(status)) return 'failed';
  return isThere ? 'running' : 'unknown';
}

const UNITS: Readonly<Record<string, number>> = { B: 0, kB: 1, KB: 1, MB: 2, GB: 3, TB: 4 };

/** "0.0% [1.6 MB]". */
function bytesOf(text: string | undefined): number | undefined {
  const parts = /\[(\d{1,7}(?:\.\d)?) ([kKMGT]?B)\]/.exec(text ?? '');
  const power = UNITS[parts?.[2] ?? ''];
  if (parts === null || power === undefined) return undefined;
  const bytes = Math.round(Number(parts[1]) * 1024 ** power);
  return bytes === 0 ? undefined : bytes;
}

/** "9h 39m", "1d 2h 3m", "0m": to the minute. */
function spanOf(text: string | undefined): number | undefined {
  const parts = /^(?:(\d{1,5})d ?)?(?:(\d{1,2})h ?)?(?:(\d{1,2})m)?$/.exec(text ?? '-');
  if (parts === null || parts[0] === '') return undefined;
  const [days = 0, hours = 0, minutes = 0] = [1, 2, 3].map((at) => Number(parts[at] ?? 0));
  return days * 86_400 + hours * 3600 + minutes * 60;
}
