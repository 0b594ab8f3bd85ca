// Runs the steps of a plan inside a test namespace and reads sets back, as the console would.

import { type Net, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { memberNet, secondsLeft } from '../../../src/core/members.ts';
import type { Command, Step } from '../../../src/core/plan.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';
import type { Members, SetInfo } from '../../../src/core/rows.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { readSets } from '../../../src/firewall/read-sets.ts';
import type { TestNet, TestNs } from '../harness/netns.ts';

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

async function exec(test: TestNet, ns: TestNs, command: Command) {
  const input = command.stdin === undefined ? {} : { input: command.stdin };
  return test.exec(ns, command.argv, { ...input, anyExit: true });
}

/** Throws with the tool's words when a step fails. */
export async function perform(test: TestNet, ns: TestNs, steps: readonly Step[]): Promise<void> {
  for (const { command } of steps) {
    const { exitCode, stderr } = await exec(test, ns, command);
    if (exitCode === 0 || command.okExits?.includes(exitCode)) continue;
    throw new Error(`${command.argv.join(' ')}: exit ${exitCode}: ${stderr}`);
  }
}

export async function setsOf(test: TestNet, ns: TestNs, backend: Backend): Promise<readonly SetInfo[]> {
  const read = await readSets(backend, async (command) => {
    const { stdout, stderr, exitCode } = await exec(test, ns, command);
    return exitCode === 0 ? ok({ stdout }) : fail(problem('bad-exit', stderr));
  });
  if (!read.ok) throw new Error(read.problem.summary);
  return read.value.sets;
}

export async function setNamed(test: TestNet, ns: TestNs, backend: Backend, key: string): Promise<SetInfo> {
  const sets = await setsOf(test, ns, backend);
  const found = sets.find((set) => set.key === key);
  if (found === undefined) throw new Error(`no set ${key} among ${sets.map((set) => set.key).join(', ')}`);
  return found;
}

export type Row = Readonly<{ net: string; seconds: number | null | undefined; comment: string | undefined }>;

export async function list(test: TestNet, ns: TestNs, backend: Backend, set: SetInfo): Promise<Members> {
  const now = unixMs(Date.now());
  const parser = backend.membersParser(set, now);
  const { stdout, stderr, exitCode } = await exec(test, ns, backend.listMembers(set));
  if (exitCode !== 0) throw new Error(stderr);
  parser.push(Buffer.from(stdout));
  const members = parser.end();
  if (!members.ok) throw new Error(members.problem.summary);
  return members.value;
}

export async function rows(
  test: TestNet,
  ns: TestNs,
  backend: Backend,
  set: SetInfo,
): Promise<readonly Row[]> {
  const members = await list(test, ns, backend, set);
  return Array.from({ length: members.length }, (_, index) => ({
    net: memberNet(members, index).text,
    seconds: secondsLeft(members, index, members.at),
    comment: members.comments.get(index),
  })).sort((a, b) => (a.net < b.net ? -1 : 1));
}
