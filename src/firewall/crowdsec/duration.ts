// Durations as Go prints them (time.Duration.String of cscli 1.4.6): the time that a decision has left.
//   3h58m38.304857463s
//   -631.471857ms

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  µs: 1e-3,
  us: 1e-3,
  ns: 1e-6,
};
const WHOLE = /^([+-]?)((?:\d{1,12}(?:\.\d{1,12})?(?:h|ms|m|s|µs|us|ns))+|0)$/;
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)/g;

/** Milliseconds; undefined = no duration. "0s" and "0" are zero. */
export function parseGoDuration(text: string): number | undefined {
  const whole = WHOLE.exec(text.replace('μs', 'µs'));
  if (whole === null) return undefined;
  let ms = 0;
  for (const [, number, unit] of (whole[2] ?? '').matchAll(PART))
    ms += Number(number) * (UNIT_MS[unit ?? ''] ?? 0);
  return whole[1] === '-' ? -ms : ms;
}
