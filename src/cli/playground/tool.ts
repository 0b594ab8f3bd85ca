// Runs a tool to its end, with text on its stdin. Throws with the tool's own words: who builds the scenery cannot go on.

import { execFile } from 'node:child_process';

type Argv = readonly [string, ...string[]];

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';
export const TOOL_ENV = { PATH, LC_ALL: 'C' } as const;

export function tool(argv: Argv, input = ''): Promise<string> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(program, rest, { env: TOOL_ENV, timeout: 15_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${argv.join(' ')}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** False when it failed: for what only makes the scenery nicer. */
export async function tries(argv: Argv, input?: string): Promise<boolean> {
  try {
    await tool(argv, input);
    return true;
  } catch {
    return false;
  }
}
