// Waits for something, but not for ever, and not for one who has gone.

export function waitFor<T>(
  wanted: Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T | 'late' | 'aborted'> {
  return new Promise((resolve, reject) => {
    const settle = (value: T | 'late' | 'aborted'): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const onAbort = (): void => settle('aborted');
    const timer = setTimeout(() => settle('late'), ms);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    wanted.then(settle, reject);
  });
}
