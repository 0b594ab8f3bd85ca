// The session for a machine without a session file: from what the machine has to the same YAML text that
// `opsconsole init` writes, so that the detected layout is read by the one loader and can be saved and edited.

import { stringify } from 'yaml';
import type { HostEntry } from '../core/hosts.ts';
import { hostPlain } from './save-wanted.ts';

export type LogSubject = 'web' | 'auth' | 'mail' | 'bans' | 'firewall' | 'system';
/** What was found. `logs`: readable files by subject. `units`: journald units that exist. `interfaces`: with traffic, without lo. */
export type MachineFacts = Readonly<{
  hostName: string;
  logs: readonly Readonly<{ subject: LogSubject; path: string }>[];
  unreadable: readonly string[];
  journald: boolean;
  units: readonly string[];
  sets: readonly string[];
  interfaces: readonly string[];
  /** Whether its firewall can be managed; absent: it can. */
  firewall?: boolean;
  /** A fail2ban server listens here. */
  fail2ban?: true;
}>;

/** Where the common programs write on Debian, Red Hat, SUSE, Arch, FreeBSD, OpenBSD and macOS; the first that exists of a subject leads. */
export const LOG_CANDIDATES: readonly Readonly<{ subject: LogSubject; pattern: string }>[] = [
  { subject: 'web', pattern: '/var/log/nginx/access.log' },
  { subject: 'web', pattern: '/var/log/nginx/*access.log' },
  { subject: 'web', pattern: '/var/log/apache2/access.log' },
  { subject: 'web', pattern: '/var/log/apache2/*access.log' },
  { subject: 'web', pattern: '/var/log/httpd/access_log' },
  { subject: 'web', pattern: '/var/log/httpd-access.log' },
  { subject: 'web', pattern: '/var/www/logs/access.log' },
  { subject: 'web', pattern: '/var/log/lighttpd/access.log' },
  { subject: 'web', pattern: '/var/log/squid/access.log' },
  { subject: 'auth', pattern: '/var/log/auth.log' },
  { subject: 'auth', pattern: '/var/log/secure' },
  { subject: 'auth', pattern: '/var/log/authlog' },
  { subject: 'mail', pattern: '/var/log/mail.log' },
  { subject: 'mail', pattern: '/var/log/maillog' },
  { subject: 'mail', pattern: '/var/log/exim*/mainlog' },
  { subject: 'mail', pattern: '/var/log/dovecot.log' },
  { subject: 'bans', pattern: '/var/log/fail2ban.log' },
  { subject: 'firewall', pattern: '/var/log/ufw.log' },
  { subject: 'firewall', pattern: '/var/log/kern.log' },
  { subject: 'system', pattern: '/var/log/syslog' },
  { subject: 'system', pattern: '/var/log/messages' },
  { subject: 'system', pattern: '/var/log/daemon' },
  { subject: 'system', pattern: '/var/log/system.log' },
];
export const SSH_UNITS: readonly string[] = ['ssh.service', 'sshd.service'];

type PaneText = Readonly<Record<string, unknown>> | string;

/** YAML of a session for this machine, or for a host over ssh, commented. */
export function sessionTextFor(facts: MachineFacts, entry?: HostEntry): string {
  const logs = logPanes(facts);
  const main = logs.slice(0, 2);
  const rest = logs.slice(2);
  const windows = [
    facts.firewall === false ? ownMachine(main) : watchWindow(main),
    ...(rest.length > 0 ? [logsWindow(rest)] : []),
    ...(facts.fail2ban === true ? [{ name: 'jails', layout: 'even-vertical', panes: ['jails'] }] : []),
    actsWindow(facts.firewall !== false),
  ];
  const body = stringify({ windows }, { lineWidth: 100, flowCollectionPadding: false });
  return `${header(facts)}${entry === undefined ? '' : hostText(entry)}${body}`;
}

function hostText(entry: HostEntry): string {
  return `# Over ssh; other hosts of the session stand here, too.\n${stringify({ hosts: { [entry.id]: hostPlain(entry) }, host: entry.id })}`;
}

function header(facts: MachineFacts): string {
  const name =
    facts.hostName
      .replace(/[^\p{L}\p{N}._ -]/gu, '')
      .replace(/^[^\p{L}\p{N}]+/u, '')
      .slice(0, 40) || 'this-host';
  const found = (what: string, names: readonly string[]): string =>
    `# ${what}: ${names.length > 0 ? names.map(commentText).join(', ') : 'none'}\n`;
  return [
    '# opsconsole session. Check it with: opsconsole validate FILE. All keys: docs/session.md.\n',
    found('Ban sets found', facts.sets),
    found('Interfaces with traffic', facts.interfaces),
    facts.unreadable.length > 0 ? found('Logs that this user cannot read', facts.unreadable) : '',
    'version: 1\n',
    stringify({ name }),
    '# How often panes read their source.\nrefresh: 1s\n',
    '# Never banned or cut: addresses, networks, host names. Live ssh peers, own addresses, gateways\n# and resolvers are always safe, without being listed.\nallow: []\n',
    'bans:\n  durations: [1h, 1d, 1w]\n  default: 1d\n  # A set name to ban into; "ours" is opsconsole\'s own table.\n  target: ours\n  # Delete the flows of a banned address too.\n  cut: true\n',
  ].join('');
}

function commentText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}

/** One pane per subject: web first, then auth; several files of one subject share a pane. */
function logPanes(facts: MachineFacts): readonly PaneText[] {
  const bySubject = (subject: LogSubject): readonly string[] => [
    ...new Set(facts.logs.filter((log) => log.subject === subject).map((log) => log.path)),
  ];
  const panes: PaneText[] = [];
  for (const subject of ['web', 'auth', 'mail', 'bans', 'firewall', 'system'] as const) {
    const paths = bySubject(subject);
    if (paths.length > 0)
      panes.push({
        log: paths.length === 1 ? paths[0] : paths,
        ...(paths.length > 1 ? { title: subject } : {}),
      });
    else if (subject === 'auth' && facts.units.length > 0)
      panes.push({ log: { units: [...facts.units] }, title: 'ssh' });
  }
  if (facts.journald && !facts.logs.some((log) => log.subject === 'system'))
    panes.push({ log: { units: ['*'] }, title: 'system journal' });
  return panes;
}

function watchWindow(logs: readonly PaneText[]): unknown {
  const panes = [...logs, 'host', 'conntrack', 'bans', 'traffic'];
  const host = logs.length + 1;
  const right = { rows: [host + 1, host + 2, { pane: host + 3, size: '25%' }] };
  if (logs.length === 0)
    return {
      name: 'watch',
      layout: { columns: [{ rows: [host, host + 2], size: '50%' }, { rows: [host + 1, host + 3] }] },
      panes,
    };
  const left = { rows: [...logs.map((_, index) => index + 1), { pane: host, size: 6 }], size: '60%' };
  return { name: 'watch', layout: { columns: [left, right] }, panes };
}

function logsWindow(logs: readonly PaneText[]): unknown {
  return { name: 'logs', layout: 'even-vertical', panes: logs };
}

/** Nothing is banned or cut here: it is where the operator sits, and looks at others from. */
function ownMachine(logs: readonly PaneText[]): unknown {
  return { name: 'watch', layout: 'even-vertical', panes: [...logs, 'host', 'traffic'] };
}

function actsWindow(bans: boolean): unknown {
  return { name: 'acts', layout: 'even-vertical', panes: [...(bans ? ['bans'] : []), 'journal'] };
}
