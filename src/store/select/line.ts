// The line to the terminal in words: for the top line while it is slow, and the page behind `:line`.

import type { LineFacts } from '../../core/line-facts.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { formatBytes, groupDigits } from '../../core/units.ts';
import type { PageLine } from '../modal-state.ts';
import type { ConsoleState } from '../state.ts';

/** "2 fps", "340 ms"; undefined while the line is fast or was not measured. */
export function selectSlowLine({
  line,
}: ConsoleState): Readonly<{ rate: SafeText; trip: SafeText | undefined }> | undefined {
  if (line?.slow !== true) return undefined;
  const trip = line.roundTrip.kind === 'known' ? sanitise(tripWords(line.roundTrip.ms)) : undefined;
  return { rate: sanitise(`${rateOf(line)} fps`), trip };
}

function rateOf({ gapMs }: LineFacts): string {
  const rate = 1000 / gapMs;
  return rate < 1 ? rate.toFixed(1) : String(Math.round(rate));
}

const tripWords = (ms: number): string => `${groupDigits(Math.round(ms))} ms`;

export function selectLineLines({ line }: ConsoleState): readonly PageLine[] {
  if (line === undefined) return [text('The line to the terminal has not been measured yet.')];
  return [
    text(
      line.slow ? 'The line to the terminal is slow.' : 'The line to the terminal is fast enough.',
      line.slow ? 'warn' : 'good',
    ),
    text(''),
    text(`Frames that stream    up to ${rateOf(line)} a second; what you type is drawn at once`),
    text(`Last frame            taken in ${groupDigits(Math.round(line.drainMs))} ms`),
    text(`Round trip            ${roundTripWords(line)}`),
    text(
      `Since the start       ${groupDigits(line.frames)} frames, ${formatBytes(line.bytes)}` +
        `; ${groupDigits(line.skipped)} were left out for newer ones`,
    ),
    text(''),
    text(
      'The terminal is asked for its status (CSI 5 n) every few seconds while something is drawn. Inside of tmux, ' +
        'screen or mosh it is they who answer: what lies behind them cannot be measured from here.',
      'dim',
    ),
  ];
}

function roundTripWords({ roundTrip }: LineFacts): string {
  switch (roundTrip.kind) {
    case 'known':
      return tripWords(roundTrip.ms);
    case 'unknown':
      return 'unknown: not asked yet, or no answer within 5 s';
    case 'deaf':
      return 'unknown: this terminal does not answer, and is not asked again';
  }
}

function text(words: string, role?: PageLine['role']): PageLine {
  return { text: sanitise(words), ...(role === undefined ? {} : { role }) };
}
