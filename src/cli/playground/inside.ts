// The supervisor inside the namespaces: builds the scenery, opens the console, and outlives terminal and console as long
// as shields are up, so that their revert is seen to run by itself. When it ends, the kernel ends everything in here.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { runFolder } from '../../core/host-system.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import { ATTACKERS4, ATTACKERS6, OPERATOR, SERVER, VISITORS4, VISITORS6 } from './addresses.ts';
import { afterwards } from './afterwards.ts';
import { createNursery, ownWords } from './children.ts';
import { buildNetwork, loadRules, ownMounts } from './network.ts';
import { sessionText } from './session.ts';
import { type Owner, openDoor } from './ssh.ts';
import { tries } from './tool.ts';
import { createWitness, LAST_WORDS, type Witness } from './witness.ts';

/** What the outer process tells, as JSON in its argument. `outside`: the pid namespace that we must not be in. */
export type InsideConfig = Readonly<{
  folder: string;
  keep: boolean;
  trialSeconds: number;
  owner: Owner;
  outside: string;
}>;

export const LINK_FD = 3;
const ATTACK = { rate: 280, seconds: 600 } as const;
const RUN_DIR = runFolder('linux');

export async function runInside(config: InsideConfig): Promise<ExitStatus> {
  const { folder } = config;
  if (!isInside(config)) return EXIT.usage;
  // The terminal's end is not ours; the link tells when the outer process has ended.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGTSTP', 'SIGTTOU'] as const)
    process.on(signal, () => undefined);
  process.stdout.on('error', () => undefined);
  const witness = createWitness(folder);
  const link = watchLink();
  const bases = [`${folder}/state/shields`, RUN_DIR];
  try {
    const building = build(config, witness);
    const ready = await Promise.race([building, link.ended.then(() => undefined)]);
    if (ready === undefined) return EXIT.failed;
    const screen = openScreen(folder);
    const how = await Promise.race([screen.ended, link.ended]);
    witness.say(how.words);
    if (how.kind !== 'left') await screen.end();
    const summary = await afterwards({
      witness,
      bases,
      left: how.kind === 'left',
      hurry: link.hurry,
      trialSeconds: config.trialSeconds,
    });
    if (how.kind === 'left') process.stdout.write(`${summary}\n`);
    return how.kind === 'left' ? EXIT.done : EXIT.failed;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    witness.say(`it cannot be built: ${words}`);
    process.stdout.write(`opsconsole playground: it cannot be built here: ${words}\n`);
    return EXIT.failed;
  } finally {
    witness.say(LAST_WORDS);
    // Everybody else in this pid namespace: who still writes logs keeps the folder from going.
    endAll();
    if (!config.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Nothing of this may ever run on the machine itself, whoever typed the words by hand. */
function isInside({ outside }: InsideConfig): boolean {
  const here = pidNamespace();
  return (
    typeof outside === 'string' && outside.startsWith('pid:') && here.startsWith('pid:') && here !== outside
  );
}

export const pidNamespace = (): string => readlinkSync('/proc/self/ns/pid');

function endAll(): void {
  try {
    process.kill(-1, 'SIGKILL');
  } catch {
    // There is nobody.
  }
}

/** Why the console is no longer watched. `left`: the operator went, as one does. */
export type End = Readonly<{ kind: 'left' | 'killed' | 'outer'; words: string }>;

/** `hurry`: the person who started it asked twice. */
function watchLink(): Readonly<{ ended: Promise<End>; hurry: AbortSignal }> {
  const { promise, resolve } = Promise.withResolvers<End>();
  const hurry = new AbortController();
  const socket = new Socket({ fd: LINK_FD, readable: true, writable: false });
  const gone = (): void =>
    resolve({ kind: 'outer', words: 'the process that started the playground has ended' });
  socket.on('error', gone);
  socket.on('close', gone);
  socket.on('data', (bytes: Buffer) => {
    const word = bytes.toString('latin1');
    if (word.includes('now')) hurry.abort();
    resolve({ kind: 'outer', words: 'the playground was asked to end by a signal' });
  });
  return { ended: promise, hurry: hurry.signal };
}

async function build({ folder, owner, trialSeconds }: InsideConfig, witness: Witness): Promise<true> {
  const say = (words: string): void => {
    witness.say(words);
    process.stdout.write(`playground: ${words}\n`);
  };
  await ownMounts({ isRoot: owner.uid === 0 });
  await tries(['hostname', 'playground']);
  mkdirSync(RUN_DIR, { mode: 0o755 });
  await Promise.all(
    ['access.log', 'operator.log', 'visitors.log'].map(async (name) =>
      writeFileSync(`${folder}/${name}`, ''),
    ),
  );
  const nursery = createNursery(folder, { OPSCONSOLE_PLAYGROUND: folder }, (name, why) =>
    witness.say(
      name === 'attack' && why === 'exit 0' ? 'the attack is over' : `the part "${name}" has ended: ${why}`,
    ),
  );
  say('a private network: server, router, attackers, visitors, operator');
  const [router, web, attack, people, office] = await Promise.all([
    nursery.router(),
    nursery.part('web', false),
    ...(['attack', 'people', 'office'] as const).map((name) => nursery.part(name, true)),
  ]);
  if (attack === undefined || people === undefined || office === undefined)
    throw new Error('a part is missing');
  const built = await buildNetwork({
    router: router.pid,
    attack: attack.pid,
    people: people.pid,
    office: office.pid,
  });
  const v6 = built.v6 === true;
  if (!v6) witness.say(`without IPv6: ${built.v6}`);
  await loadRules();
  say(`a web server on ${SERVER.v4}${v6 ? ` and ${SERVER.v6}` : ''}, visitors, and your own line to port 22`);
  await web.begin({ port: 80, log: `${folder}/access.log`, v6 });
  const target = { target4: SERVER.v4, target6: SERVER.v6, port: 80 };
  const [ssh] = await Promise.all([
    openDoor(folder, owner),
    people.begin({ v4: VISITORS4, v6: v6 ? VISITORS6 : [], ...target, log: `${folder}/visitors.log` }),
  ]);
  witness.say(`the operator's line: ${ssh === undefined ? 'a line server on port 22' : 'a real ssh login'}`);
  await office.begin({
    address: OPERATOR,
    target: SERVER.v4,
    log: `${folder}/operator.log`,
    ...(ssh === undefined ? {} : { ssh: [ssh[0], '-b', OPERATOR, ...ssh.slice(1)] }),
  });
  say(`an attack of ${ATTACK.rate} connections per second, for ${ATTACK.seconds / 60} minutes`);
  await attack.begin({ v4: ATTACKERS4, v6: v6 ? ATTACKERS6 : [], ...target, ...ATTACK });
  writeFileSync(`${folder}/session.yml`, sessionText(folder, trialSeconds));
  return true;
}

/** The console as anybody starts it: a child that has the terminal. */
function openScreen(folder: string): Readonly<{ ended: Promise<End>; end(): Promise<unknown> }> {
  const [node, ...words] = ownWords();
  const child: ChildProcess = spawn(node, [...words, `${folder}/session.yml`], {
    stdio: 'inherit',
    cwd: folder,
  });
  const ended = new Promise<End>((resolve) => {
    child.once('error', (error) =>
      resolve({ kind: 'killed', words: `the console cannot start: ${error.message}` }),
    );
    child.once('exit', (code, signal) => {
      if (code === 0) resolve({ kind: 'left', words: 'the operator left the console' });
      else resolve({ kind: 'killed', words: `the console was killed (${signal ?? `exit ${code}`})` });
    });
  });
  return {
    ended,
    end: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGHUP');
      // It gives the terminal back first.
      return Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2_000))]);
    },
  };
}
