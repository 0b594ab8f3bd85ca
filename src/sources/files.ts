// Small files of the kernel (procfs, sysfs) as text, for the sources that poll files instead of programs.

import { ok, type Result } from '../core/result.ts';
import type { Host } from '../host/host.ts';

export async function readText(host: Host, path: string): Promise<Result<string>> {
  const read = await host.read(path);
  return read.ok ? ok(read.value.toString('utf8')) : read;
}

/** A file that holds one whole number; undefined when it cannot be read or holds something else. */
export async function readNumber(host: Host, path: string): Promise<number | undefined> {
  const read = await readText(host, path);
  return read.ok ? wholeNumber(read.value) : undefined;
}

/** "262144\n" → 262144. Exact to 2^53. */
export function wholeNumber(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d{1,16}$/.test(trimmed) ? Number(trimmed) : undefined;
}
