// The attack: many new connections from a few sources, bounded in rate, in open sockets and in time, and only ever to
// the server of the playground. It keeps on when it is dropped, as a botnet would.

import { connect, type Socket } from 'node:net';

export type AttackConfig = Readonly<{
  v4: readonly string[];
  v6: readonly string[];
  target4: string;
  target6: string;
  port: number;
  /** New connections per second, all sources together. */
  rate: number;
  seconds: number;
  log: string;
}>;

const TICK_MS = 50;
/** Unanswered ones wait this long; what waits counts against OPEN_MAX, so that a dropped attack costs little. */
const PATIENCE_MS = 3_000;
const OPEN_MAX = 900;
/** Connections that say nothing and stay, per source, to fill tables. */
const IDLE_PER_SOURCE = 12;

const REQUESTS = [
  'POST /wp-login.php',
  'POST /wp-login.php',
  'POST /wp-login.php',
  'GET /xmlrpc.php',
  'GET /.env',
  'GET /.git/config',
  'GET /phpmyadmin/index.php',
  'GET /cgi-bin/luci',
  'GET /',
  'GET /products?id=1%27%20OR%201=1',
] as const;
const AGENTS = [
  'Mozilla/5.0 zgrab/0.x',
  'python-requests/2.31',
  'Go-http-client/1.1',
  'curl/7.88.1',
] as const;
/** One connection in this many knocks on a door that is not there. */
const SCAN_EVERY = 25;
const SCANNED = [23, 3306, 5432, 6379, 8080, 8443];

/** Ends the process when its time is over. */
export async function attack(config: AttackConfig): Promise<void> {
  const sources = weighted(config);
  const open = new Set<Socket>();
  const idle = new Map<string, number>();
  const end = performance.now() + config.seconds * 1000;
  let turn = 0;
  let owed = 0;
  const strikeOn = (): void => {
    if (performance.now() > end) process.exit(0);
    // A late tick is not made up for: on a machine that is too slow the attack gets weaker, not the machine.
    owed += (config.rate * TICK_MS) / 1000;
    for (; owed >= 1 && open.size < OPEN_MAX; owed--) {
      const source = sources[turn % sources.length];
      if (source !== undefined) strike(config, { source, turn, open, idle });
      turn++;
    }
    owed = Math.min(owed, 1);
  };
  setInterval(strikeOn, TICK_MS);
}

/** The first source is six times as loud as others. */
function weighted({ v4, v6 }: AttackConfig): readonly string[] {
  const loudest = v4[0];
  const all: string[] = [];
  for (const [index, source] of [...v4.slice(1), ...v6].entries()) {
    if (index % 3 === 0 && loudest !== undefined) all.push(loudest);
    all.push(source);
  }
  return all;
}

type Strike = Readonly<{ source: string; turn: number; open: Set<Socket>; idle: Map<string, number> }>;

function strike(config: AttackConfig, { source, turn, open, idle }: Strike): void {
  const isV6 = source.includes(':');
  const scan = turn % SCAN_EVERY === 0;
  const held = idle.get(source) ?? 0;
  const staysIdle = !scan && held < IDLE_PER_SOURCE;
  const socket = connect({
    host: isV6 ? config.target6 : config.target4,
    port: scan ? (SCANNED[(turn / SCAN_EVERY) % SCANNED.length] ?? 23) : config.port,
    localAddress: source,
  });
  open.add(socket);
  if (staysIdle) idle.set(source, held + 1);
  socket.setTimeout(staysIdle ? 120_000 : PATIENCE_MS, () => socket.destroy());
  // setTimeout does not count while the kernel still tries to connect.
  const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.on('connect', () => {
    clearTimeout(patience);
    if (!staysIdle) socket.write(requestText(turn, config.target4));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(patience);
    open.delete(socket);
    if (staysIdle) idle.set(source, (idle.get(source) ?? 1) - 1);
  });
  socket.resume();
}

function requestText(turn: number, host: string): string {
  const random = Math.floor(Math.random() * 1e6);
  const request = turn % 7 === 3 ? `GET /old/${random}.php` : REQUESTS[random % REQUESTS.length];
  const agent = AGENTS[random % AGENTS.length];
  return `${request} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
}
