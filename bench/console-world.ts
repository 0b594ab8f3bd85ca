// What the console looks at while it is measured: a network namespace with sets, rules and flows, two logs, a session.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type World = Readonly<{
  netns: string;
  folder: string;
  session: string;
  accessLog: string;
  authLog: string;
  env: Readonly<Record<string, string>>;
  remove(): void;
}>;

/** Answers nothing, but packets for it leave by the interface. */
export const PEER = '192.0.2.9';
const MEMBERS = 500;
const FLOWS = 300;
const LINES_BEFORE = 2000;

const RULES = `table inet guard {
  set ban4 { type ipv4_addr; flags timeout; counter; }
  chain input {
    type filter hook input priority 0;
    ct state invalid drop
    ip saddr @ban4 counter drop
  }
}
`;

export function makeWorld(): World {
  const netns = `oc-bench-console-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-console-'));
  const inside = (argv: readonly string[], input = ''): void =>
    void execFileSync('ip', ['netns', 'exec', netns, ...argv], {
      input,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  execFileSync('ip', ['netns', 'add', netns]);
  const remove = (): void => {
    execFileSync('ip', ['netns', 'del', netns]);
    rmSync(folder, { recursive: true });
  };
  try {
    inside(['ip', 'link', 'set', 'lo', 'up']);
    inside(['ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far']);
    inside(['ip', 'address', 'add', '192.0.2.1/24', 'dev', 'eth0']);
    inside(['ip', 'link', 'set', 'eth0', 'up']);
    inside(['ip', 'link', 'set', 'far', 'up']);
    inside(['ip', 'neighbour', 'add', PEER, 'lladdr', '02:00:00:00:00:09', 'dev', 'eth0']);
    inside(['nft', '-f', '-'], RULES + nftMembers());
    inside(['ipset', 'restore'], ipsetMembers());
    inside(['iptables', '-I', 'INPUT', '-m', 'set', '--match-set', 'f2b-http', 'src', '-j', 'DROP']);
    writeFileSync(join(folder, 'flows'), flowLines());
    inside(['conntrack', '-R', join(folder, 'flows')]);
  } catch (error) {
    remove();
    throw error;
  }
  const accessLog = join(folder, 'access.log');
  const authLog = join(folder, 'auth.log');
  const session = join(folder, 'session.yml');
  writeFileSync(accessLog, accessLines(0, LINES_BEFORE));
  writeFileSync(authLog, authLines(0, LINES_BEFORE));
  writeFileSync(session, sessionText(accessLog, authLog));
  for (const part of ['home', 'state']) mkdirSync(join(folder, part));
  const env = {
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'state'),
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  };
  return { netns, folder, session, accessLog, authLog, env, remove };
}

function nftMembers(): string {
  const members = Array.from({ length: MEMBERS }, (_, at) => `${address(at, '198.18')} timeout 1d`);
  return `add element inet guard ban4 { ${members.join(', ')} }\n`;
}

function ipsetMembers(): string {
  const head = 'create f2b-http hash:ip timeout 86400 counters comment maxelem 262144\n';
  const adds = Array.from(
    { length: MEMBERS },
    (_, at) => `add f2b-http ${address(at, '198.51')} timeout ${3600 + at} comment "wp-login"\n`,
  );
  return head + adds.join('');
}

function flowLines(): string {
  const lines = Array.from(
    { length: FLOWS },
    (_, at) =>
      `-A -s ${address(at % 60, '203.0')} -d 192.0.2.1 -p tcp --state ESTABLISHED --sport ${1024 + at} --dport 443 -t 9000\n`,
  );
  return lines.join('');
}

function address(at: number, net: string): string {
  return `${net}.${Math.floor(at / 250)}.${1 + (at % 250)}`;
}

/** Combined log lines as a scanner makes them, `from` on. */
export function accessLines(from: number, count: number): string {
  let text = '';
  for (let at = from; at < from + count; at++) {
    const peer = address(at % 5000, '203.0');
    text += `${peer} - - [${stamp(at)}] "GET /wp-login.php?try=${at} HTTP/1.1" 404 ${at % 997} "-" "Mozilla/5.0"\n`;
  }
  return text;
}

function stamp(at: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `21/Nov/2025:02:${two(Math.floor(at / 60_000) % 60)}:${two(Math.floor(at / 1000) % 60)} +0000`;
}

export function authLines(from: number, count: number): string {
  let text = '';
  for (let at = from; at < from + count; at++)
    text += `Nov 21 02:13:05 host sshd[${1000 + (at % 9000)}]: Failed password for root from ${address(at % 700, '198.51')} port ${1024 + (at % 60_000)} ssh2\n`;
  return text;
}

function sessionText(accessLog: string, authLog: string): string {
  return `version: 1
name: bench
refresh: 1s
windows:
  - name: watch
    layout:
      columns:
        - size: 60%
          rows: [1, 2, { pane: 3, size: 8 }]
        - rows: [4, 5, 6]
    panes:
      - log: ${accessLog}
      - log: ${authLog}
      - host
      - conntrack
      - bans
      - traffic
`;
}
