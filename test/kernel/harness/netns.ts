// A private network for a test: one "server" namespace and N clients, each on its own veth pair, with addresses from
// the documentation ranges. Nothing here touches the machine's own network; everything is gone after dispose(),
// after the process ends, or (when it was killed) at the next createTestNet of anybody.

import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll } from 'vitest';
import { type ExecResult, expectNamespace, removeLeftovers, removeNow, tool } from './namespaces.ts';
import { AGENT_ENTRY, type Agent, createAgent } from './net-agent.ts';

/** A namespace of the test. `name` is what `ip netns` and createNetnsHost take. */
export type TestNs = Readonly<{ name: string; v4: string; v6: string }>;
export type ExecOptions = Readonly<{
  input?: string /** Do not throw when the exit code is not 0. */;
  anyExit?: boolean;
}>;
export type ProbeOptions = Readonly<{
  /** Bound for the answer, default 1000 ms. */ boundMs?: number;
  from?: string;
}>;

export type TestFlow = Readonly<{
  localPort: number;
  /** True when the other end echoed everything sent so far within the bound (default 1000 ms). */
  send(text: string, boundMs?: number): Promise<boolean>;
  close(): Promise<void>;
}>;

export interface TestNet {
  /** 192.0.2.1 and 2001:db8::1, reachable from every client. */
  readonly server: TestNs;
  /** Client i: 203.0.113.(10+i) and 2001:db8:113:(i+1)::10. Clients do not reach each other. */
  readonly clients: readonly TestNs[];
  /** The client at `index`; throws when there is none, so that tests need no checks. */
  client(index: number): TestNs;
  exec(ns: TestNs, argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
  /** A process that lives until dispose() at the latest. */
  spawnIn(ns: TestNs, argv: readonly [string, ...string[]]): ChildProcess;
  /** Gives a client one more address (198.51.100.x, 2001:db8:…), routed back from the server. */
  addAddress(client: TestNs, address: string): Promise<void>;
  /** TCP and UDP echo on `port`, both families. Resolves when it listens. */
  echoServer(ns: TestNs, port: number): Promise<void>;
  /** `dropped`: no answer within the bound; `refused`: RST or ICMP. */
  probeTcp(ns: TestNs, address: string, port: number, options?: ProbeOptions): Promise<ProbeResult>;
  probeUdp(ns: TestNs, address: string, port: number, options?: ProbeOptions): Promise<ProbeResult>;
  openFlow(ns: TestNs, address: string, port: number, options?: ProbeOptions): Promise<TestFlow>;
  /** A fresh namespace tracks nothing until a rule asks for the state: adds one in its own nft table. Resolves to its removal. */
  trackConnections(ns: TestNs): Promise<() => Promise<void>>;
  dispose(): Promise<void>;
}
export type ProbeResult = 'open' | 'refused' | 'dropped';

export type TestNetOptions = Readonly<{ clients?: number; v6?: boolean }>;

const PREFIX = 'oc-test-';
const TRACKING_TABLE = 'oc_test_track';
const TRACKING_RULES = `table inet ${TRACKING_TABLE} {
  chain c { type filter hook prerouting priority 0; ct state new counter; }
}`;
let counter = 0;
const liveChildren = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of liveChildren) child.kill('SIGKILL');
});

/** For use inside a describe: makes the net before all its tests and removes it after them, also when they fail. */
export function useTestNet(options: TestNetOptions = {}): () => TestNet {
  let net: TestNet | undefined;
  beforeAll(async () => {
    net = await createTestNet(options);
  });
  afterAll(async () => {
    await net?.dispose();
  });
  return () => {
    if (net === undefined) throw new Error('the test net exists only inside tests');
    return net;
  };
}

export async function createTestNet(options: TestNetOptions = {}): Promise<TestNet> {
  removeLeftovers();
  counter += 1;
  const base = `${PREFIX}${process.pid}-${counter}`;
  const server: TestNs = { name: `${base}-server`, v4: '192.0.2.1', v6: '2001:db8::1' };
  const clients = Array.from({ length: options.clients ?? 1 }, (_, index): TestNs => {
    const suffix = (index + 1).toString(16);
    return { name: `${base}-c${index}`, v4: `203.0.113.${10 + index}`, v6: `2001:db8:113:${suffix}::10` };
  });
  const all = [server, ...clients];
  for (const ns of all) expectNamespace(ns.name);
  try {
    await build(server, clients, options.v6 ?? true);
  } catch (error) {
    for (const ns of all) removeNow(ns.name);
    throw error;
  }
  return createNet(server, clients);
}

async function build(server: TestNs, clients: readonly TestNs[], v6: boolean): Promise<void> {
  await tool(['ip', '-batch', '-'], [server, ...clients].map((ns) => `netns add ${ns.name}\n`).join(''));
  for (const ns of [server, ...clients]) {
    // Without this, addresses are tentative for a second and the first probes fail.
    const knobs = ['all', 'default'].map((scope) => `net.ipv6.conf.${scope}.accept_dad=0`);
    await tool(['ip', 'netns', 'exec', ns.name, 'sysctl', '-q', '-w', ...knobs], '');
  }
  const pairs = clients.map(
    (ns, i) => `link add v${i} netns ${server.name} type veth peer name eth0 netns ${ns.name}\n`,
  );
  await tool(['ip', '-batch', '-'], pairs.join(''));
  // The server's addresses are on every link, because IPv6 neighbours answer only for addresses of the asked interface.
  const near = clients.flatMap((ns, i) => [
    `addr add ${server.v4}/32 dev v${i}`,
    ...(v6 ? [`addr add ${server.v6}/128 dev v${i} nodad`] : []),
    `link set v${i} up`,
    `route add ${ns.v4}/32 dev v${i} src ${server.v4}`,
    ...(v6 ? [`route add ${ns.v6}/128 dev v${i} src ${server.v6}`] : []),
  ]);
  await tool(['ip', '-n', server.name, '-batch', '-'], `${['link set lo up', ...near].join('\n')}\n`);
  for (const ns of clients) {
    const far = [
      'link set lo up',
      `addr add ${ns.v4}/32 dev eth0`,
      ...(v6 ? [`addr add ${ns.v6}/128 dev eth0 nodad`] : []),
      'link set eth0 up',
      `route add default dev eth0 src ${ns.v4}`,
      ...(v6 ? [`route add ::/0 dev eth0 src ${ns.v6}`] : []),
    ];
    await tool(['ip', '-n', ns.name, '-batch', '-'], `${far.join('\n')}\n`);
  }
}

function createNet(server: TestNs, clients: readonly TestNs[]): TestNet {
  const children = new Set<ChildProcess>();
  const agents = new Map<string, Agent>();
  const keep = <Child extends ChildProcess>(child: Child): Child => {
    children.add(child);
    liveChildren.add(child);
    child.on('exit', () => liveChildren.delete(child));
    return child;
  };
  const agentOf = (ns: TestNs): Agent => {
    const known = agents.get(ns.name);
    if (known !== undefined) return known;
    const argv = ['netns', 'exec', ns.name, process.execPath, AGENT_ENTRY];
    const agent = createAgent(keep(spawn('ip', argv, { stdio: ['pipe', 'pipe', 'inherit'] })));
    agents.set(ns.name, agent);
    return agent;
  };
  const exec: TestNet['exec'] = (ns, argv, options) =>
    tool(inside(ns, argv), options?.input, options?.anyExit);
  const probe = async (op: 'tcp' | 'udp', ns: TestNs, wish: Wish): Promise<ProbeResult> => {
    const reply = await agentOf(ns).ask({ op, ...wish });
    return reply.value as ProbeResult;
  };
  return {
    server,
    clients,
    client(index) {
      const found = clients[index];
      if (found === undefined)
        throw new Error(`the test net has ${clients.length} clients, not ${index + 1}`);
      return found;
    },
    exec,
    spawnIn: (ns, argv) => keep(spawn('ip', inside(ns, argv).slice(1), { stdio: 'pipe' })),
    async addAddress(client, address) {
      const length = address.includes(':') ? '128 nodad' : '32';
      const index = clients.findIndex((ns) => ns.name === client.name);
      await tool(['ip', '-n', client.name, 'addr', 'add', ...`${address}/${length} dev eth0`.split(' ')]);
      await tool(['ip', '-n', server.name, 'route', 'add', address, 'dev', `v${index}`]);
    },
    async echoServer(ns, port) {
      await agentOf(ns).ask({ op: 'listen', port });
    },
    probeTcp: (ns, address, port, options) => probe('tcp', ns, wishOf(address, port, options)),
    probeUdp: (ns, address, port, options) => probe('udp', ns, wishOf(address, port, options)),
    async openFlow(ns, address, port, options) {
      const agent = agentOf(ns);
      const opened = await agent.ask({ op: 'flow-open', ...wishOf(address, port, options) });
      const flow = opened.id;
      return {
        localPort: opened.value as number,
        send: async (text, boundMs = 1000) =>
          (await agent.ask({ op: 'flow-send', flow, text, boundMs })).value === true,
        close: async () => {
          await agent.ask({ op: 'flow-close', flow });
        },
      };
    },
    async trackConnections(ns) {
      await exec(ns, ['nft', '-f', '-'], { input: TRACKING_RULES });
      return async () => {
        await exec(ns, ['nft', 'delete', 'table', 'inet', TRACKING_TABLE]);
      };
    },
    async dispose() {
      await Promise.all([...children].map(endChild));
      for (const ns of [server, ...clients]) removeNow(ns.name);
    },
  };
}

type Wish = Readonly<{ address: string; port: number; boundMs: number; from?: string }>;

function wishOf(address: string, port: number, options: ProbeOptions = {}): Wish {
  const from = options.from === undefined ? {} : { from: options.from };
  return { address, port, boundMs: options.boundMs ?? 1000, ...from };
}

function inside(ns: TestNs, argv: readonly string[]): readonly [string, ...string[]] {
  return ['ip', 'netns', 'exec', ns.name, ...argv];
}

function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
