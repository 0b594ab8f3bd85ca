// The session that the console opens on the playground: what to look at, and shields that come down within a minute
// unless they are kept.

import { OPERATOR } from './addresses.ts';

export const TRIAL_SECONDS = 60;
export const HOLD_SECONDS = 300;

/** `folder` is ours (mkdtemp), but it lies where TMPDIR says: quoted as YAML has it. */
export function sessionText(folder: string): string {
  const file = (name: string): string => JSON.stringify(`${folder}/${name}`);
  return `version: 1
name: PLAYGROUND
refresh: 1s
allow: [${OPERATOR}]
bans: { durations: [5m, 1h, 1d], default: 5m, target: ours }
shields:
  trial: ${TRIAL_SECONDS}s
  hold: ${HOLD_SECONDS}s
  profile: playground
  profiles:
    playground:
      - syn-rate: { per-second: 3, burst: 6 }
      - connections: 30
      - unlisted-ports
      - pin-ssh
      - conntrack-timeouts: siege
      - tcp: { syncookies: 1, synack-retries: 2, syn-backlog: 4096 }
      - ban-top: { flows: 60, most: 50 }
windows:
  - name: attack
    focus: 1
    layout:
      columns:
        - size: 62%
          rows: [1, { pane: 2, size: 25% }, { pane: 3, size: 20% }]
        - rows: [4, 5, { pane: 6, size: 25% }]
    panes:
      - log: [${file('access.log')}]
        title: "web server under attack:  ! shields up   b ban"
      - log:
          files: [${file('operator.log')}, ${file('visitors.log')}]
          merge: time
        title: "who must live: you and your visitors"
      - host
      - bans
      - conntrack
      - traffic
  - name: acts
    layout: even-vertical
    panes:
      - journal
      - log: [${file('playground.log')}]
        title: what the playground saw
`;
}
