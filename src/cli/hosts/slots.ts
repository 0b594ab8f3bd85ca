// Work for many, a few at a time.

/** A slot that is given back may be taken again by whoever goes on later. */
export type Slots = Readonly<{ take(): Promise<void>; give(): void }>;

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    take() {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

export async function inSlots<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const slots = createSlots(count);
  await Promise.all(
    items.map(async (item) => {
      await slots.take();
      await work(item).finally(() => slots.give());
    }),
  );
}
