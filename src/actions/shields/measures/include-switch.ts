// Switches a prepared part of a server's configuration on by a link (nginx, apache): link, test, reload.

import { dirname } from 'node:path';
import { command, type Step } from '../../../core/plan.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Host } from '../../../host/host.ts';
import type { Measure } from '../measure.ts';

type Spec = Extract<MeasureSpec, { measure: 'include' }>;

const TEST_MS = 20_000;

export const includeSwitch: Measure<Spec, null> = {
  id: 'include',
  describe: ({ name, file }) => sanitise(`${name} takes ${file} into its configuration`, 160),
  async gather({ link, file, test, reload }, { host }) {
    for (const argv of [['ln'], test ?? ['ln'], reload] as const)
      if ((await host.which(argv[0])) === undefined) return refuse(`${argv[0]} is not installed`);
    const [target, folder] = await Promise.all([host.stat(file), host.stat(dirname(link))]);
    if (!target.ok) return target;
    if (target.value.kind !== 'file') return refuse(`${file} is not a file`);
    if (!folder.ok) return folder;
    if (folder.value.kind !== 'directory') return refuse(`${dirname(link)} is not a folder`);
    const points = await pointsTo(host, link);
    if (points === file) return refuse(`${link} is there already: it stays, also when the shields come down`);
    if (points !== undefined) return refuse(`${link} points to something else`);
    const there = await host.stat(link);
    return there.ok ? refuse(`${link} exists and is no link`) : ok(null);
  },
  hazard: ({ name }) => [
    sanitise(`${name} reads its configuration anew: changes made meanwhile take effect`),
  ],
  apply({ link, file, test, reload }) {
    // -T: never into a folder of that name.
    const steps: Step[] = [{ command: command(['ln', '-sT', file, link], { privileged: true }) }];
    for (const argv of test === undefined ? [reload] : [test, reload])
      steps.push({ command: command(argv, { privileged: true, timeoutMs: TEST_MS }) });
    return { steps };
  },
  revert: ({ link, file, test, reload }) => [
    { kind: 'include', link, file, ...(test === undefined ? {} : { test }), reload },
  ],
};

function refuse(words: string): Result<never> {
  return fail(problem('refused', sanitise(words, 240)));
}

/** Where a link points, as written in it; undefined = no link. */
async function pointsTo(host: Host, link: string): Promise<string | undefined> {
  const read = await host.run(command(['readlink', link], { okExits: [1] }));
  return read.ok && read.value.exitCode === 0 ? read.value.stdout.replace(/\n$/, '') : undefined;
}
