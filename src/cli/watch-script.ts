// The sh script that raises the wall when Node cannot start, made for a session and the places of this host; and
// `opsconsole shields script`, which prints it.

import { printRaiseScript } from '../actions/watch/raise-script.ts';
import { type Net, parseNet } from '../core/address.ts';
import type { Session } from '../core/pane.ts';
import type { Result } from '../core/result.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import { type ActDeps, placesOf } from './act-desk.ts';
import { complain } from './act-run.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { resolveName } from './resolve.ts';
import { openSession } from './session-file.ts';
import { shieldsPlace } from './shields-desk.ts';

export type ScriptWish = Readonly<{ session: Session; place: ShieldsPlace; profile?: string }>;

/** Names in `allow` are resolved now: sh would have to trust whoever answers then. */
export async function raiseScriptFor({ session, place, profile }: ScriptWish): Promise<Result<string>> {
  const { shields, allow } = session;
  const nets = await Promise.all(allow.map(netsOf));
  return printRaiseScript({
    settings: shields,
    profile: profile ?? shields.profile,
    allow: nets.flat(),
    place,
  });
}

async function netsOf(written: string): Promise<readonly Net[]> {
  const parsed = parseNet(written);
  if (parsed.ok) return [parsed.value.net];
  const answer = await resolveName(written);
  const texts = answer.ok ? answer.value : [];
  return texts.flatMap((text) => {
    const found = parseNet(text);
    return found.ok ? [found.value.net] : [];
  });
}

export type ScriptFlags = Readonly<{ session?: string; profile?: string }>;

export async function runScript(flags: ScriptFlags, { io, host }: ActDeps): Promise<ExitStatus> {
  const opened = await openSession(await placesOf({ host }), flags.session, io);
  if (!opened.ok) return complain(opened.problem, io);
  const printed = await raiseScriptFor({
    session: opened.value,
    place: shieldsPlace(io.env),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  });
  if (!printed.ok) return complain(printed.problem, io);
  io.stdout.write(printed.value);
  return EXIT.done;
}
