// The line of /proc/PID/stat (proc(5)): "pid (comm) state ppid …".

/** Fields from 3 (the state) on; the name before them may hold blanks, brackets and newlines. Undefined: no such line. */
function fieldsOf(text: string): readonly string[] | undefined {
  const close = text.lastIndexOf(')');
  return close > 0 ? text.slice(close + 2).split(' ') : undefined;
}

export function parentIn(stat: string): number | undefined {
  const parent = Number(fieldsOf(stat)?.[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

/** Clock ticks from the boot to its start, as written: a number may be another process's by now, with this it is not. */
export function startIn(stat: string): string | undefined {
  const start = fieldsOf(stat)?.[19];
  return start !== undefined && /^\d+$/.test(start) ? start : undefined;
}
