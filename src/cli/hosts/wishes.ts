// Which hosts the words of a command line mean: entries of the session file, or anything that ssh knows.

import { type HostEntry, type HostId, LOCAL, parseDestination, parseHostId } from '../../core/hosts.ts';
import { hostsOf, type Session } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { suggest } from '../../core/suggest.ts';
import type { HostFlags } from './flags.ts';

/** `entry` absent: this machine. `word`: what `--host` takes for it. */
export type Wanted = Readonly<{ id: HostId; entry?: HostEntry; word: string }>;

type Known = Pick<Session, 'hosts' | 'groups'>;

const ALL = 'all';

/** Each once, in the order of the words. `session` undefined: there is no file. */
export function wantedHosts(flags: HostFlags, session: Session | undefined): Result<readonly Wanted[]> {
  const known: Known = session ?? {};
  const found: Wanted[] = [];
  const take = (wanted: Wanted): void => {
    if (!found.some(({ id }) => id === wanted.id)) found.push(wanted);
  };
  for (const word of flags.host ?? []) {
    const one = hostNamed(word, known, found);
    if (!one.ok) return one;
    take(one.value);
  }
  const groups = flags.group ?? [];
  for (const name of groups) {
    if (name === ALL) continue;
    const group = groupNamed(name, known);
    if (!group.ok) return group;
    for (const id of group.value) take(entryNamed(id, known));
  }
  if (flags.all === true || groups.includes(ALL)) {
    if (session?.hosts === undefined)
      return bad(
        'the session file names no hosts',
        'write them there under "hosts:", or name one: --host NAME',
      );
    for (const id of hostsOf(session)) take(entryNamed(id, known));
  }
  return ok(found);
}

function hostNamed(word: string, known: Known, others: readonly Wanted[]): Result<Wanted> {
  if (word === LOCAL) return ok({ id: LOCAL, word });
  const entries = known.hosts ?? [];
  const entry =
    entries.find(({ id }) => id === word) ?? entries.find(({ destination }) => destination === word);
  if (entry !== undefined) return ok({ id: entry.id, entry, word: entry.id });
  if (word === ALL) return bad('--all is every host of the session');
  if (known.groups?.some(({ name }) => name === word) === true)
    return bad(`"${word}" is a group: --group ${word}`);
  const destination = parseDestination(word);
  if (!destination.ok) return destination;
  const id = nameFor(word, [
    ...entries.map((one) => one.id),
    ...others.filter((one) => one.word !== word).map((one) => one.id),
  ]);
  return id.ok ? ok({ id: id.value, entry: { id: id.value, destination: word, sudo: 'auto' }, word }) : id;
}

/** What the journal and the screen call a host that no file names: its name, with the user where that is taken. */
function nameFor(destination: string, taken: readonly string[]): Result<HostId> {
  const spelt = (text: string): string =>
    text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const host = spelt(destination.replace(/^.*@/, ''));
  const both = spelt(destination);
  const free = [host, both, `${both}-2`].find((name) => ![LOCAL, ALL, ...taken].includes(name));
  const id = parseHostId((free ?? '').slice(0, 63));
  return id.ok
    ? id
    : bad(
        `no name can be made of "${sanitise(destination, 60)}": give it one under "hosts:" of the session file`,
      );
}

function groupNamed(name: string, { groups = [], hosts = [] }: Known): Result<readonly HostId[]> {
  const group = groups.find((one) => one.name === name);
  if (group !== undefined) return ok(group.hosts);
  if (hosts.some(({ id }) => id === name))
    return bad(`"${sanitise(name, 60)}" is a host: --host ${sanitise(name, 60)}`);
  const names = [...groups.map((one) => one.name), ALL];
  const near = suggest(name, names);
  return bad(
    `there is no group "${sanitise(name, 60)}" in the session file`,
    near === undefined ? `it has: ${names.join(', ')}` : `did you mean ${near}?`,
  );
}

function entryNamed(id: HostId, { hosts = [] }: Known): Wanted {
  const entry = hosts.find((one) => one.id === id);
  return { id, word: id, ...(entry === undefined ? {} : { entry }) };
}

function bad(summary: string, hint?: string): Result<never> {
  return fail(problem('bad-input', summary, hint === undefined ? {} : { hint }));
}
