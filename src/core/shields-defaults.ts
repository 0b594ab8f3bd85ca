// What `!` does where the session file says nothing: tightens what an attack feeds on, spares what people use.
// Rates and times: docs/shields.md has the reason of each.

import type { ShieldsSettings } from './shields.ts';

export const DEFAULT_SHIELDS: ShieldsSettings = {
  trialSeconds: 120,
  holdSeconds: 3600,
  profile: 'default',
  unattended: false,
  ports: 'listening',
  profiles: {
    default: [
      { measure: 'syn-rate', perSecond: 5, burst: 10 },
      { measure: 'connections', max: 50 },
      { measure: 'unlisted-ports' },
      { measure: 'pin-ssh' },
      { measure: 'conntrack-timeouts', preset: 'siege' },
      { measure: 'conntrack-max', factor: 2 },
      { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
    ],
  },
  watch: {
    everyMs: 5000,
    load: 4,
    conntrack: 0.8,
    synRecv: 256,
    listenDrops: 10,
    raiseAfter: 3,
    lowerAfter: 12,
    leaveAt: 0.7,
    minimumHoldSeconds: 600,
    coolDownSeconds: 600,
    manualBlockSeconds: 1800,
    onRaise: [],
    onLower: [],
  },
};
