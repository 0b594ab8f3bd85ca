// The programs that opsconsole uses, what each is for, and the sudoers lines that let a user act without being root.

import { command } from '../core/plan.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';

export type ToolFacts = Readonly<{
  name: string;
  /** Arguments that print the version. */
  version: readonly string[];
  use: string;
  /** Debian package. */
  package: string;
  /** Runs with rights that only root has: belongs into sudoers. */
  privileged: boolean;
  /** One of several systems that ban: not missing where another one is used. */
  ifThere?: true;
}>;

export const TOOLS: readonly ToolFacts[] = [
  tool('nft', ['--version'], 'bans in nft sets, our own table', 'nftables', true),
  tool('ipset', ['--version'], 'bans in ipsets', 'ipset', true),
  tool('iptables', ['--version'], 'rules for our own ipsets where nft is missing', 'iptables', true),
  tool('ip6tables', ['--version'], 'the same for IPv6', 'iptables', true),
  tool('iptables-save', ['--version'], 'which rule drops an ipset', 'iptables', true),
  tool('ip6tables-save', ['--version'], 'the same for IPv6', 'iptables', true),
  tool('iptables-restore', ['--version'], 'rules for our own ipsets', 'iptables', true),
  tool('ip6tables-restore', ['--version'], 'the same for IPv6', 'iptables', true),
  tool('conntrack', ['--version'], 'cutting and counting flows, pinning ssh sessions', 'conntrack', true),
  tool('sysctl', ['--version'], 'tightening timeouts', 'procps', true),
  tool('ss', ['-V'], 'telling ssh sessions from clients that guess passwords', 'iproute2', true),
  tool('setsid', ['--version'], 'the watcher that takes the shields down', 'util-linux', false),
  tool('ssh-keyscan', ['-V'], 'trying a new login while the shields go up', 'openssh-client', false),
  tool('journalctl', ['--version'], 'log panes of journald units', 'systemd', false),
  ...['legacy', 'nft'].flatMap((variant) =>
    ['iptables', 'ip6tables'].flatMap((name) =>
      ['save', 'restore'].map((verb) =>
        system(`${name}-${variant}-${verb}`, ['--version'], `rules of the ${variant} variant`, 'iptables'),
      ),
    ),
  ),
  system('fail2ban-client', ['-V'], 'jails (their sets are shown without it)', 'fail2ban'),
  { ...system('fail2ban-regex', ['-V'], 'why a filter matches nothing', 'fail2ban'), privileged: false },
  { ...system('sshguard', ['-v'], 'its sets are read with nft and ipset', 'sshguard'), privileged: false },
  system('cscli', ['version'], 'decisions of CrowdSec', 'crowdsec'),
  system('pfctl', [], 'tables and states of pf', ''),
];

function tool(
  name: string,
  version: readonly string[],
  use: string,
  ...[deb, privileged]: [string, boolean]
): ToolFacts {
  return { name, version, use, package: deb, privileged };
}

function system(name: string, version: readonly string[], ...[use, deb]: [string, string]): ToolFacts {
  return { ...tool(name, version, use, deb, true), ifThere: true };
}

export type FoundTool = ToolFacts & Readonly<{ path?: string; says?: SafeText }>;

export async function findTools(host: Host): Promise<readonly FoundTool[]> {
  const found = await Promise.all(
    TOOLS.map(async (facts): Promise<FoundTool> => {
      const path = await host.which(facts.name);
      if (path === undefined) return facts;
      if (facts.version.length === 0) return { ...facts, path };
      const answer = await host.run(
        command([facts.name, ...facts.version], { timeoutMs: 3000, okExits: [1, 255] }),
      );
      const text = answer.ok ? `${answer.value.stdout}\n${answer.value.stderr}` : '';
      const says = sanitise(
        text
          .split('\n')
          .find((line) => /\d+\.\d+|\d{3}/.test(line))
          ?.trim() ?? '',
        60,
      );
      return says === '' ? { ...facts, path } : { ...facts, path, says };
    }),
  );
  // Where pf is, Linux's tools are not missing: there is nothing to install.
  const has = (wanted: string): boolean =>
    found.some(({ name, path }) => name === wanted && path !== undefined);
  const onPf = has('pfctl') && !has('nft') && !has('iptables');
  return found.filter(({ ifThere, path }) => path !== undefined || (ifThere !== true && !onPf));
}

/** Exact absolute paths and no wildcards: sudoers(5) then allows these programs and nothing else. */
export function sudoersLines(user: string, tools: readonly FoundTool[]): readonly string[] {
  const paths = tools.flatMap(({ privileged, path }) => (privileged && path !== undefined ? [path] : []));
  if (paths.length === 0) return [];
  return [
    '# /etc/sudoers.d/opsconsole, mode 0440; edit with: visudo -f /etc/sudoers.d/opsconsole',
    '# Whoever may run these programs as root controls the firewall of this machine.',
    `Cmnd_Alias OPSCONSOLE = ${paths.join(', \\\n    ')}`,
    `${/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user) ? user : 'YOUR_USER'} ALL=(root) NOPASSWD: OPSCONSOLE`,
  ];
}
