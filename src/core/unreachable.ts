/** Closes a discriminated union: compile error when a case is missing, a clear throw if one slips through. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
