// A wall on a server in a namespace, and those who meet it: an attacker, the operator, an ordinary client, a banned one.

import { beforeAll } from 'vitest';
import type { Command, Step } from '../../../src/core/plan.ts';
import type { Wall, WallReading, WallWriter } from '../../../src/firewall/shields/wall.ts';
import { net } from '../backends/run-steps.ts';
import { type ProbeResult, type TestNet, type TestNs, useTestNet } from '../harness/netns.ts';

export const SSH = 22;
export const WEB = 80;
export const UNLISTED = 8080;

/** Which binaries `iptables`, `ip6tables` and their `-restore` stand for: '' = as they are called. */
export type Variant = Readonly<{ name: string; writer: WallWriter; suffix: '' | '-legacy' | '-nft' }>;

export type Field = Readonly<{
  net: TestNet;
  attacker: TestNs;
  operator: TestNs;
  ordinary: TestNs;
  banned: TestNs;
  wall(parts: Partial<Wall>): Wall;
  /** Throws with the tool's words when a command fails. Resolves to what they wrote. */
  run(commands: readonly Command[]): Promise<readonly string[]>;
  load(parts: Partial<Wall>): Promise<Wall>;
  /** Undefined: there is none. */
  look(): Promise<WallReading | undefined>;
}>;

export const commandsOf = (steps: readonly Step[]): readonly Command[] => steps.map(({ command }) => command);

export function useField({ writer, suffix }: Variant): () => Field {
  const made = useTestNet({ clients: 4 });
  beforeAll(async () => {
    for (const port of [SSH, WEB, UNLISTED]) await made().echoServer(made().server, port);
  });
  const execute = (command: Command) => {
    const [program, ...words] = command.argv;
    const tool = program.replace(/^(ip6?tables)/, `$1${suffix}`);
    const input = command.stdin === undefined ? {} : { input: command.stdin };
    return made().exec(made().server, [tool, ...words], { ...input, anyExit: true });
  };
  const run: Field['run'] = async (commands) => {
    const outputs: string[] = [];
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await execute(command);
      if (exitCode !== 0 && command.okExits?.includes(exitCode) !== true)
        throw new Error(`${command.argv.join(' ')}: exit ${exitCode}: ${stderr}`);
      outputs.push(stdout);
    }
    return outputs;
  };
  return () => {
    const wall = (parts: Partial<Wall>): Wall => ({
      id: 'deadbeef',
      safe: [net(made().client(1).v4), net(made().client(1).v6)],
      sshPorts: [SSH],
      armedSeconds: 300,
      ...parts,
    });
    return {
      net: made(),
      attacker: made().client(0),
      operator: made().client(1),
      ordinary: made().client(2),
      banned: made().client(3),
      wall,
      run,
      async load(parts) {
        const wanted = wall(parts);
        await run(writer.check(wanted));
        await run(commandsOf(writer.load(wanted)));
        return wanted;
      },
      async look() {
        const [first] = writer.look;
        if (first === undefined || (await execute(first)).exitCode !== 0) return undefined;
        return writer.parse(await run(writer.look));
      },
    };
  };
}

export type Count = Readonly<Record<ProbeResult, number>>;

/** All at once. The bound is shorter than the second after which a dropped SYN is sent again. */
export async function connects(
  field: Field,
  from: TestNs,
  wish: Readonly<{ times: number; to: string; port: number; source?: string }>,
): Promise<Count> {
  const options = { boundMs: 800, ...(wish.source === undefined ? {} : { from: wish.source }) };
  const results = await Promise.all(
    Array.from({ length: wish.times }, () => field.net.probeTcp(from, wish.to, wish.port, options)),
  );
  const count = (wanted: ProbeResult): number => results.filter((result) => result === wanted).length;
  return { open: count('open'), refused: count('refused'), dropped: count('dropped') };
}

export const addressesOf = (field: Field): readonly (readonly ['v4' | 'v6', string])[] => [
  ['v4', field.net.server.v4],
  ['v6', field.net.server.v6],
];
