// Nominal types: a branded value can only come from the one function that checks it.

declare const brand: unique symbol;

/** `T` that only its maker may produce; costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Milliseconds since 1970-01-01 UTC, from the Host's clock. */
export type UnixMs = Brand<number, 'UnixMs'>;

export function unixMs(value: number): UnixMs {
  return value as UnixMs;
}
