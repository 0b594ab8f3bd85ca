// What fail2ban-client says of one jail. fail2ban 1.0.2:
//   status JAIL       → "Status for the jail: sshd\n|- Filter\n|  |- Currently failed:\t0\n|  |- Total failed:\t7\n…"
//   get JAIL logpath  → "Current monitored log file(s):\n|- /var/log/auth.log\n`- /var/log/secure"
//   get JAIL actions  → "The jail sshd has the following actions:\nnftables-multiport"

/** `matches`: present for a jail that reads the journal. */
export type JailStatus = Readonly<{
  failedNow?: number;
  failedTotal?: number;
  bannedNow?: number;
  bannedTotal?: number;
  matches?: string;
}>;

const FIELD = /^[|` ]*- ([A-Z][A-Za-z ]+):\t?(.*)$/;

/** undefined = not a status. Numbers that are not there stay unknown. */
export function parseJailStatus(text: string): JailStatus | undefined {
  if (!text.startsWith('Status for the jail: ')) return undefined;
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !fields.has(name)) fields.set(name, value.trim());
  }
  const failedNow = whole(fields.get('Currently failed'));
  const failedTotal = whole(fields.get('Total failed'));
  const bannedNow = whole(fields.get('Currently banned'));
  const bannedTotal = whole(fields.get('Total banned'));
  const matches = fields.get('Journal matches');
  return {
    ...(failedNow === undefined ? {} : { failedNow }),
    ...(failedTotal === undefined ? {} : { failedTotal }),
    ...(bannedNow === undefined ? {} : { bannedNow }),
    ...(bannedTotal === undefined ? {} : { bannedTotal }),
    ...(matches === undefined ? {} : { matches }),
  };
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Raw paths; undefined = not understood. */
export function parseLogPaths(text: string): readonly string[] | undefined {
  const [head = '', ...rest] = text.split('\n');
  if (/^No file is currently monitored/.test(head)) return [];
  if (!head.startsWith('Current monitored log file(s):')) return undefined;
  return rest.flatMap((line) => {
    const path = /^[|`]- (\/.*)$/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
}

/** Raw names; empty = it has none. A name with ", " in it comes as two. */
export function parseJailActions(text: string): readonly string[] | undefined {
  if (text.startsWith('No actions for jail ')) return [];
  const [head = '', names] = text.split('\n');
  if (!/^The jail .* has the following actions:$/.test(head) || names === undefined) return undefined;
  return names
    .split(', ')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** "Current logging target is:\n`- /var/log/fail2ban.log" */
export function parseLogTarget(text: string): string | undefined {
  return /^Current logging target is:\n`- (.+)$/.exec(text.trimEnd())?.[1];
}

/** "Current logging level is 'INFO'" */
export function parseLogLevel(text: string): string | undefined {
  return /^Current logging level is '?([A-Z]+)'?$/.exec(text.trim())?.[1];
}

/** Words for journalctl from what the status says; undefined = a value has a blank in it, or something unknown. */
export function journalWords(matches: string): readonly string[] | undefined {
  const words = matches.split(' ').filter((word) => word !== '');
  return words.length > 0 && words.every((word) => word === '+' || /^_?[A-Z][A-Z0-9_]*=.+$/.test(word))
    ? words
    : undefined;
}
