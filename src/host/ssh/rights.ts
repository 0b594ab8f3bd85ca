// What lets us act as root on the far host: being root, sudo or doas without a password, or a password that was asked once.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { workingGrant } from '../local.ts';
import type { Runner } from '../run.ts';
import type { Which } from '../which.ts';
import type { Channel } from './channel.ts';
import type { Privilege } from './far-run.ts';

export type RightsOptions = Readonly<{
  name: string;
  sudo: 'auto' | 'ask' | 'never';
  which: Which;
  runner: Runner;
}>;

export type Rights = Readonly<{
  privileged(): boolean;
  privilege(): Privilege;
  /** Looks once per connection. */
  find(uid: number): Promise<void>;
  /** Words before a far shell that is to be root's. */
  shellWords(): Result<readonly string[]>;
  /** Gives a starting root shell what it asks for before anybody else speaks to it. */
  admit(channel: Channel): Channel;
  /** With the operator's terminal: asks for a password where one is needed. */
  login(): Promise<Result<void>>;
}>;

type Grant = Readonly<{ kind: 'root' | 'none' }> | Readonly<{ kind: 'words'; words: readonly string[] }>;

export function createRights({ name, sudo, which, runner }: RightsOptions): Rights {
  let grant: Grant = { kind: 'none' };
  return {
    privileged: () => grant.kind !== 'none',
    privilege: () => ({ words: grant.kind === 'words' ? grant.words : [], rootLane: false }),
    async find(uid) {
      if (uid === 0) grant = { kind: 'root' };
      else if (sudo === 'never') grant = { kind: 'none' };
      else {
        const words = await workingGrant(which, runner);
        grant = words === undefined ? { kind: 'none' } : { kind: 'words', words };
      }
    },
    shellWords() {
      if (grant.kind === 'root') return ok([]);
      if (grant.kind === 'words') return ok(grant.words);
      return fail(
        problem('not-permitted', `${name}: root is needed there, and neither sudo nor doas lets us`, {
          hint: 'log in as root, allow it in sudoers, or write `sudo: ask` at the host',
        }),
      );
    },
    admit: (channel) => channel,
    login: () => Promise.resolve(ok(undefined)),
  };
}
