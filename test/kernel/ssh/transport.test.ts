// A host over a real ssh: commands, streams, files, lines that break.

import { expect, test } from 'vitest';
import { command } from '../../../src/core/plan.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

kernelSuite('a host over ssh', ['ssh', 'sshd', 'ssh-keygen', 'nft'], () => {
  const net = useTestNet();
  const far = useFarHost(net, { bashrc: 'echo noise; echo more >&2; printf unfinished\n' });

  test('runs commands and tells how they ended', async () => {
    const { host } = far();
    expect(host.link.state()).toMatchObject({ kind: 'up', system: 'Linux', skewMs: 0 });
    expect(host.privileged).toBe(true);
    expect(await host.run(command(['echo', "it's", '$HOME', '', '`x`\n']))).toMatchObject({
      ok: true,
      value: { stdout: "it's $HOME  `x`\n\n", stderr: '', exitCode: 0 },
    });
    expect(await host.run(command(['cat'], { stdin: "a 'b' $c \\ `d`\nEOF\n" }))).toMatchObject({
      value: { stdout: "a 'b' $c \\ `d`\nEOF\n" },
    });
    expect(await host.run(command(['cat'], { stdin: 'no newline' }))).toMatchObject({
      value: { stdout: 'no newline' },
    });
    expect(await host.run(command(['ls', '/nowhere']))).toMatchObject({
      ok: false,
      problem: { code: 'bad-exit', exitCode: 2, detail: expect.stringMatching(/No such file/) },
    });
    expect(await host.run(command(['nothing-like-this']))).toMatchObject({
      problem: { code: 'missing-tool' },
    });
    let size = 0;
    const streamed = await host.stream(command(['head', '-c', '3000000', '/dev/urandom']), (chunk) => {
      size += chunk.length;
    });
    expect({ ok: streamed.ok, size }).toEqual({ ok: true, size: 3_000_000 });
    const read = await host.read('/proc/net/dev');
    expect(read.ok && read.value.toString()).toMatch(/^\s*v0:/m);
  });
});
