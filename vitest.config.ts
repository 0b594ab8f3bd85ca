import { defineConfig } from 'vitest/config';

const node = { environment: 'node' as const };
/**
 * One process for many files: a new one for each costs more than the tests in it. Such a test puts back what it changes in its
 * process (environment, working folder, clock) and leaves nothing behind in a module.
 */
const together = { ...node, isolate: false };

/**
 * What a tmux user does all day runs over ssh, too, in every run. `--project ssh` runs all the tests of the console there,
 * which takes some minutes.
 */
const OVER_SSH = ['copy', 'follow', 'input', 'mouse', 'panes', 'programs', 'roundtrip', 'save'];
const sshAlone = process.argv.some(
  (word, at, words) => word === '--project=ssh' || (word === 'ssh' && words[at - 1] === '--project'),
);
const consoleTest = (name: string): string => `test/terminal/console-${name}.test.ts`;

/** One project per layer, so that `npx vitest run --project kernel` runs a layer alone. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...together,
          name: 'unit',
          include: ['test/tidy.test.ts', 'test/unit/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...together,
          name: 'frames',
          include: ['test/frames/**/*.test.{ts,tsx}'],
          testTimeout: 30_000,
        },
      },
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
      {
        test: {
          ...node,
          name: 'ssh',
          include: (sshAlone ? ['*'] : OVER_SSH).map(consoleTest),
          exclude: [
            // The bytes for each TERM and locale: here they would be those of a tmux in between.
            consoleTest('terms'),
          ],
          env: { OPSCONSOLE_TEST_WAY: 'ssh' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
