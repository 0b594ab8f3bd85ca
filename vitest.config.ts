import { defineConfig } from 'vitest/config';

const node = { environment: 'node' as const };

/** One project per layer, so that `npx vitest run --project kernel` runs a layer alone. */
export default defineConfig({
  test: {
    // Kernel and terminal tests wait far more than they compute: two at a time also on two cores.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          include: ['test/tidy.test.ts', 'test/unit/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      { test: { ...node, name: 'frames', include: ['test/frames/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      {
        test: {
          ...node,
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'terminal',
          include: ['test/terminal/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
