// The units of bans: as systemd itself reads them, with the order that keeps bans over a reboot.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Unit, unitsOf } from '../../../src/cli/bans/units.ts';

const ALL = (program: string): readonly Unit[] =>
  (['restore', 'save', 'expire'] as const).flatMap((of) => unitsOf(of, program));
const textOf = (name: string): string =>
  ALL('/opt/oc/bin/opsconsole').find((unit) => unit.name === name)?.text ?? '';

describe('the units of bans', () => {
  it('restore after whatever flushes, save before it stops, and hang on its restarts', () => {
    const main = textOf('opsconsole-bans.service');
    expect(main).toContain('ExecStart=/opt/oc/bin/opsconsole bans restore\n');
    expect(main).toContain('ExecStop=/opt/oc/bin/opsconsole bans save\n');
    for (const key of ['After=', 'PartOf=', 'ReloadPropagatedFrom='])
      expect(main.split('\n').find((line) => line.startsWith(key))).toMatch(
        /nftables\.service .*netfilter-persistent\.service .*firehol\.service/,
      );
    // A failed restore must not be followed by a save that forgets what was not restored.
    expect(textOf('opsconsole-bans-save.service')).toContain('Requisite=opsconsole-bans.service\n');
  });

  it('quote a path with spaces and signs', () => {
    expect(ALL('/opt/o c/50%/$x')[0]?.text).toContain('ExecStart="/opt/o c/50%%/$$x" bans restore\n');
  });

  it.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)('are understood by systemd', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-units-'));
    try {
      const program = join(folder, 'opsconsole');
      writeFileSync(program, '#!/bin/sh\n');
      chmodSync(program, 0o755);
      const units = ALL(program);
      for (const { name, text } of units) writeFileSync(join(folder, name), text);
      const paths = units.map(({ name }) => join(folder, name));
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
      const ours = stderr.split('\n').filter((line) => line.includes('opsconsole'));
      expect(ours).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
