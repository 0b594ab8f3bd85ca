// Numbers as the screen shows them: one unit per column, "–" for unknown, never 0 for unknown.

export const UNKNOWN = '–';

/** 1402 → "1,402"; above 9,999 → "91.2k", "4.7M". Unknown → "–". */
export function formatCount(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const n = Math.round(value);
  if (Math.abs(n) <= 9999) return groupDigits(n);
  for (const [size, unit] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(n) >= size * 0.99995 || size === 1e3) return `${trimmed(n / size)}${unit}`;
  }
  return String(n);
}

/** "1 flow", "91.2k flows". */
export function formatFlows(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'flow' : 'flows'}`;
}

/** 186420 → "186,420". */
export function groupDigits(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Bytes in binary units: 1536 → "1.5 KiB". */
export function formatBytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let n = value;
  let index = 0;
  while (n >= 1023.95 && index < units.length - 1) {
    n /= 1024;
    index++;
  }
  return `${index === 0 ? Math.round(n) : trimmed(n)} ${units[index]}`;
}

/** Bits per second in decimal units, as network rates are: 48_200_000 → "48.2 Mb/s". */
export function formatBits(bitsPerSecond: number | undefined): string {
  if (bitsPerSecond === undefined || !Number.isFinite(bitsPerSecond)) return UNKNOWN;
  const units = ['b/s', 'kb/s', 'Mb/s', 'Gb/s', 'Tb/s'];
  let n = bitsPerSecond;
  let index = 0;
  while (n >= 999.95 && index < units.length - 1) {
    n /= 1000;
    index++;
  }
  return `${index === 0 ? Math.round(n) : trimmed(n)} ${units[index]}`;
}

/** 0.714 → "71%"; what is neither nothing nor all is not rounded to it: "<1%", ">99%". Unknown → "–". */
export function formatPercent(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return UNKNOWN;
  if (ratio > 0 && ratio < 0.005) return '<1%';
  if (ratio >= 0.995 && ratio < 1) return '>99%';
  return `${Math.round(ratio * 100)}%`;
}

function trimmed(n: number): string {
  return Math.abs(n) >= 99.95 ? String(Math.round(n)) : n.toFixed(1);
}
