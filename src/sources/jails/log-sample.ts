// What the newest lines of a log look like: whether they carry times and addresses. Tells why a filter may match nothing.

import type { UnixMs } from '../../core/brand.ts';
import { findAddresses } from '../logs/addresses.ts';
import { readStamp } from '../logs/stamp.ts';

/** Of the newest lines that were looked at. `skewMs`: by how much the last time in them is behind (or ahead of) the clock. */
export type LogSample = Readonly<{ lines: number; stamped: number; addressed: number; skewMs?: number }>;

const SAMPLE = 200;

/** `counts`: into the sample, which looks for addresses. `arrivedAt`: when the line was written, if we saw it come. */
export type Look = Readonly<{ counts: boolean; arrivedAt?: UnixMs }>;

export class LogSampler {
  readonly #flags: Readonly<{ stamped: boolean; addressed: boolean }>[] = [];
  #next = 0;
  #skewMs: number | undefined;

  /** The time that stands in the line. */
  look(line: string, now: number, { counts, arrivedAt }: Look): UnixMs | undefined {
    const stamp = readStamp(line, now);
    if (counts) {
      this.#flags[this.#next++ % SAMPLE] = {
        stamped: stamp !== undefined,
        addressed: findAddresses(line).length > 0,
      };
      if (arrivedAt !== undefined) this.#skewMs = stamp === undefined ? undefined : arrivedAt - stamp;
    }
    return stamp;
  }

  read(): LogSample {
    const count = (flag: 'stamped' | 'addressed'): number => this.#flags.filter((one) => one[flag]).length;
    return {
      lines: this.#flags.length,
      stamped: count('stamped'),
      addressed: count('addressed'),
      ...(this.#skewMs === undefined ? {} : { skewMs: this.#skewMs }),
    };
  }
}
