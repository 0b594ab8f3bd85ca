// The systemd unit of `opsconsole watch`, with the absolute paths of this installation. Hardened as far as the shields allow:
// they write sysctls, run nft, conntrack and the operator's own commands, and their watcher must outlive the service.

import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { problem } from '../core/problem.ts';
import { complain } from './act-run.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import type { WatchFlags } from './watch-commands.ts';

export function printUnit(flags: WatchFlags, io: Io): ExitStatus {
  const program = programPath(process.argv[1] ?? '');
  if (program === undefined)
    return complain(problem('not-found', 'bin/opsconsole cannot be found beside the program that runs'), io);
  const words = [program, 'watch'];
  if (flags.session !== undefined) {
    // A name is looked for in the configuration folder of root, a path would depend on the service's own folder.
    const isPath = flags.session.includes('/') || /\.ya?ml$/.test(flags.session);
    words.push(
      '--session',
      isPath && !isAbsolute(flags.session) ? join(io.cwd, flags.session) : flags.session,
    );
  }
  const unit = unitText(words);
  if (unit === undefined)
    return complain(problem('bad-input', 'a control character in a path cannot be in a unit'), io);
  io.stdout.write(unit);
  return EXIT.done;
}

/** bin/opsconsole of this installation; undefined when it is not where it should be. */
export function programPath(bundle: string): string | undefined {
  try {
    return realpathSync(join(realpathSync(bundle), '../../bin/opsconsole'));
  } catch {
    return undefined;
  }
}

/** Undefined: a word that no unit can hold. */
export function unitText(words: readonly string[]): string | undefined {
  if (words.some((word) => /[\0-\x1f\x7f]/.test(word))) return undefined;
  return `# Written by: opsconsole watch --print-unit
[Unit]
Description=opsconsole: raises the shields under attack and lowers them after it
Documentation=man:systemd.service(5)
After=network.target nftables.service
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${words.map(unitWord).join(' ')}
Restart=always
RestartSec=5
# Bad arguments, or another watch runs already: trying again would change nothing.
RestartPreventExitStatus=2 3
# The one that takes the shields down must outlive this service.
KillMode=process
# Under attack it must get its turn, and be the last to be killed for memory.
Nice=-5
OOMScoreAdjust=-500
MemoryMax=256M
TasksMax=64
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
# No Protect… and Private…: the shields write sysctls and root's journal, load modules and may switch files in /etc; and from a
# mount namespace of its own the watch could not start the service that takes them down. No MemoryDenyWriteExecute: Node.

[Install]
WantedBy=multi-user.target
`;
}

/** As systemd.service(5) reads ExecStart: quotes, backslashes, "%" specifiers, "$" variables. */
export function unitWord(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@+=:,./%-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
