// Programs whose syslog lines never speak of a peer: an address in them is an argument or our own, not a
// source.
//
//   Nov 20 12:00:00 gw sudo:   deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/sbin/ipset list
//   Nov 20 12:00:00 gw systemd[1]: Started ssh.service - OpenBSD Secure Shell server.

import type { TagFormat } from './format.ts';

const PROGRAMS = new Set(['CRON', 'cron', 'crond', 'anacron', 'sudo', 'doas', 'su', 'systemd', 'kernel']);
const MORE =
  /^(?:systemd-[\w-]+|dbus-daemon|polkitd|rsyslogd|NetworkManager|dhclient|ntpd|chronyd|opsconsole)$/;

export const local: TagFormat = {
  name: 'syslog',
  ownsTag: (tag) => PROGRAMS.has(tag) || MORE.test(tag),
  recognise: () => ({ kind: 'local' }),
};
