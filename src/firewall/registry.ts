// Every ban backend, and which one a set belongs to. The order is the order of preference for our own table.

import type { SetInfo } from '../core/rows.ts';
import type { Backend } from './backend.ts';
import { crowdsecBackend } from './crowdsec/backend.ts';
import { fail2banBackend } from './fail2ban/backend.ts';
import { ipsetBackend } from './ipset/backend.ts';
import { iptablesBackend } from './iptables/backend.ts';
import { nftBackend } from './nft/backend.ts';
import { pfBackend } from './pf/backend.ts';

export const BACKENDS: readonly Backend[] = [
  nftBackend,
  ipsetBackend,
  iptablesBackend,
  pfBackend,
  crowdsecBackend,
  fail2banBackend,
];

/** undefined = a set that is shown but changed through nothing of ours. */
export function backendOf(set: Pick<SetInfo, 'backend'>): Backend | undefined {
  return BACKENDS.find(({ id }) => id === set.backend);
}
