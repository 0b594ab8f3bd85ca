// The shields on pf: refused with the line that pf.conf lacks, shown with the text that pfctl takes, and nothing is touched.

import { expect, test } from 'vitest';
import { createShields } from '../../../../src/actions/shields/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { pfAnchorCalled } from '../../../../src/firewall/shields/pf-anchor.ts';
import { createPfMemory } from '../../../fakes/pf-memory.ts';
import type { System } from '../../../fakes/pfctl/state.ts';

function open(system: System, main?: string) {
  const memory = createPfMemory(system, {
    change(pf) {
      if (main !== undefined) pf.rules[''] = [{ text: main }];
    },
  });
  const shields = createShields({
    host: memory.host,
    settings: { ...DEFAULT_SHIELDS, ports: [80, 443] },
    operator: { user: 'tester', console: 'test', sshPeer: '203.0.113.5' },
    allow: ['198.51.100.0/24'],
    journal: '/nowhere/journal.db',
    place: { dir: '/nowhere/shields', run: '/nowhere/run' },
    readOnly: false,
  });
  return { ...memory, shields };
}

for (const system of ['freebsd15', 'openbsd78'] as const) {
  test(`${system}: a raise is refused, with the line that is missing, and changes nothing`, async () => {
    const { shields, pf, calls } = open(system);
    const before = structuredClone(pf);
    const refused = await shields.raise();
    expect(refused.kind === 'refused' && refused.reasons.join('\n')).toMatch(
      /not raised on pf.*\n.*put `anchor "opsconsole\/\*"` into pf.conf/,
    );
    expect(pf).toEqual(before);
    expect(calls).toEqual(['-s rules']);
  });

  test(`${system}: the preview shows the anchor, which pfctl takes dry, and what is not there`, async () => {
    const { shields, pf, calls } = open(system, 'anchor "opsconsole/*" all');
    const before = structuredClone(pf);
    const preview = await shields.preview();
    if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
    const lines = preview.measures.flatMap(({ diff }) => diff).join('\n');
    expect(lines).toContain('+ table <oc_safe> persist {');
    expect(lines).toContain('+   203.0.113.5');
    expect(lines).toContain('+   198.51.100.0/24');
    expect(lines).toMatch(/\+ block drop in quick proto tcp from <oc_over> to any port \{ 80, 443 \}/);
    expect(preview.measures.flatMap(({ commands }) => commands)).toEqual([
      'pfctl -n -a opsconsole/shields -f -',
      'pfctl -a opsconsole/shields -f -',
    ]);
    expect(preview.warnings.join('\n')).toContain('not raised on pf');
    expect(preview.warnings.join('\n')).not.toContain('into pf.conf');
    expect(preview.measures.find(({ measure }) => measure === 'conntrack-timeouts')?.leftOut).toContain(
      'opsconsole tighten',
    );
    expect(pf).toEqual(before);
    expect(calls.map((line) => line.split(' < ')[0])).toEqual(['-s rules', '-n -a opsconsole/shields -f -']);
  });
}

test('only a rule that calls it for every packet counts', () => {
  for (const line of [
    'anchor "opsconsole/*" all',
    'anchor "opsconsole/shields" all',
    'anchor "opsconsole/*" in all',
  ])
    expect(pfAnchorCalled(`block all\n${line}\n`), line).toBe(true);
  for (const line of [
    'anchor "opsconsole" all',
    'anchor "opsconsole/*" on em0 all',
    'anchor "opsconsole/*" out all',
    'anchor "f2b/*" all',
    '# anchor "opsconsole/*" all',
  ])
    expect(pfAnchorCalled(`${line}\n`), line).toBe(false);
});
