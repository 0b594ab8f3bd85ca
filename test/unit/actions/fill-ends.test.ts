// Ends that only the journal knows reach a listing that no act asked for: the bans pane of a host with pf.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEndFiller } from '../../../src/actions/journal/ends.ts';
import { createJournal } from '../../../src/actions/journal/journal.ts';
import { parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { ok } from '../../../src/core/result.ts';
import type { SetInfo, SetKey } from '../../../src/core/rows.ts';
import { safe } from '../../../src/core/sanitise.ts';
import { MemberColumns } from '../../../src/firewall/columns.ts';

const SET: SetInfo = {
  key: 'pf:opsconsole' as SetKey,
  backend: 'pf',
  name: 'opsconsole',
  family: 4,
  type: 'table',
  holdsNets: true,
  timeouts: false,
  ending: 'journal',
  counters: false,
  comments: false,
  owner: 'opsconsole',
  enforcement: { kind: 'unknown', why: safe('a test') },
};

it('the newest ban that holds says when it ends; what was freed since, or is of others, has no end that is known', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oc-ends-'));
  const journal = createJournal(join(folder, 'state', 'journal.db'));
  try {
    expect((await journal.open()).ok).toBe(true);
    const act = (id: string, at: number, facts: Parameters<typeof journal.intend>[0]['facts']): void => {
      journal.intend({
        id,
        at: unixMs(at),
        operator: { user: 'x', console: 'x' },
        action: facts.kind === 'unban' ? 'unban' : 'ban',
        summary: id,
        reason: '',
        commands: [{ argv: ['pfctl'], timeoutMs: 1, outputMaxBytes: 1 }],
        facts,
        canUndo: true,
      });
      journal.finish(id, 'done', '');
    };
    const sets = [SET.key];
    const added = (...rows: readonly (readonly [string, number])[]) =>
      rows.map(([address, seconds]) => [0, address, seconds] as const);
    act('a', 1000, { kind: 'ban', sets, before: [], added: added(['192.0.2.1', 60], ['192.0.2.2', 60]) });
    act('b', 5000, { kind: 'ban', sets, before: [], added: added(['192.0.2.1', 100]) });
    act('c', 6000, { kind: 'unban', sets, removed: [[0, '192.0.2.2', 61_000]] });
    const columns = new MemberColumns(SET);
    for (const text of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      const net = parseNet(text);
      const none = { expires: Number.NaN, packets: Number.NaN, bytes: Number.NaN, comment: '' };
      if (net.ok) columns.addNet(net.value.net, none);
    }
    const listing = ok(columns.finish(unixMs(7000)));
    const fill = createEndFiller(journal);
    const filled = await fill(SET, listing);
    expect(filled.ok && [...filled.value.expires]).toEqual([105_000, Number.NaN, Number.NaN]);
    journal.markUndone('b', 'd');
    const after = await fill(SET, listing);
    expect(after.ok && after.value.expires[0]).toBe(61_000);
    const { ending: _, ...other } = SET;
    expect(await fill(other, listing)).toBe(listing);
  } finally {
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
