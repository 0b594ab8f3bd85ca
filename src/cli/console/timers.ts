// What ends by itself after a while: pane numbers on screen, the keys after the prefix that repeat. Setting one again
// begins it anew.

export type TimerName = 'numbers' | 'repeat';

export type Timers = Readonly<{
  start(name: TimerName, ms: number, task?: () => void): void;
  stop(name: TimerName): void;
  running(name: TimerName): boolean;
}>;

export function createTimers(later: (ms: number, task: () => void) => () => void): Timers {
  const running = new Map<TimerName, () => void>();
  const stop = (name: TimerName): void => {
    running.get(name)?.();
    running.delete(name);
  };
  return {
    start: (name, ms, task) => {
      stop(name);
      const cancel = later(ms, () => {
        running.delete(name);
        task?.();
      });
      running.set(name, cancel);
    },
    stop,
    running: (name) => running.has(name),
  };
}
