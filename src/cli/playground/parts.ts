// The children of the playground: the same program, one part each, told what to do by one line of JSON on stdin. A part
// ends with its stdin, however its parent ends.

import { EXIT, type ExitStatus } from '../io.ts';

export type PartName = 'web' | 'attack' | 'people' | 'office';

/** Only what a part needs is loaded: six of them run side by side. */
const PARTS: Readonly<Record<PartName, () => Promise<(config: never) => Promise<void>>>> = {
  web: async () => (await import('./web.ts')).startWeb,
  attack: async () => (await import('./attacker.ts')).attack,
  people: async () => (await import('./visitors.ts')).visit,
  office: async () => (await import('./operator.ts')).holdLine,
};

/** Says "ready" when it stands in its namespace, "started" when the part says so. Does not end by itself. */
export async function runPart(name: string): Promise<ExitStatus> {
  if (!isPart(name)) return EXIT.usage;
  const start = await PARTS[name]();
  let text = '';
  const ended = Promise.withResolvers<ExitStatus>();
  process.stdin.setEncoding('utf8');
  process.stdin.on('end', () => ended.resolve(EXIT.done));
  process.stdin.on('data', (chunk: string) => {
    const whole = text.includes('\n');
    text += chunk;
    if (whole || !text.includes('\n')) return;
    const config: never = JSON.parse(text.slice(0, text.indexOf('\n'))) as never;
    start(config).then(() => process.stdout.write('started\n'), ended.reject);
  });
  process.stdout.write('ready\n');
  return ended.promise;
}

const isPart = (name: string): name is PartName => Object.hasOwn(PARTS, name);
