// The listings of the stand-in: info, memory, timeouts, interfaces, anchors, rules, labels.

import type { Wish } from './options.ts';
import { counterRow, ctime, type Pf, warn } from './state.ts';
import { anchorExists, findTable, type Output } from './tables.ts';

export function showInfo(pf: Pf, wish: Wish): string {
  const bsd = pf.system === 'freebsd15';
  let out = `${statusLine(pf).padEnd(44)}${`Debug: ${pf.options.debug}`.padStart(15)}\n\n`;
  if (wish.verbose > 0) out += `Hostid:   0x${pf.hostid}\nChecksum: 0x${pf.checksum}\n\n`;
  if (pf.options.loginterface !== undefined) out += interfaceStats(pf.options.loginterface);
  out += `${'State Table'.padEnd(27)}${'Total'.padStart(15)}${'Rate'.padStart(17)}\n`;
  const shown = bsd
    ? ['State Table', ...(wish.verbose > 0 ? ['Source Tracking Table'] : []), 'Counters']
    : ['State Table', ...(wish.verbose > 0 ? ['Source Tracking Table', 'Fragments'] : []), 'Counters'];
  if (wish.verbose > 0) shown.push('Limit Counters');
  for (const section of shown) {
    if (section !== 'State Table') out += `${section}\n`;
    for (const [name, value] of Object.entries(sectionOf(pf, section))) out += infoRow(pf, name, value);
  }
  if (wish.verbose > 0) out += bsd ? syncookies(pf, wish) : watermarks(pf);
  return out;
}

function statusLine(pf: Pf): string {
  const days = Math.floor(pf.enabledSeconds / 86400);
  const clock = new Date((pf.enabledSeconds % 86400) * 1000).toISOString().slice(11, 19);
  const since = ` for ${days} days ${clock}`;
  if (pf.enabled) return `Status: Enabled${since}`;
  return pf.system === 'freebsd15' ? `Status: Disabled${since}` : 'Status: Disabled';
}

function sectionOf(pf: Pf, section: string): Record<string, number> {
  const known = pf.counters[section] ?? {};
  if (section === 'State Table') return { ...known, 'current entries': pf.flows.length };
  if (section === 'Source Tracking Table') return { ...known, 'current entries': pf.sources.length };
  return known;
}

const NO_RATE = new Set(['current entries', 'half-open tcp']);

function infoRow(pf: Pf, name: string, value: number): string {
  const head = `  ${name.padEnd(25)} ${String(value).padStart(14)}`;
  if (NO_RATE.has(name) || !pf.enabled || pf.enabledSeconds === 0) return `${head} ${' '.repeat(14)}\n`;
  return `${head} ${(value / pf.enabledSeconds).toFixed(1).padStart(14)}/s\n`;
}

function interfaceStats(name: string): string {
  const row = (label: string, v4: number, v6: number): string =>
    `  ${label.padEnd(25)} ${String(v4).padStart(14)} ${String(v6).padStart(16)}\n`;
  return [
    `Interface Stats for ${name.padEnd(16)}  IPv4             IPv6\n`,
    row('Bytes In', 812345678901, 12345678901),
    row('Bytes Out', 2212345678901, 98765432109),
    '  Packets In\n',
    row('  Passed', 912345678, 9123456),
    row('  Blocked', 48123, 311),
    '  Packets Out\n',
    row('  Passed', 1812345678, 81234567),
    row('  Blocked', 0, 0),
    '\n',
  ].join('');
}

function syncookies(pf: Pf, wish: Wish): string {
  const [mode = 'never'] = pf.options.syncookies.split(' ');
  let out = `Syncookies\n  ${'mode'.padEnd(25)} ${mode}\n  ${'active'.padEnd(25)} inactive\n`;
  if (wish.verbose >= 2) {
    const [, high = '25', low = '12'] = /start (\d+)%, end (\d+)%/.exec(pf.options.syncookies) ?? [];
    out += `  ${'highwater'.padEnd(25)} ${high} %\n  ${'lowwater'.padEnd(25)} ${low} %\n`;
    out += `  ${'halfopen states'.padEnd(25)} 0\n`;
  }
  return `${out}${'Reassemble'.padEnd(32)} no \n`;
}

function watermarks(pf: Pf): string {
  const [, high, low] = /start (\d+)%, end (\d+)%/.exec(pf.options.syncookies) ?? [];
  if (high === undefined) return '';
  const states = pf.limits.states ?? 0;
  const row = (name: string, percent: string | undefined): string =>
    `  ${name.padEnd(25)} ${String((states * Number(percent)) / 100).padStart(14)} states\n`;
  return `Adaptive Syncookies Watermarks\n${row('start', high)}${row('end', low)}`;
}

export const showMemory = (pf: Pf): string =>
  Object.entries(pf.limits)
    .map(([name, value]) => `${name.padEnd(13)} hard limit ${String(value).padStart(8)}\n`)
    .join('');

export const showTimeouts = (pf: Pf): string =>
  Object.entries(pf.timeouts)
    .map(([name, value]) => {
      const unit = name.startsWith('adaptive.') ? ' states' : 's';
      return `${name.padEnd(20)} ${String(value).padStart(10)}${unit}\n`;
    })
    .join('');

const KIF_ROWS = ['In4/Pass', 'In4/Block', 'Out4/Pass', 'Out4/Block', 'In6/Pass', 'In6/Block', 'Out6/Pass'];

export function showInterfaces(pf: Pf, wish: Wish): string {
  let out = '';
  for (const iface of pf.interfaces) {
    out += `${iface.name}${wish.verbose > 0 && iface.skip ? ' (skip)' : ''}\n`;
    if (wish.verbose < 2) continue;
    const count = String(iface.references).padEnd(18);
    out += `\tCleared:     ${ctime(pf.since)}\n`;
    out +=
      pf.system === 'freebsd15'
        ? `\tReferences:  ${count}\n`
        : `\tReferences:  [ States:  ${count} Rules: ${'0'.padEnd(18)} ]\n`;
    for (const row of [...KIF_ROWS, 'Out6/Block']) {
      const counted = row === 'In4/Pass' ? iface.in4Pass : undefined;
      out += counterRow(row, counted ?? { packets: 0, bytes: 0 });
    }
  }
  return out;
}

/** Children of the anchor, with -v all below it; names that begin with "_" only with -v. */
export function showAnchors(pf: Pf, wish: Wish): string {
  const paths = new Set([...Object.keys(pf.rules), ...pf.tables.map((table) => table.anchor)]);
  const under = wish.anchor === '' ? '' : `${wish.anchor}/`;
  const shown = [...paths].filter((path) => {
    if (path === '' || !path.startsWith(under) || path === wish.anchor) return false;
    const rest = path.slice(under.length);
    return wish.verbose > 0 || (!rest.includes('/') && !rest.startsWith('_'));
  });
  return shown
    .sort()
    .map((path) => `  ${path}\n`)
    .join('');
}

/** A missing anchor is a warning only: the exit status stays 0. */
export function showRules(pf: Pf, wish: Wish): Output {
  if (!anchorExists(pf, wish.anchor))
    return {
      out: '',
      err: warn(`Anchor does not exist${pf.system === 'freebsd15' ? '.' : ''}`),
      exitCode: 0,
    };
  return { out: rulesOf(pf, wish, wish.anchor, ''), err: '', exitCode: 0 };
}

function rulesOf(pf: Pf, wish: Wish, path: string, indent: string): string {
  let out = '';
  for (const [index, { text }] of (pf.rules[path] ?? []).entries()) {
    const number = wish.verbose >= 2 ? `@${index} ` : '';
    const child = /^anchor "([^"]+)"/.exec(text)?.[1];
    const inner = child === undefined ? undefined : path === '' ? child : `${path}/${child}`;
    const opens = wish.recursive && inner !== undefined && inner in pf.rules;
    const counted = wish.verbose >= 2 ? withCounts(pf, path, text) : text;
    out += `${indent}${number}${counted}${opens ? ' {' : ''}\n`;
    if (wish.verbose > 0) out += ruleStats(pf, wish, indent);
    if (opens) out += `${rulesOf(pf, wish, inner, `${indent}  `)}${indent}}\n`;
  }
  return out;
}

function withCounts(pf: Pf, anchor: string, text: string): string {
  return text.replace(
    /(from|to) (! )?<([^>]+)>/g,
    (all, side: string, not: string | undefined, name: string) => {
      const table = findTable(pf, anchor, name) ?? findTable(pf, '', name);
      return table === undefined ? all : `${side} ${not ?? ''}<${name}:${table.addresses.length}>`;
    },
  );
}

function ruleStats(pf: Pf, wish: Wish, indent: string): string {
  const none = { ten: '0'.padEnd(10), eight: '0'.padEnd(8), six: '0'.padEnd(6) };
  const evaluated = `[ Evaluations: ${none.eight}  Packets: ${none.eight}  Bytes: ${none.ten}  States: ${none.six}]`;
  const lines = [evaluated];
  if (pf.system === 'freebsd15')
    lines.push(`[ Source Nodes: ${none.six} Limit: ${none.six} NAT/RDR: ${none.six} Route: ${none.six} ]`);
  lines.push(`[ Inserted: uid 0 pid ${pf.pid} State Creations: ${none.six}]`);
  if (pf.system === 'freebsd15' && wish.verbose >= 2) lines.push('[ Last Active Time: N/A ]');
  return lines.map((line) => `${indent}  ${line}\n`).join('');
}

export const showLabels = (pf: Pf): string =>
  (pf.rules[''] ?? [])
    .flatMap(({ label }) => (label === undefined ? [] : [`${label} 0 0 0 0 0 0 0 0\n`]))
    .join('');

export const showCreators = (pf: Pf): string =>
  `Creator IDs:\n${[...new Set(pf.flows.map(({ creator }) => creator))].map((id) => `${id}\n`).join('')}`;
