// What doctor says of the flows: whether they can be cut and their timeouts tightened, and with what.

import { whyNoFirewall } from '../core/host-system.ts';
import type { Host } from '../host/host.ts';
import type { Check } from './doctor.ts';

type Seen = Readonly<{ has: (tool: string) => boolean; tracked: boolean }>;

export function flowsCheck(host: Host, { has, tracked }: Seen): Check {
  const why = whyNoFirewall(host.system);
  if (why !== undefined) return { what: 'cut, tighten', works: false, says: why };
  return has('pfctl') ? pfCutCheck(host.privileged) : cutCheck(has('conntrack'), tracked, host.privileged);
}

/** Where there is pf, it keeps the flows. */
function pfCutCheck(privileged: boolean): Check {
  const what = 'cut, tighten';
  return privileged
    ? {
        what,
        works: true,
        says: 'with pf: its states and their timeouts; single ssh sessions cannot be pinned',
      }
    : { what, works: false, says: 'no rights', todo: 'see rights' };
}

function cutCheck(tool: boolean, tracked: boolean, privileged: boolean): Check {
  if (!tracked)
    return {
      what: 'cut, tighten',
      works: false,
      says: 'the kernel tracks no connections (nf_conntrack is not loaded): nothing to cut or tighten',
    };
  if (!tool)
    return {
      what: 'cut, tighten',
      works: false,
      says: 'conntrack is not installed: flows are not cut and ssh sessions are not pinned',
      todo: 'apt install conntrack',
    };
  return privileged
    ? { what: 'cut, tighten', works: true, says: 'with conntrack and sysctl' }
    : { what: 'cut, tighten', works: false, says: 'no rights', todo: 'see rights' };
}
