// One ban with real processes: a Host that starts the stand-in, its exit statuses and its noise on stderr.

import { expect, test } from 'vitest';
import { createDesk } from '../../../src/actions/desk.ts';
import { pfBackend } from '../../../src/firewall/pf/backend.ts';
import { PF_OWN_LINES } from '../../../src/firewall/pf/own.ts';
import { createPfHost } from '../../fakes/pf-host.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import { banOf, onEnd, proved } from './kit.ts';

test('a ban on OpenBSD is proved, and its states end by id', {
  timeout: 60_000,
}, async () => {
  const pf = await createPfHost('openbsd78', {
    change: (state) =>
      void pfctl(state, { argv: ['-f', '-'], stdin: () => `${PF_OWN_LINES.join('\n')}\npass all\n` }),
  });
  onEnd(() => pf.dispose());
  const desk = createDesk({
    host: pf.host,
    journal: `${pf.folder}/journal.db`,
    operator: { user: 'tester', console: 'test' },
    allow: [],
    readOnly: false,
    backends: [pfBackend],
  });
  onEnd(() => desk.close());
  const { summary } = await proved(desk, banOf(['203.0.113.45'], { seconds: 3600 }));
  expect(summary).toMatch(/dropped by block drop in quick from <oc_ban>.*6 flows cut$/);
  const state = pf.state();
  expect(JSON.stringify(state.flows)).not.toContain('203.0.113.45');
  expect(state.flows).toHaveLength(2);
  const table = state.tables.find(({ name }) => name === 'oc_ban');
  expect(table?.addresses.map(({ text }) => text)).toEqual(['203.0.113.45']);
});
