// A real local API of CrowdSec and its real firewall bouncer in the network namespace of a test net: configuration and
// database of their own, no hub, no central API. The programs are unpacked by `npm test`, not installed.

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createWhich } from '../../../src/host/which.ts';
import { type ExecResult, tool } from './namespaces.ts';
import type { TestNet } from './netns.ts';

const ROOT = new URL('../../../node_modules/.cache/opsconsole/crowdsec', import.meta.url).pathname;
const CSCLI = join(ROOT, 'usr/bin/cscli');
const CROWDSEC = join(ROOT, 'usr/bin/crowdsec');
const BOUNCER = join(ROOT, 'usr/bin/crowdsec-firewall-bouncer');
/** For kernelSuite: a suite that needs these fails in CI where they are not there. */
export const CROWDSEC_TOOLS = [CSCLI, CROWDSEC, BOUNCER, 'env'];

/** SQLite came with the packages; the machine may have none. */
const WITH_LIBRARY = [
  'env',
  `LD_LIBRARY_PATH=${['x86_64', 'aarch64'].map((arch) => join(ROOT, `usr/lib/${arch}-linux-gnu`)).join(':')}`,
] as const;
/** Not 8080, where tests have their own services. */
const URL_OF_API = 'http://127.0.0.1:18080/';
const MEMORY = '/dev/shm';
const WAIT = { timeout: 20_000, interval: 100 };

export type BouncerMode = 'nftables' | 'iptables';

export interface Crowdsec {
  /** "config.yaml", "local_api_credentials.yaml" and the database. */
  readonly folder: string;
  /** A Host whose `cscli` is the unpacked one with our configuration. */
  readonly host: Host;
  cscli(...words: readonly string[]): Promise<ExecResult>;
  /** The local API: stops answering (SIGSTOP), and goes on. */
  hang(): void;
  wake(): void;
  startApi(): Promise<void>;
  stopApi(): Promise<void>;
  /** Asks the API four times a second. Resolves when it has made its sets. */
  startBouncer(mode: BouncerMode): Promise<void>;
  stopBouncer(): Promise<void>;
  hangBouncer(): void;
  wakeBouncer(): void;
  dispose(): Promise<void>;
}

export async function startCrowdsec(net: TestNet): Promise<Crowdsec> {
  // In memory where that is to be had: on a slow disk SQLite keeps the bouncer and an alert waiting for each other.
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'oc-crowdsec-'));
  writeConfig(folder);
  const config = join(folder, 'config.yaml');
  const words = [...WITH_LIBRARY, CSCLI, '-c', config] as const;
  const inside = ['ip', 'netns', 'exec', net.server.name] as const;
  const cscli = (...rest: readonly string[]): Promise<ExecResult> =>
    tool([...inside, ...words, ...rest], '', true);
  const { host, close } = await hostWith(net, words);
  await cscli('machines', 'add', '--auto', '-f', join(folder, 'local_api_credentials.yaml'));
  let api: ChildProcess | undefined;
  let bouncer: ChildProcess | undefined;
  const self: Crowdsec = {
    folder,
    host,
    cscli,
    hang: () => void api?.kill('SIGSTOP'),
    wake: () => void api?.kill('SIGCONT'),
    async startApi() {
      api = run(net, [...WITH_LIBRARY, CROWDSEC, '-c', config, '-no-cs', '-no-capi']);
      // `lapi status` wants a hub.
      await vi.waitUntil(async () => (await cscli('decisions', 'list')).exitCode === 0, WAIT);
    },
    async stopApi() {
      self.wake();
      await ended(api);
    },
    async startBouncer(mode) {
      const key = (await cscli('bouncers', 'add', `fw${Date.now()}`, '-o', 'raw')).stdout.trim();
      const file = join(folder, 'bouncer.yaml');
      writeFileSync(file, bouncerConfig(folder, mode, key));
      bouncer = run(net, [BOUNCER, '-c', file]);
      const listing = mode === 'nftables' ? ['nft', 'list', 'tables'] : ['ipset', 'list', '-n'];
      const made = async (): Promise<boolean> =>
        (await tool([...inside, ...listing])).stdout.includes('crowdsec6');
      await vi.waitUntil(made, WAIT);
    },
    async stopBouncer() {
      self.wakeBouncer();
      await ended(bouncer);
    },
    hangBouncer: () => void bouncer?.kill('SIGSTOP'),
    wakeBouncer: () => void bouncer?.kill('SIGCONT'),
    async dispose() {
      await self.stopBouncer();
      await self.stopApi();
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await self.startApi();
  return self;
}

/** Its output is read away, so that it never waits for us. */
function run(net: TestNet, argv: readonly [string, ...string[]]): ChildProcess {
  const child = net.spawnIn(net.server, argv);
  child.stdout?.resume();
  child.stderr?.resume();
  return child;
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(late);
}

async function hostWith(
  net: TestNet,
  words: readonly [string, ...string[]],
): Promise<Readonly<{ host: Host; close: () => void }>> {
  const base = await createNetnsHost({ name: net.server.name });
  const which = createWhich();
  const find = (name: string): Promise<string | undefined> => which.find(name === 'cscli' ? CSCLI : name);
  const [ip, env] = await Promise.all([which.find('ip'), which.find('env')]);
  if (ip === undefined || env === undefined) throw new Error('ip and env are needed');
  const runner = createRunner({ find, forget: which.forget }, ({ argv }, path) => {
    const program = path === CSCLI ? [env, ...words.slice(1)] : [path];
    return [ip, 'netns', 'exec', net.server.name, ...program, ...argv.slice(1)];
  });
  return { host: { ...base, ...runner, which: find }, close: () => base.close() };
}

function writeConfig(folder: string): void {
  for (const name of ['data', 'hub', 'notifications', 'plugins']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'hub', '.index.json'), '{}');
  writeFileSync(join(folder, 'simulation.yaml'), 'simulation: false\n');
  writeFileSync(join(folder, 'profiles.yaml'), PROFILES);
  const at = (name: string): string => join(folder, name);
  writeFileSync(
    at('config.yaml'),
    `common:
  daemonize: false
  log_media: stdout
  log_level: warning
  working_dir: .
config_paths:
  config_dir: ${folder}
  data_dir: ${at('data')}
  simulation_path: ${at('simulation.yaml')}
  hub_dir: ${at('hub')}
  index_path: ${at('hub/.index.json')}
  notification_dir: ${at('notifications')}
  plugin_dir: ${at('plugins')}
cscli:
  output: human
db_config:
  log_level: warning
  type: sqlite
  use_wal: true
  db_path: ${at('data/crowdsec.db')}
api:
  client:
    insecure_skip_verify: false
    credentials_path: ${at('local_api_credentials.yaml')}
  server:
    log_level: warning
    listen_uri: 127.0.0.1:18080
    profiles_path: ${at('profiles.yaml')}
    console_path: ${at('console.yaml')}
prometheus:
  enabled: false
`,
  );
}

const PROFILES = `name: default_ip_remediation
filters:
 - Alert.Remediation == true && Alert.GetScope() == "Ip"
decisions:
 - type: ban
   duration: 4h
on_success: break
`;

const bouncerConfig = (folder: string, mode: BouncerMode, key: string): string => `mode: ${mode}
pid_dir: ${folder}
update_frequency: 250ms
daemonize: false
log_mode: stdout
log_level: info
api_url: ${URL_OF_API}
api_key: ${key}
disable_ipv6: false
deny_action: DROP
supported_decisions_types:
  - ban
blacklists_ipv4: crowdsec-blacklists
blacklists_ipv6: crowdsec6-blacklists
ipset_type: nethash
iptables_chains:
  - INPUT
nftables:
  ipv4:
    enabled: true
    set-only: false
    table: crowdsec
    chain: crowdsec-chain
  ipv6:
    enabled: true
    set-only: false
    table: crowdsec6
    chain: crowdsec6-chain
prometheus:
  enabled: false
`;
