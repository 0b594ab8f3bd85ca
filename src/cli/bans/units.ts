// The systemd units that carry bans over a reboot, with the absolute path of this installation. They must run after
// whatever flushes the ruleset, and stop before it: so `PartOf` brings the bans back after a restart of the firewall, too.

import { problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ActDeps } from '../act-desk.ts';
import { complain } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import { programPath, unitWord } from '../watch-unit.ts';

export type UnitsOf = 'save' | 'restore' | 'expire' | 'allow';
export type Unit = Readonly<{ name: string; text: string }>;

/** `local`: a host was named. */
export function sayUnits(
  of: UnitsOf,
  name: string | true,
  { io, local }: Pick<ActDeps, 'io' | 'local'>,
): ExitStatus {
  if (local !== undefined)
    return complain(problem('bad-input', 'units are for the machine that they are printed on'), io);
  const program = programPath(process.argv[1] ?? '');
  if (program === undefined)
    return complain(problem('not-found', 'bin/opsconsole cannot be found beside the program that runs'), io);
  if (/[\0-\x1f\x7f]/.test(program))
    return complain(problem('bad-input', 'a control character in a path cannot be in a unit'), io);
  const units = unitsOf(of, program);
  if (name === true) {
    const shown = units.map((unit) => `# ${FOLDER}/${unit.name}\n${unit.text}`).join('\n');
    io.stdout.write(`${shown}\n${cronWords(of, program)}`);
    return EXIT.done;
  }
  const found = units.find((unit) => unit.name === name);
  if (found === undefined)
    return complain(
      problem('bad-input', `no unit ${JSON.stringify(sanitise(name, 80))} belongs to it`, {
        hint: `there are ${units.map((unit) => unit.name).join(', ')}`,
      }),
      io,
    );
  io.stdout.write(found.text);
  return EXIT.done;
}

const FOLDER = '/etc/systemd/system';
const MAIN = 'opsconsole-bans.service';

/** What may flush or load a ruleset. Units that are not installed do no harm. */
const FIREWALLS = [
  'nftables',
  'iptables',
  'ip6tables',
  'netfilter-persistent',
  'ipset',
  'ufw',
  'firewalld',
  'firehol',
  'shorewall',
  'shorewall6',
  'ferm',
  'csf',
]
  .map((name) => `${name}.service`)
  .join(' ');

export function unitsOf(of: UnitsOf, program: string): readonly Unit[] {
  const run = (words: string): string => `${unitWord(program)} bans ${words}`;
  switch (of) {
    case 'restore':
      return [{ name: MAIN, text: mainUnit(run) }];
    case 'save':
      return [
        { name: 'opsconsole-bans-save.service', text: saveUnit(run('save')) },
        { name: 'opsconsole-bans-save.timer', text: timer('the bans are saved', '5min') },
      ];
    case 'expire':
      return [
        { name: 'opsconsole-bans-expire.service', text: expireUnit(run('expire')) },
        { name: 'opsconsole-bans-expire.timer', text: timer('bans that have ended are taken out', '1min') },
      ];
    case 'allow':
      return [
        { name: 'opsconsole-allow.service', text: allowUnit(`${unitWord(program)} allow sync`) },
        { name: 'opsconsole-allow.timer', text: timer('the names that are allowed are resolved', '5min') },
      ];
  }
}

/**
 * Not before network-pre.target: what comes after firewalls that start with the network would be a circle, and systemd
 * would leave one of them out. Status 4: done, but a set is gone; the message names it.
 */
function mainUnit(run: (words: string) => string): string {
  return `# Written by: opsconsole bans restore --print-unit
[Unit]
Description=opsconsole: bans survive a reboot and a restart of the firewall
After=local-fs.target ${FIREWALLS}
PartOf=${FIREWALLS}
ReloadPropagatedFrom=${FIREWALLS}
RequiresMountsFor=/var/lib/opsconsole

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${run('restore')}
ExecReload=${run('restore')}
ExecStop=${run('save')}
SuccessExitStatus=4
TimeoutStartSec=15min
TimeoutStopSec=5min
${HARDENED}
[Install]
WantedBy=multi-user.target
`;
}

/** Saved only where the last restore went well: what it did not bring back is in the file alone. */
function saveUnit(run: string): string {
  return `# Written by: opsconsole bans save --print-unit
[Unit]
Description=opsconsole: saves the bans
Requisite=${MAIN}
After=${MAIN}

[Service]
Type=oneshot
ExecStart=${run}
TimeoutStartSec=15min
${HARDENED}`;
}

function expireUnit(run: string): string {
  return `# Written by: opsconsole bans expire --print-unit
[Unit]
Description=opsconsole: takes out bans that have ended
After=${FIREWALLS} ${MAIN}

[Service]
Type=oneshot
ExecStart=${run}
TimeoutStartSec=15min
${HARDENED}`;
}

function allowUnit(run: string): string {
  return `# Written by: opsconsole allow sync --print-unit
[Unit]
Description=opsconsole: host names with changing addresses, in the sets that allow them
After=network-online.target nss-lookup.target ${FIREWALLS}
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=${run}
TimeoutStartSec=2min
${HARDENED}`;
}

function timer(what: string, every: string): string {
  return `[Unit]
Description=opsconsole: every ${every}, ${what}

[Timer]
OnBootSec=${every}
OnUnitInactiveSec=${every}
AccuracySec=10s

[Install]
WantedBy=timers.target
`;
}

/** Root's journal and the state folder are written, nft, ipset, iptables and ss are run, and Node compiles at run time. */
const HARDENED = `UMask=0077
NoNewPrivileges=yes
ProtectSystem=full
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
PrivateTmp=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
`;

function cronWords(of: UnitsOf, program: string): string {
  const word = program.replaceAll('%', '\\%');
  const quoted = /^[A-Za-z0-9_@+=:,./\\%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  switch (of) {
    case 'restore':
      return `# Without systemd, in /etc/crontab (cron starts after the firewall on most systems: check it):\n# @reboot root ${quoted} bans restore\n`;
    case 'save':
      return `# Without systemd, in /etc/crontab:\n# */5 * * * * root ${quoted} bans save >/dev/null\n`;
    case 'allow':
      return `# Without systemd, in /etc/crontab:\n# */5 * * * * root ${quoted} allow sync >/dev/null\n`;
    case 'expire':
      return `# Without systemd, in /etc/crontab:\n# * * * * * root ${quoted} bans expire >/dev/null\n`;
  }
}
