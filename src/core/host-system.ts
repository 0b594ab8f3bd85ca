// Which system a host runs: the one place where the words of uname(1) and of Node become ours.

/** `other`: one that we know no tools of (NetBSD, illumos): only what POSIX promises is used there. */
export type HostSystem = 'linux' | 'freebsd' | 'openbsd' | 'darwin' | 'other';

/** For the operator: "macOS keeps no table of flows". */
export const SYSTEM_NAMES: Readonly<Record<HostSystem, string>> = {
  linux: 'Linux',
  freebsd: 'FreeBSD',
  openbsd: 'OpenBSD',
  darwin: 'macOS',
  other: 'this system',
};

/** Why nothing is banned, cut or shielded there; undefined: its firewall is one of ours, or is asked. */
export function whyNoFirewall(system: HostSystem | undefined): string | undefined {
  return system === 'darwin' ? 'the firewall of macOS is not managed from here' : undefined;
}

/** Where what must not outlive a boot lies. Only Linux clears a /run at boot; elsewhere it would be a folder on the disk. */
export function runFolder(system: HostSystem | undefined): string {
  return system === undefined || system === 'linux' ? '/run/opsconsole' : '/var/run/opsconsole';
}

const KNOWN: ReadonlyMap<string, HostSystem> = new Map([
  ['linux', 'linux'],
  ['freebsd', 'freebsd'],
  ['openbsd', 'openbsd'],
  ['darwin', 'darwin'],
]);

/** From `uname -s` or `uname -sr` ("FreeBSD 14.2-RELEASE"), and from Node's `process.platform` ("darwin"). */
export function hostSystemNamed(words: string): HostSystem {
  return KNOWN.get(words.trim().split(/\s/, 1)[0]?.toLowerCase() ?? '') ?? 'other';
}
