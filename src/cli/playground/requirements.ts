// What the playground needs of the machine, and what to do where it is missing: the package, or the setting by name.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createWhich } from '../../host/which.ts';
import { TOOL_ENV } from './tool.ts';

/** Program → Debian package. Other distributions: nearly the same names. */
const NEEDED: Readonly<Record<string, string>> = {
  nft: 'nftables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  ss: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  mount: 'mount',
};

/** Absent programs as one sentence with what to install; undefined: all are there. */
export async function missingTools(): Promise<string | undefined> {
  const which = createWhich();
  const found = await Promise.all(
    Object.keys(NEEDED).map(async (name) => ((await which.find(name)) === undefined ? [name] : [])),
  );
  return missingWords(found.flat());
}

export function missingWords(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const packages = [...new Set(names.map((name) => NEEDED[name] ?? name))].join(' ');
  const verb = names.length === 1 ? 'is' : 'are';
  return `${names.join(', ')} ${verb} not installed; on Debian or Ubuntu: sudo apt-get install ${packages}`;
}

/** `--user` only where it is needed: root has the right already, and a real sshd wants all user ids. */
export function namespaceWords(isRoot: boolean): readonly [string, ...string[]] {
  const user = isRoot ? [] : ['--user', '--map-root-user'];
  const spaces = ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  return ['unshare', ...user, ...spaces, '--'];
}

/** Why namespaces or the packet filter inside them are refused, with the setting to change; undefined: they work. */
export function whyRefused(isRoot: boolean): string | undefined {
  const [program, ...args] = namespaceWords(isRoot);
  const tried = spawnSync(program, [...args, 'nft', 'list', 'tables'], {
    encoding: 'utf8',
    env: TOOL_ENV,
    timeout: 10_000,
  });
  if (tried.status === 0) return undefined;
  const said =
    (tried.stderr || tried.error?.message || `it ended with ${tried.signal}`).trim().split('\n')[0] ?? '';
  return refusalWords({ said, isRoot, sysctl });
}

export type Refusal = Readonly<{
  /** First line of what the tool said. */
  said: string;
  isRoot: boolean;
  /** Value of a setting by its dotted name; undefined where the kernel has none. */
  sysctl: (name: string) => string | undefined;
}>;

const SETTINGS: readonly Readonly<{ name: string; bad: string; good: string }>[] = [
  { name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
  { name: 'user.max_user_namespaces', bad: '0', good: '10000' },
  { name: 'user.max_net_namespaces', bad: '0', good: '10000' },
];

export function refusalWords({ said, isRoot, sysctl }: Refusal): string {
  if (/netlink|nf_tables|cache initialization|Protocol not supported|Unable to initialize/i.test(said))
    return `nft does not work in a private network (${said}); is the module there? Try: sudo modprobe nf_tables`;
  const asRoot = 'or run it as root (sudo opsconsole playground): it stays just as private';
  const wrong = isRoot ? [] : SETTINGS.filter(({ name, bad }) => sysctl(name) === bad);
  if (wrong.length > 0) {
    const settings = wrong.map(({ name, good }) => `${name}=${good}`).join(' ');
    return `this machine refuses namespaces to users (${said}); to allow them until the next boot: sudo sysctl ${settings}; ${asRoot}`;
  }
  const container =
    'a container without the right to make namespaces (seccomp, --privileged) is the usual reason';
  return `namespaces cannot be made here (${said}): ${container}${isRoot ? '' : `; ${asRoot}`}`;
}

function sysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'latin1').trim();
  } catch {
    return undefined;
  }
}
