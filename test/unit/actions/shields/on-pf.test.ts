// The shields on pf: refused with the line that pf.conf lacks, shown with the text that pfctl takes, and nothing is touched.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBsdListeners } from '../../../../src/actions/shields/listening-bsd.ts';
import { createShields } from '../../../../src/actions/shields/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { pfAnchorCalled, pfBlocksBehind } from '../../../../src/firewall/shields/pf-anchor.ts';
import { createPfMemory } from '../../../fakes/pf-memory.ts';
import type { System } from '../../../fakes/pfctl/state.ts';

function open(system: System, main?: string, ports: 'listening' | readonly number[] = [80, 443]) {
  const memory = createPfMemory(system, {
    change(pf) {
      if (main !== undefined) pf.rules[''] = [{ text: main }];
    },
  });
  const shields = createShields({
    host: memory.host,
    settings: { ...DEFAULT_SHIELDS, ports },
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
      /^no rule of pf calls.*put `anchor "opsconsole\/\*"` into pf.conf/,
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
    expect(preview.warnings.join('\n')).not.toContain('into pf.conf');
    expect(preview.measures.find(({ measure }) => measure === 'conntrack-timeouts')?.leftOut).toContain(
      'opsconsole tighten',
    );
    expect(pf).toEqual(before);
    expect(calls.map((line) => line.split(' < ')[0])).toEqual([
      '-s rules',
      '-a opsconsole/shields -s rules',
      '-s info',
      '-s rules',
      '-n -a opsconsole/shields -f -',
    ]);
  });
}

test('a cap passes: a port that merely listens may be one that pf.conf closes, so it must be named', async () => {
  const { shields } = open('freebsd15', 'anchor "opsconsole/*" all', 'listening');
  const preview = await shields.preview();
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  const lines = preview.measures.flatMap(({ diff }) => diff).join('\n');
  expect(lines).not.toMatch(/^\+ pass /m);
  expect(preview.measures.find(({ measure }) => measure === 'connections')?.leftOut).toContain(
    'shields.ports',
  );
});

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

test('a rule that blocks behind the anchor is no longer reached by what the anchor passes', () => {
  const anchor = 'anchor "opsconsole/*" all\n';
  expect(
    pfBlocksBehind(`block drop all\n${anchor}pass all\nblock drop out quick from any to <oc_ban>\n`),
  ).toBe(false);
  for (const line of ['block drop in quick from <bans> to any', 'block drop all', 'anchor "f2b/*" all'])
    expect(pfBlocksBehind(`${anchor}pass all\n${line}\n`), line).toBe(true);
});

const ROW = (proto: string, local: string): string =>
  `${proto}       0      0 ${local.padEnd(22)} *.*                    LISTEN     `;

test('ports that listen for others; one line that is not understood, and none is known', () => {
  const freebsd = [
    'Active Internet connections (including servers)',
    ROW('tcp46', '*.443'),
    ROW('tcp4', '*.22'),
    ROW('tcp6', '*.22'),
    ROW('tcp4', '127.0.0.1.25'),
    'tcp4       0     36 192.0.2.10.22          203.0.113.5.51544      ESTABLISHED',
    ROW('tcp6', '::1.953'),
  ].join('\n');
  expect(parseBsdListeners(freebsd)).toEqual([22, 443]);
  expect(parseBsdListeners(ROW('tcp', ' 192.0.2.10.8080'))).toEqual([8080]);
  expect(parseBsdListeners(`${freebsd}\n${ROW('tcp6', '2001:db8:1:2:3:4.80')}`)).toBeUndefined();
  expect(parseBsdListeners(ROW('tcp4', '*.http'))).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => void parseBsdListeners(text)));
});
