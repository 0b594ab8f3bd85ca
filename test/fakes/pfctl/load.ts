// `-f` of the stand-in, with what it does besides what the text says: options that are reset, rules that vanish.

import { readFileSync } from 'node:fs';
import type { Wish } from './options.ts';
import { type Config, parseConfig, type ReadFile } from './rules.ts';
import { clockOf, Ended, type Pf, type System, warn } from './state.ts';
import { findTable, makeTable, printEntry, readEntry, referencesOf, sortAddresses } from './tables.ts';

const SCTP = {
  'sctp.first': 120,
  'sctp.opening': 30,
  'sctp.established': 86400,
  'sctp.closing': 900,
  'sctp.closed': 90,
};

export const defaultTimeouts = (system: System): Record<string, number> => ({
  'tcp.first': 120,
  'tcp.opening': 30,
  'tcp.established': 86400,
  'tcp.closing': 900,
  'tcp.finwait': 45,
  'tcp.closed': 90,
  'tcp.tsdiff': 30,
  ...(system === 'freebsd15' ? SCTP : {}),
  'udp.first': 60,
  'udp.single': 30,
  'udp.multiple': 60,
  'icmp.first': 20,
  'icmp.error': 10,
  'other.first': 60,
  'other.single': 30,
  'other.multiple': 60,
  frag: 60,
  interval: 10,
  'adaptive.start': 60000,
  'adaptive.end': 120000,
  'src.track': 0,
});

export const defaultLimits = (system: System): Record<string, number> =>
  system === 'freebsd15'
    ? {
        states: 100000,
        'src-nodes': 10000,
        frags: 5000,
        'table-entries': 200000,
        anchors: 0,
        'eth-anchors': 0,
      }
    : {
        states: 100000,
        'src-nodes': 10000,
        frags: 65536,
        tables: 1000,
        'table-entries': 200000,
        'pktdelay-pkts': 10000,
        anchors: 512,
      };

function knownOptions(system: System): ReadonlySet<string> {
  const timeouts = Object.keys(defaultTimeouts(system)).map((name) => `timeout ${name}`);
  const limits = Object.keys(defaultLimits(system)).map((name) => `limit ${name}`);
  return new Set([...timeouts, ...limits]);
}

/** Answers what goes to stdout (-v). */
export function load(pf: Pf, wish: Wish, stdin: string): string {
  if (pf.locked === true && !wish.noAction) throw new Ended(1, warn('DIOCXBEGIN: Operation not permitted'));
  const file = wish.file ?? '';
  const read: ReadFile = (path) => pf.files?.[path] ?? readReal(path);
  const text = file === '-' ? stdin : read(file);
  if (text === undefined) throw new Ended(1, warn(`${file}: No such file or directory`));
  const name = file === '-' ? 'stdin' : file;
  const config = parseConfig(text, { name, system: pf.system, known: knownOptions(pf.system), read });
  if (config.errors.length > 0) {
    const timeout = config.errors.some((error) => error.includes('unknown timeout'));
    const lines = [...(timeout ? ['pfctl: Bad timeout name.'] : []), ...config.errors];
    const last = wish.noAction ? '' : 'pfctl: Syntax error in config file: pf rules not loaded\n';
    throw new Ended(1, `${lines.join('\n')}\n${last}`);
  }
  if (!wish.noAction) apply(pf, wish, config);
  const shown = [...config.shown, ...config.rules.map((rule) => rule.text)];
  return wish.verbose > 0 && shown.length > 0 ? `${shown.join('\n')}\n` : '';
}

function readReal(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function apply(pf: Pf, wish: Wish, config: Config): void {
  const main = wish.anchor === '';
  // In an anchor options are taken and mean nothing; the rules, of which there are none, replace the old ones.
  if (main) applyOptions(pf, wish, config);
  if (wish.optionsOnly) return;
  pf.rules[wish.anchor] = config.rules;
  for (const line of config.tables) {
    const known = findTable(pf, wish.anchor, line.name);
    const table = known ?? makeTable(pf, wish.anchor, line.name);
    if (known === undefined) pf.tables.push(table);
    table.persist = line.persist;
    table.constant = line.constant;
    table.counters = line.counters;
    if (line.addresses === undefined) continue;
    const texts = [...new Set(line.addresses.map((text) => printEntry(readEntry(text))))];
    table.addresses = texts.map((text) => ({ text, cleared: clockOf(pf) }));
    sortAddresses(table);
  }
  pf.tables = pf.tables.filter((table) => table.persist || referencesOf(pf, table) > 0);
}

function applyOptions(pf: Pf, wish: Wish, config: Config): void {
  if (!wish.merge) {
    pf.timeouts = defaultTimeouts(pf.system);
    pf.limits = defaultLimits(pf.system);
    pf.options = { keepcounters: false, syncookies: 'never', debug: pf.options.debug };
    // Without `set hostid` the kernel draws one: the states of before have another creator then.
    if (pf.system === 'freebsd15') pf.hostid = config.hostid ?? drawn(pf.hostid);
  }
  Object.assign(pf.timeouts, config.timeouts);
  Object.assign(pf.limits, config.limits);
  const { states } = config.limits;
  if (states !== undefined && config.timeouts['adaptive.start'] === undefined) {
    pf.timeouts['adaptive.start'] = Math.floor(states * 0.6);
    pf.timeouts['adaptive.end'] = Math.floor(states * 1.2);
  }
  // Also with -m: what the text does not name is cleared.
  for (const iface of pf.interfaces) iface.skip = config.skip.includes(iface.name);
  pf.options.keepcounters = config.keepcounters;
  pf.options.syncookies = config.syncookies ?? 'never';
  if (config.loginterface !== undefined) pf.options.loginterface = config.loginterface;
}

const drawn = (hostid: string): string =>
  ((Number.parseInt(hostid, 16) * 31 + 0x9e3779b9) >>> 0).toString(16).padStart(8, '0');
