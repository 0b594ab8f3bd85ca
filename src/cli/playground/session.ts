// The session that the console opens on the playground: what to look at, and shields that come down soon unless
// they are kept.

import { OPERATOR } from './addresses.ts';

const HOLD_SECONDS = 300;

/** `folder` is ours (mkdtemp), but it lies where TMPDIR says: quoted as YAML has it. */
export function sessionText(folder: string, trialSeconds: number): string {
  const file = (name: string): string => JSON.stringify(`${folder}/${name}`);
  return `version: 1
name: PLAYGROUND
refresh: 1s
allow: [${OPERATOR}]
bans: { durations: [5m, 1h, 1d], default: 5m, target: ours }
shields:
  trial: ${trialSeconds}s
  hold: ${Math.max(HOLD_SECONDS, trialSeconds)}s
  profile: playground
  profiles:
    playground:
      - syn-rate: { per-second: 2, burst: 5 }
      - connections: 30
      - unlisted-ports
      - pin-ssh
      - conntrack-timeouts: siege
      - tcp: { syncookies: 1, synack-retries: 2, syn-backlog: 4096 }
      - ban-top: { flows: 20, most: 50 }
windows:
  - name: PLAYGROUND
    focus: 1
    layout:
      columns:
        - size: 62%
          rows: [1, { pane: 2, size: 28% }, { pane: 3, size: 5 }]
        - rows: [4, 5, { pane: 6, size: 25% }]
    panes:
      - log: [${file('access.log')}]
        title: "web server under attack: ! shields up, b ban, q leave"
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
