// A headless command that is ended by a signal takes its connections down before it goes.

import { constants } from 'node:os';
import type { Hosts } from './hosts.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CLOSING_MS = 3000;

/** The answer ends it. While hosts are being logged in to, C-c is theirs. */
export function closeOnSignals(hosts: Hosts): () => void {
  const end = (signal: (typeof SIGNALS)[number]): void => {
    if (signal === 'SIGINT' && process.listenerCount('SIGINT') > 1) return;
    setTimeout(() => process.exit(128 + constants.signals[signal]), CLOSING_MS);
    void hosts.close().finally(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}
