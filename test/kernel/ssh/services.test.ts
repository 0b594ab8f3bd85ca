// A service of a far host by its own commands, over a real ssh: started, proved and stopped; its daemon outlives what else is
// ended over there.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDesk } from '../../../src/actions/desk.ts';
import type { ActReport } from '../../../src/core/act.ts';
import { command } from '../../../src/core/plan.ts';
import type { ServiceVerb, Thing } from '../../../src/core/services/thing.ts';
import { onEnd } from '../acts/kit.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

/** A daemon that keeps whatever it is given. */
const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
runs() { kill -0 "$(cat pid 2>/dev/null)" 2>/dev/null; }
case $1 in
  start) runs || { sleep 300 & echo $! >pid; } ;;
  stop) runs && kill "$(cat pid)"; rm -f pid ;;
  status) runs && echo "pid $(cat pid)" || exit 3 ;;
esac
`;

kernelSuite('services of a far host', ['ssh', 'sshd', 'nsenter', 'mount', 'setsid'], () => {
  const net = useTestNet({ clients: 1 });
  const far = useFarHost(net);

  test('its daemon lives on when other commands over there are ended, and when the line breaks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-far-service-'));
    const script = join(folder, 'wiki');
    writeFileSync(script, SCRIPT);
    chmodSync(script, 0o755);
    const argv = (verb: string) => [script, verb] as const;
    const thing: Thing = {
      ...{ what: 'service', name: 'wiki' },
      by: { kind: 'argv', status: argv('status'), start: argv('start'), stop: argv('stop') },
    };
    const { host } = far();
    const desk = createDesk({
      ...{ host, journal: join(folder, 'journal.db'), operator: { user: 'root', console: 'c1' } },
      ...{ allow: [], readOnly: false, backends: [] },
    });
    onEnd(async () => {
      await host.run(command([script, 'stop']));
      desk.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const act = async (verb: ServiceVerb): Promise<ActReport> => {
      const preview = await desk.preview({ action: 'service', thing, verb });
      if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
      return desk.perform(preview.token);
    };
    const done = { kind: 'done', proof: { kind: 'proved' } };
    expect((await act('start')).outcome).toMatchObject(done);
    // On whichever lane the daemon was started: what hangs there is ended with everything below it.
    const hung = Array.from({ length: 12 }, () => host.run(command(['sleep', '60'], { timeoutMs: 300 })));
    for (const one of await Promise.all(hung)) expect(one.ok).toBe(false);
    // Nor when the line breaks, with which all that hung on it goes.
    await far().killMaster();
    await far().up();
    const status = await host.run(command([script, 'status']));
    expect(status.ok && status.value.stdout).toMatch(/^pid \d+\n$/);
    expect((await act('stop')).outcome).toMatchObject(done);
  });
});
