// The contract of a source: something watched on a host. `parse.ts` beside it is pure; only the pump runs it.

import type { Result } from '../core/result.ts';
import type { SourceId } from '../core/status.ts';
import type { Host } from '../host/host.ts';

/** `asked`: somebody acted or wants to see what is so now; nothing kept from before may answer. */
export type ReadWish = Readonly<{ asked: boolean }>;

/** Read again and again. Never overlaps itself; the pump stretches the pause so that reading stays under `dutyMax` of the time. */
export type PollSource<Sample> = Readonly<{
  kind: 'poll';
  id: SourceId;
  everyMs: number;
  /** Share of wall time that reading may take, default 0.05. */
  dutyMax?: number;
  /** How far slow readings may stretch the pause, default 5 s: on a busy machine they wait more than they work. */
  stretchMaxMs?: number;
  /** Reads what lies on the console's machine: it needs no line to the host. */
  near?: true;
  read(host: Host, signal: AbortSignal, wish?: ReadWish): Promise<Result<Sample>>;
}>;

/** Runs until aborted or until a problem ends it; `emit` is cheap. */
export type StreamSource<Sample> = Readonly<{
  kind: 'stream';
  id: SourceId;
  run(host: Host, signal: AbortSignal, emit: (sample: Sample) => void): Promise<Result<void>>;
}>;

export type Source<Sample> = PollSource<Sample> | StreamSource<Sample>;
