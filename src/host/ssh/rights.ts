// What lets us act as root on the far host: being root, sudo or doas without a password, or a password that was asked once.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { workingGrant } from '../local.ts';
import type { Runner } from '../run.ts';
import type { Which } from '../which.ts';
import { type Admission, admit } from './admit.ts';
import type { Channel } from './channel.ts';
import type { Privilege } from './far-run.ts';
import { newMark } from './frames.ts';
import { farShell } from './words.ts';

export type RightsOptions = Readonly<{
  name: string;
  sudo: 'auto' | 'ask' | 'never';
  which: Which;
  runner: Runner;
  /** Starts a far shell of root with what the rights say, and ends it again. */
  tryRoot(): Promise<Result<void>>;
  askPassword(question: string): Promise<Result<string>>;
}>;

/** What the far login shell runs, and what is done to the channel before anybody else speaks to it. */
export type RootShell = Readonly<{ far: string; admit(channel: Channel): Channel }>;

export type Rights = Readonly<{
  privileged(): boolean;
  privilege(): Privilege;
  /** Looks once per connection. */
  find(uid: number): Promise<void>;
  rootShell(name: string): Result<RootShell>;
  /** With the operator's terminal: asks for a password where one is needed. */
  login(): Promise<Result<void>>;
}>;

type Grant =
  | Readonly<{ kind: 'root' | 'none' }>
  | Readonly<{ kind: 'words'; words: readonly string[] }>
  | Readonly<{ kind: 'asks'; sudo: string }>;

/** As often as sudo asks. */
const TRIES = 3;

export function createRights(options: RightsOptions): Rights {
  const { name, sudo, which, runner } = options;
  let grant: Grant = { kind: 'none' };
  /** In memory only: never in argv, environment, log or journal. */
  let password: string | undefined;
  let admission: Admission = 'open';
  const shell = (before: readonly string[], far: string): RootShell => ({
    far: farShell(far, before),
    admit: (channel) => channel,
  });
  const asked = (program: string, far: string, secret: string): RootShell => {
    const [prompt, ready] = [newMark(), newMark()];
    return {
      far: farShell(far, [program, '-S', '-p', prompt], ready),
      admit: (channel) =>
        admit(channel, { prompt, ready, secret }, (how) => {
          admission = how;
          // A second try with the same word would only lock the account.
          if (how === 'wrong') password = undefined;
        }),
    };
  };
  return {
    privileged: () =>
      grant.kind === 'root' || grant.kind === 'words' || (grant.kind === 'asks' && password !== undefined),
    privilege: () => ({
      words: grant.kind === 'words' ? grant.words : [],
      rootLane: grant.kind === 'asks' && password !== undefined,
    }),
    async find(uid) {
      if (uid === 0) grant = { kind: 'root' };
      else if (sudo === 'never') grant = { kind: 'none' };
      else {
        const words = await workingGrant(which, runner);
        const program = words === undefined && sudo === 'ask' ? await which.find('sudo') : undefined;
        if (words !== undefined) grant = { kind: 'words', words };
        else grant = program === undefined ? { kind: 'none' } : { kind: 'asks', sudo: program };
      }
    },
    rootShell(far) {
      if (grant.kind === 'root') return ok(shell([], far));
      if (grant.kind === 'words') return ok(shell(grant.words, far));
      if (grant.kind === 'asks' && password !== undefined) return ok(asked(grant.sudo, far, password));
      return fail(noRoot(name));
    },
    async login() {
      if (sudo === 'ask' && grant.kind === 'none' && (await which.find('doas')) !== undefined)
        return fail(
          problem('not-permitted', `${name}: doas wants a password, and asks for it on a terminal only`, {
            hint: 'allow it with "permit nopass" in doas.conf there, or install sudo',
          }),
        );
      if (grant.kind !== 'asks' || password !== undefined) return ok(undefined);
      for (let tries = 0; tries < TRIES; tries++) {
        const answer = await options.askPassword(`[sudo] password for ${name}: `);
        if (!answer.ok) return answer;
        password = answer.value;
        const opened = await options.tryRoot();
        if (opened.ok) return opened;
        password = undefined;
        if (admission !== 'wrong') return opened;
      }
      return fail(
        problem('not-permitted', `${name}: sudo did not take the password`, {
          hint: 'start again to try once more',
        }),
      );
    },
  };
}

const noRoot = (name: string) =>
  problem('not-permitted', `${sanitise(name, 80)}: root is needed there, and neither sudo nor doas lets us`, {
    hint: 'log in as root, allow it in sudoers, or write `sudo: ask` at the host',
  });
