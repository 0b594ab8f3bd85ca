// Which entry of a safe set is the operator's own session.

import type { Operator, SafeSet } from '../../core/act.ts';

export const YOUR_SESSION = 'your ssh session';

/** sudo and su hide from where the operator came; the kernel and the shells above them still know. */
export function peerIn({ entries }: SafeSet): Pick<Operator, 'sshPeer'> {
  const ours = entries.filter(({ why }) => why.startsWith(YOUR_SESSION));
  const live = ours.find(({ why }) => why === YOUR_SESSION) ?? ours[0];
  return live === undefined ? {} : { sshPeer: live.net.text };
}
