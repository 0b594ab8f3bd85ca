// opsconsole bans import: a plain list into a set, after a look at what it would change.

import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { type BanList, createBanListParser } from '../../firewall/ban-list.ts';
import { type ActDeps, openDesk, placesOf, targetOf } from '../act-desk.ts';
import { readSpan } from '../act-input.ts';
import { complain, runAct } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import { importBanFile } from './ban-file.ts';
import type { ImportArgs } from './commands.ts';

export async function runImport(name: string, args: ImportArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  if (args.format === 'ban-file') return importBanFile(name, args, deps);
  const span = args.for === undefined ? undefined : readSpan(args.for);
  if (span !== undefined && !span.ok) return complain(span.problem, io);
  const list = await readList(name, deps);
  if (!list.ok) return complain(list.problem, io);
  if (args.json !== true) io.stdout.write(`${words(name, list.value)}\n`);
  if (list.value.nets.length === 0) return EXIT.done;
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, io);
  const { desk, host, session } = open.value;
  try {
    const to = args.to === undefined ? session.bans.target : args.to === 'ours' ? undefined : args.to;
    const target = await targetOf(host, to);
    if (!target.ok) return complain(target.problem, io);
    const draft = {
      action: 'import',
      nets: list.value.nets,
      seconds: span === undefined ? session.bans.defaultSeconds : span.value,
      target: target.value,
      reason: args.reason ?? '',
    } as const;
    return await runAct(open.value, { draft, flags: args }, io);
  } finally {
    desk.close();
  }
}

/** The list lies on this machine. */
async function readList(name: string, deps: ActDeps): Promise<Result<BanList>> {
  const { io } = deps;
  const parser = createBanListParser(name === '-' ? 'standard input' : name);
  if (name === '-') {
    await readStream(io.stdin, (chunk) => parser.push(chunk));
    return parser.end();
  }
  const { files: here } = await placesOf(deps);
  const path = resolve(io.cwd, name);
  const stat = await here.stat(path);
  if (stat.ok && stat.value.kind !== 'file')
    return fail(problem('bad-input', `${sanitise(name, 200)} is no plain file: use "-" to read from a pipe`));
  const read = await here.readChunks(path, (chunk) => parser.push(chunk));
  return read.ok ? parser.end() : read;
}

async function readStream(stream: Readable, push: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of stream) push(Buffer.from(chunk));
}

function words(name: string, list: BanList): string {
  const parts = [`${groupDigits(list.nets.length)} networks in ${groupDigits(list.lines)} lines`];
  if (list.ranges > 0) parts.push(`${groupDigits(list.ranges)} ranges expanded`);
  if (list.repeated > 0) parts.push(`${groupDigits(list.repeated)} repeated or inside another`);
  if (list.widenedTotal > 0) {
    const shown = list.widened.slice(0, 5).join('; ');
    parts.push(`${groupDigits(list.widenedTotal)} with host bits (${shown})`);
  }
  return sanitise(`${name === '-' ? 'standard input' : name}: ${parts.join(', ')}`, 600);
}
