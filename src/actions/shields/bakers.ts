// Tools that would write the raised shields into a boot configuration, or flush them away, and boot configurations that
// hold them already. Found in files only: no program is started for it.

import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { SHIELDS_TABLE } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';

const FILE_BYTES_MAX = 4_194_304;
const SAID_MAX = 8;

/** Reads a file that may not be there; undefined = cannot be read. */
type ReadText = (path: string) => Promise<string | undefined>;
type Baker = Readonly<{
  /** Patterns of files that say the tool is here. */
  files: readonly string[];
  /** Undefined: here, but harmless as configured. `byItself`: nobody has to do anything for it to happen. */
  says(read: ReadText): Promise<SafeText | Readonly<{ byItself: SafeText }> | undefined>;
}>;

const BAKERS: readonly Baker[] = [
  {
    files: ['/usr/sbin/netfilter-persistent'],
    says: always(
      'netfilter-persistent is installed: do not run "netfilter-persistent save" now, it writes the shields into ' +
        '/etc/iptables, and with ipset-persistent our sets too',
    ),
  },
  {
    files: ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf', '/etc/nftables.nft'],
    says: async (read) => {
      const texts = await Promise.all(
        ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf', '/etc/nftables.nft'].map(read),
      );
      return texts.some((text) => /^\s*flush\s+ruleset\b/m.test(text ?? ''))
        ? safe(
            'nftables.conf flushes all tables: do not restart or reload nftables.service now, the wall would be gone',
          )
        : undefined;
    },
  },
  {
    files: ['/etc/conf.d/nftables', '/etc/conf.d/iptables', '/etc/sysconfig/iptables-config'],
    says: async (read) => {
      const texts = await Promise.all(
        ['/etc/conf.d/nftables', '/etc/conf.d/iptables', '/etc/sysconfig/iptables-config'].map(read),
      );
      return texts.some((text) => /^\s*(IP6?TABLES_)?SAVE_ON_(STOP|RESTART)="?yes/m.test(text ?? ''))
        ? safe(
            'the packet filter is saved when its service stops (SAVE_ON_STOP): do not stop it now, the shields would be saved',
          )
        : undefined;
    },
  },
  {
    files: ['/etc/csf/csf.conf'],
    says: async (read) =>
      /^\s*TESTING\s*=\s*"1"/m.test((await read('/etc/csf/csf.conf')) ?? '')
        ? {
            byItself: safe(
              'CSF is in testing mode: its cron job clears iptables every few minutes, shields of ours included',
            ),
          }
        : safe(
            'CSF is installed: do not run "csf -r" or "csf -x" now, it flushes iptables chains, ours included',
          ),
  },
  {
    files: ['/etc/shorewall/shorewall.conf', '/etc/shorewall6/shorewall6.conf'],
    says: always(
      'Shorewall is installed: do not run "shorewall save" (it keeps the shields for the next boot) or "shorewall restart" (it removes them)',
    ),
  },
  {
    files: ['/etc/firewalld/firewalld.conf'],
    // With nftables it keeps to its own table.
    says: async (read) =>
      /^\s*FirewallBackend\s*=\s*iptables\b/m.test((await read('/etc/firewalld/firewalld.conf')) ?? '')
        ? safe('firewalld uses iptables: do not reload it now, that flushes all chains, ours included')
        : undefined,
  },
  {
    files: ['/etc/default/ufw'],
    // By default it keeps to its own chains.
    says: async (read) =>
      /^\s*MANAGE_BUILTINS\s*=\s*"?yes/m.test((await read('/etc/default/ufw')) ?? '')
        ? safe(
            'ufw manages the built-in chains: do not reload it now, that flushes all chains, ours included',
          )
        : undefined,
  },
];

function always(words: string): Baker['says'] {
  return () => Promise.resolve(safe(words));
}

/** Where a line that saves the ruleset by itself may stand. */
const SCRIPTS = [
  '/etc/crontab',
  '/etc/cron.d/*',
  '/etc/cron.hourly/*',
  '/etc/cron.daily/*',
  '/etc/cron.weekly/*',
  '/var/spool/cron/*',
  '/var/spool/cron/crontabs/*',
  '/etc/network/if-down.d/*',
  '/etc/network/if-post-down.d/*',
  '/etc/systemd/system/*.service',
  '/etc/systemd/system/*.service.d/*.conf',
];

const SAVING = [
  /\bnft\b[^|;&]*\blist\s+ruleset\b.*(>|\|\s*(\S*\/)?tee\b)/,
  /\bip6?tables(-nft|-legacy)?-save\b.*(>|\|\s*(\S*\/)?tee\b|\s-f\b|\s--file\b)/,
  /\bipset\s+save\b.*(>|\s-f\b|\s-file\b)/,
  /\bnetfilter-persistent\s+save\b/,
  /\bshorewall6?\s+save\b/,
  /\bip6?tables\s+save\b/,
];

/** True when a line that is no comment writes the ruleset somewhere. */
export function savesRuleset(text: string): boolean {
  return text
    .split('\n')
    .some((line) => line.length < 4096 && !/^\s*#/.test(line) && SAVING.some((shape) => shape.test(line)));
}

const SAVED = [
  '/etc/nftables.conf',
  '/etc/nftables.d/*',
  '/etc/nftables/*',
  '/etc/nftables.nft',
  '/etc/sysconfig/nftables.conf',
  '/var/lib/nftables/*',
  '/etc/iptables/*',
  '/etc/sysconfig/iptables',
  '/etc/sysconfig/ip6tables',
  '/etc/sysconfig/ipset',
  '/etc/ipset.conf',
  '/var/lib/iptables/*',
  '/var/lib/ip6tables/*',
  '/var/lib/shorewall/*',
  '/var/lib/shorewall6/*',
];
const CHAINS = /\bOC_SHIELD/;
const OURS = new RegExp(
  `\\b${SHIELDS_TABLE}\\b|${CHAINS.source}|\\boc_(?:armed|safe|banned)[46]\\b|\\boc_(?:cap)?ports\\b`,
);

/** Numbers of the lines that name our wall. */
export function linesOfShields(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => (OURS.test(line) ? [index + 1] : []));
}

/** Boot configurations that hold shields, one sentence each. Asked at every status, too: they outlive the shields. */
export async function findSaved(host: Host): Promise<readonly SafeText[]> {
  const found = await lookInto(host, SAVED, (text) => linesOfShields(text).length > 0);
  return found.map(({ path, text }) => {
    const [first] = linesOfShields(text);
    // iptables-restore takes all or nothing, and the sets that these rules name are gone after a boot.
    const then = CHAINS.test(text)
      ? 'at the next boot the whole file may fail to load, as their sets are missing'
      : 'every boot raises them again until their timer runs out';
    return sanitise(
      `the shields were saved into ${path} (line ${first}): remove these lines, or ${then}`,
      300,
    );
  });
}

/**
 * `warnings`: where the shields are baked in already, and what bakes them in or flushes them away by itself. `hazards`: what
 * would do so when somebody runs it; that is so every day on many hosts (Debian's own nftables.conf flushes), so no news.
 */
export type Bakers = Readonly<{ warnings: readonly SafeText[]; hazards: readonly SafeText[] }>;

export async function findBakers(host: Host): Promise<Bakers> {
  const read: ReadText = async (path) => {
    const bytes = await host.read(path, FILE_BYTES_MAX);
    return bytes.ok ? bytes.value.toString('latin1') : undefined;
  };
  const [tools, scripts, saved] = await Promise.all([
    Promise.all(BAKERS.map(async ({ files, says }) => ((await anyOf(host, files)) ? says(read) : undefined))),
    lookInto(host, SCRIPTS, savesRuleset),
    findSaved(host),
  ]);
  const saying = scripts
    .slice(0, SAID_MAX)
    .map(({ path }) =>
      sanitise(
        `${path} saves the packet filter by itself: what it saves while the shields are up holds the shields`,
        300,
      ),
    );
  return {
    warnings: [
      ...saved,
      ...tools.flatMap((one) => (typeof one === 'object' ? [one.byItself] : [])),
      ...saying,
    ],
    hazards: tools.filter((one) => typeof one === 'string'),
  };
}

async function anyOf(host: Host, patterns: readonly string[]): Promise<boolean> {
  const found = await Promise.all(patterns.map((pattern) => host.glob(pattern)));
  return found.some((paths) => paths.ok && paths.value.length > 0);
}

type Looked = Readonly<{ path: string; text: string }>;

async function lookInto(
  host: Host,
  patterns: readonly string[],
  wanted: (text: string) => boolean,
): Promise<readonly Looked[]> {
  const paths = await Promise.all(patterns.map((pattern) => host.glob(pattern)));
  const all = new Set(paths.flatMap((found) => (found.ok ? found.value : [])));
  const looked = await Promise.all(
    [...all].map(async (path) => {
      const bytes = await host.read(path, FILE_BYTES_MAX);
      const text = bytes.ok ? bytes.value.toString('latin1') : '';
      return wanted(text) ? [{ path, text }] : [];
    }),
  );
  return looked.flat();
}
