// The kernel's files that the watch reads, Linux 2.6 and later. Undefined = not as we know it.
//   /proc/loadavg                    0.55 0.31 0.16 1/108 13827
//   /sys/devices/system/cpu/online   0-3,6
//   /proc/net/netstat, /proc/net/snmp  "TcpExt: Name Name …" followed by "TcpExt: 1 2 …"
//   /proc/net/tcp                    state in the fourth column, 03 = SYN_RECV

export function parseLoad1(text: string): number | undefined {
  const match = /^(\d{1,7}\.\d{1,4})\s/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

const CPUS_MAX = 65_536;

export function parseOnlineCpus(text: string): number | undefined {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    if (last < first) return undefined;
    count += last - first + 1;
  }
  return count <= CPUS_MAX ? count : undefined;
}

export function parseCount(text: string): number | undefined {
  const match = /^(\d{1,15})\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** The counters of one protocol by name; undefined when its two lines are missing or do not fit each other. */
export function parseCounters(text: string, protocol: string): ReadonlyMap<string, number> | undefined {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.trim().split(/\s+/).slice(1));
  if (names === undefined || values === undefined || names.length !== values.length) return undefined;
  const found = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? '';
    // MaxConn is -1; nothing that we ask for is negative.
    if (/^\d{1,20}$/.test(value)) found.set(name, Number(value));
    else if (!/^-\d{1,20}$/.test(value)) return undefined;
  }
  return found;
}

/**
 * Connections for which a listener had no room: dropped (ListenDrops counts ListenOverflows too), or kept alive by a SYN
 * cookie. With cookies on, a SYN flood shows in nothing else: the queue stops at the backlog and nothing is dropped.
 */
export function parseListenDrops(netstat: string): number | undefined {
  const counters = parseCounters(netstat, 'TcpExt');
  const drops = counters?.get('ListenDrops');
  return drops === undefined ? undefined : drops + (counters?.get('SyncookiesSent') ?? 0);
}

export function parsePassiveOpens(snmp: string): number | undefined {
  return parseCounters(snmp, 'Tcp')?.get('PassiveOpens');
}

/** Rows of /proc/net/tcp in state SYN_RECV. */
export function countSynRecv(table: string): number | undefined {
  if (!/^\s*sl\s/.test(table)) return undefined;
  return table.match(/^ *\d+: \S+ \S+ 03 /gm)?.length ?? 0;
}
