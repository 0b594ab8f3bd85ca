// The measure that stops a declared service, with a real daemon: stopped when raised, started again by the script when
// lowered, and left alone where it did not run before or somebody has started it since.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planMeasures } from '../../../src/actions/shields/measures.ts';
import { LOCAL } from '../../../src/core/hosts.ts';
import type { Thing } from '../../../src/core/services/thing.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { onEnd } from '../acts/kit.ts';
import { tool } from '../harness/namespaces.ts';
import { kernelSuite } from '../harness/require.ts';
import { apply, atOn, plan, revertOf } from './measure-kit.ts';

const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
runs() { kill -0 "$(cat pid 2>/dev/null)" 2>/dev/null; }
case $1 in
  start) echo start >>log; runs || { sleep 300 >/dev/null 2>&1 & echo $! >pid; } ;;
  stop) echo stop >>log; runs && kill "$(cat pid)"; rm -f pid ;;
  status) runs || exit 3 ;;
esac
`;

type Search = Readonly<{
  thing: Thing;
  run(verb: string): Promise<unknown>;
  pid(): string | undefined;
  log(): readonly string[];
}>;

function searchService(): Search {
  const folder = mkdtempSync(join(tmpdir(), 'oc-search-'));
  const script = join(folder, 'search');
  writeFileSync(script, SCRIPT);
  chmodSync(script, 0o755);
  const text = (name: string): string => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  };
  const run = (verb: string): Promise<unknown> => tool([script, verb]);
  onEnd(async () => {
    await run('stop');
    rmSync(folder, { recursive: true, force: true });
  });
  const argv = (verb: string) => [script, verb] as const;
  return {
    thing: {
      what: 'service',
      name: 'search',
      by: { kind: 'argv', status: argv('status'), start: argv('start'), stop: argv('stop') },
    },
    run,
    pid: () => text('pid') || undefined,
    log: () => text('log').split('\n'),
  };
}

const stopOf = (thing: Thing): MeasureSpec => ({
  ...{ measure: 'service', name: thing.name, do: 'stop', hosts: [LOCAL], thing },
});

kernelSuite('a service under shields', ['sh'], () => {
  test('is stopped when raised and started once when lowered', async () => {
    const search = searchService();
    await search.run('start');
    const host = await createLocalHost({ sudo: 'never' });
    const planned = await plan([stopOf(search.thing)], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    expect(search.pid()).toBeUndefined();
    const revert = revertOf(planned, (argv) => tool(argv));
    expect(await revert.down()).toEqual(['item restored\tservice search\tstarted']);
    expect(search.pid()).toMatch(/^\d+$/);
    expect(search.log()).toEqual(['start', 'stop', 'start']);
  });

  test('is left alone when it did not run, and when somebody has started it since', async () => {
    const search = searchService();
    const host = await createLocalHost({ sudo: 'never' });
    const { planned: none, leftOut } = await planMeasures([stopOf(search.thing)], atOn(host));
    expect(none).toEqual([]);
    expect(leftOut[0]?.why).toBe('nothing to stop: search is stopped (exit 3: does not run)');
    await search.run('start');
    const planned = await plan([stopOf(search.thing)], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    await search.run('start');
    const revert = revertOf(planned, (argv) => tool(argv));
    expect(await revert.down()).toEqual(['item already\tservice search\truns']);
    expect(search.log()).toEqual(['start', 'stop', 'start']);
  });
});
