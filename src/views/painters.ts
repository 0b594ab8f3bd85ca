// The pane kinds and who draws each.

import { drawAllBans } from './panes/all-bans.ts';
import { drawBans } from './panes/bans.ts';
import { drawConntrack } from './panes/conntrack.ts';
import { drawHost } from './panes/host.ts';
import { drawHosts } from './panes/hosts.ts';
import { drawJails } from './panes/jails.ts';
import { drawJournal } from './panes/journal.ts';
import { drawLog } from './panes/log.ts';
import { drawRun } from './panes/run.ts';
import { drawServices } from './panes/services.ts';
import { drawTraffic } from './panes/traffic.ts';
import { drawUplinks } from './panes/uplinks.ts';
import { drawWatch } from './panes/watch.ts';
import type { Painters } from './screen.ts';

export const PAINTERS: Painters = {
  log: drawLog,
  bans: drawBans,
  conntrack: drawConntrack,
  traffic: drawTraffic,
  host: drawHost,
  journal: drawJournal,
  jails: drawJails,
  uplinks: drawUplinks,
  services: drawServices,
  hosts: drawHosts,
  'all-bans': drawAllBans,
  run: drawRun,
  watch: drawWatch,
};
