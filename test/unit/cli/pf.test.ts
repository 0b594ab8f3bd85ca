// The commands on a BSD, from their words to what they print: ban with an end, bans, cut, tighten, unban of part of a range.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import type { ActDeps } from '../../../src/cli/act-desk.ts';
import { runBan } from '../../../src/cli/ban.ts';
import { runBans } from '../../../src/cli/bans/bans.ts';
import { runSave } from '../../../src/cli/bans/save.ts';
import { runCut } from '../../../src/cli/cut.ts';
import { runTighten } from '../../../src/cli/tighten.ts';
import { runUnban } from '../../../src/cli/unban.ts';
import { PF_OWN_LINES } from '../../../src/firewall/pf/own.ts';
import { createPfMemory, type PfMemory } from '../../fakes/pf-memory.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import type { Pf, System } from '../../fakes/pfctl/state.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Cli = PfMemory & Readonly<{ deps: ActDeps; said: () => string }>;

const withOwn = (pf: Pf): void => {
  pfctl(pf, { argv: ['-f', '-'], stdin: () => `${PF_OWN_LINES.join('\n')}\npass all\n` });
};

function open(system: System, change: (pf: Pf) => void = withOwn): Cli {
  const memory = createPfMemory(system, { change });
  const home = mkdtempSync(join(tmpdir(), 'oc-pf-cli-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  const out = new PassThrough({ encoding: 'utf8' });
  const io = {
    stdin: Readable.from([]),
    stdout: out,
    stderr: out,
    env: { HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config') },
    cwd: home,
    terminal: false,
  };
  const deps = { io, host: () => Promise.resolve(memory.host), exit: () => undefined };
  return { ...memory, deps, said: () => String(out.read() ?? '') };
}

for (const system of ['freebsd15', 'openbsd78'] as const) {
  test(`${system}: a ban with an end, listed with it, cut, and given back by the range that holds it`, async () => {
    const { deps, said, calls, host } = open(system);
    const status = await runBan(['203.0.113.0/24'], { for: '1h', cut: true }, deps);
    const words = said();
    expect(status, words).toBe(0);
    expect(words).toContain('pfctl -q -t oc_ban -T add 203.0.113.0/24');
    expect(words).toContain('then each state that is left, by its id');
    expect(words).toContain('oc_ban keeps no times');
    expect(words).toMatch(/banned 203\.0\.113\.0\/24 for 1h · dropped by block drop in quick from <oc_ban>/);
    host.advance(600_000);
    expect(await runBans({}, deps)).toBe(0);
    expect(said()).toMatch(/203\.0\.113\.0\/24 +oc_ban +50m/);
    expect(await runSave({ dryRun: true }, deps)).toBe(0);
    expect(said()).toMatch(/203\.0\.113\.0\/24.*2027-01-15T/);
    expect(await runUnban(['203.0.113.46'], {}, deps)).toBe(3);
    expect(said()).toContain('203.0.113.46 is inside 203.0.113.0/24 in set oc_ban, 50m left');
    expect(await runUnban(['203.0.113.0/24'], {}, deps)).toBe(0);
    expect(calls).toContain('-q -t oc_ban -T delete 203.0.113.0/24');
    expect(await runCut(['198.51.100.200'], { yes: true }, deps)).toBe(0);
    expect(said()).toContain('none left');
  });

  test(`${system}: without the table, the lines of pf.conf that are missing, and nothing is run`, async () => {
    const { deps, said, calls } = open(system, () => undefined);
    expect(await runBan(['203.0.113.45'], { for: '1h', cut: true }, deps)).not.toBe(0);
    const words = said();
    for (const line of PF_OWN_LINES) expect(words).toContain(line);
    expect(calls.filter((line) => /-[kKf]\b|-T add/.test(line))).toEqual([]);
  });

  test(`${system}: the timeouts of pf by their names`, async () => {
    const { deps, said } = open(system, (pf) => {
      pf.files = { '/etc/pf.conf': 'pass all\n' };
    });
    expect(await runTighten([], {}, deps)).toBe(0);
    expect(said()).toMatch(/tcp\.established +86400 +86400 +43200 +7440/);
    expect(await runTighten(['tcp.establised', '60'], {}, deps)).not.toBe(0);
    expect(said()).toContain('did you mean tcp.established?');
    expect(await runTighten(['udp.first', '50'], { dryRun: true }, deps)).toBe(0);
    expect(said()).toContain(system === 'freebsd15' ? 'pfctl -n -O -m -f -' : 'pfctl -n -f -');
  });
}
