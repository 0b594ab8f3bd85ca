// The operator's ssh line is lost while a trial of theirs runs: the console goes with it, the shields come down by themselves,
// exactly once.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PROGRAM, requireBuilt } from '../../terminal/harness/console.ts';
import { untilTrue } from '../../terminal/harness/tmux.ts';
import { onEnd } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { startSshd } from '../hazards/sshd.ts';
import { endWatchers, machineOf } from './kit.ts';

const TOOLS = ['nft', 'conntrack', 'sysctl', 'setsid', 'ss', 'sshd', 'ssh', 'ssh-keygen'];
const session = (folder: string): string => `version: 1
name: line
shields:
  trial: 10s
  profiles:
    default:
      - syn-rate
      - tcp: { synack-retries: 2 }
      - run: { name: count, up: ['true'], down: [sh, -c, 'echo lowered >>${folder}/lowered'] }
windows:
  - name: watch
    panes: [host]
`;

kernelSuite('shields and a lost ssh line', TOOLS, () => {
  const testNet = useTestNet({ clients: 1 });
  beforeAll(requireBuilt);

  test('the console ends with the line, the trial ends by itself: one revert, nothing left', async () => {
    const net = testNet();
    const folder = mkdtempSync(join(tmpdir(), 'oc-line-'));
    onEnd(() => {
      endWatchers(folder);
      rmSync(folder, { recursive: true, force: true });
    });
    writeFileSync(join(folder, 'session.yml'), session(folder));
    const sshd = await startSshd(net);
    const before = await machineOf(net);
    const env = [
      `OPSCONSOLE_STATE_DIR=${folder}/lib`,
      `OPSCONSOLE_RUN_DIR=${folder}/run`,
      `XDG_STATE_HOME=${folder}`,
      'TERM=xterm-256color LANG=C.UTF-8',
    ].join(' ');
    const script = `stty rows 40 cols 120; exec env ${env} ${PROGRAM} ${folder}/session.yml`;
    const line = sshd.open(net.client(0), net.server.v4, script);
    await untilTrue('the console is there', () => line.said().includes('shields down'));
    line.type('!');
    const deadline = (): string => {
      const current = join(folder, 'lib/shields/current');
      if (!existsSync(current)) return '';
      return readFileSync(
        join(folder, 'lib/shields', readFileSync(current, 'utf8').trim(), 'deadline'),
        'utf8',
      );
    };
    await untilTrue('they are in trial', () => deadline().startsWith('trial'));
    const console = /\d+/.exec(
      (await net.exec(net.server, ['pgrep', '-f', `opsconsole.js ${folder}/session.yml`])).stdout,
    );
    expect(await machineOf(net)).not.toBe(before);
    line.cut();
    await untilTrue('the console has ended', () => !existsSync(`/proc/${console?.[0]}`));
    expect(existsSync(join(folder, 'lowered')), 'the console does not lower: the trial goes on').toBe(false);
    await untilTrue('they came down', () => deadline() === '', 30_000);
    expect(readFileSync(join(folder, 'lowered'), 'utf8')).toBe('lowered\n');
    expect(await machineOf(net)).toBe(before);
  });
});
