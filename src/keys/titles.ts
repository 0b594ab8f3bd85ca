// The tables of keys in words, for the documentation and the key that describes keys.

import type { KeyMode } from '../core/intent.ts';

export const TABLE_TITLES: Readonly<Record<KeyMode, string>> = {
  log: 'In a log',
  bans: 'In the bans',
  conntrack: 'In conntrack',
  traffic: 'In traffic',
  host: 'In host',
  journal: 'In the journal',
  jails: 'In the jails',
  uplinks: 'In the uplinks',
  services: 'In the services',
  hosts: 'In the hosts',
  'all-bans': 'In the bans of all hosts',
  run: 'In a program pane whose program does not run',
  watch: 'In a watch pane',
  program: 'While a program takes the keys',
  copy: 'In copy mode',
  plain: 'In the plain view',
  card: 'While the card of an address is open',
  pane: 'In every pane',
  global: 'Everywhere',
  trial: 'While shields are in trial, before the keys of the pane',
  prefix: 'After the prefix',
  numbers: 'While pane numbers are shown',
  dialog: 'In a dialog',
  prompt: 'In the line at the bottom',
  picker: 'In a list to choose from',
  review: 'While a text waits for a yes',
  fleet: 'While an act on several hosts is shown',
  help: 'In the help and on pages of text',
};
