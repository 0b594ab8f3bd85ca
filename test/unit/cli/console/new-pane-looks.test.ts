// What the list for a new pane looks up: real logs read from their end, and the units that systemctl names.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { logBody } from '../../../../src/cli/console/new-pane-items.ts';
import { newPaneLooks } from '../../../../src/cli/console/new-pane-looks.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import type { TailState } from '../../../../src/store/new-pane-picker.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const local = await createLocalHost({ sudo: 'never' });
const folder = mkdtempSync(join(tmpdir(), 'oc-looks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  rmSync(join(folder, 'a.log'), { force: true });
});

const linesOf = (found: TailState): readonly string[] | undefined =>
  found.kind === 'read' ? found.tail.lines.map(({ text }) => text) : undefined;

describe('the end of a log', () => {
  const tailOf = (name: string): Promise<TailState> =>
    newPaneLooks(() => local, {}).tail(logBody({ files: [join(folder, name)] }));

  it('is its newest lines, safe to show', async () => {
    const text = Array.from({ length: 900 }, (_, at) => `203.0.113.9 \x1b[2J ${at}\n`).join('');
    writeFileSync(join(folder, 'a.log'), text);
    const lines = linesOf(await tailOf('a.log'));
    expect(lines?.at(-1)).toBe('203.0.113.9 \\x1b[2J 899');
    expect(lines?.length).toBeLessThanOrEqual(500);
  });

  it('is nothing where nothing was written, and says what is missing', async () => {
    writeFileSync(join(folder, 'a.log'), '');
    expect(linesOf(await tailOf('a.log'))).toEqual([]);
    const gone = await tailOf('gone.log');
    expect(gone.kind === 'read' && gone.tail.files[0]?.kind).toBe('missing');
  });
});

describe('what there is on the machine', () => {
  it('is the shell of the operator, when that is a path', () => {
    expect(newPaneLooks(() => local, { SHELL: '/bin/zsh' }).shell).toBe('/bin/zsh');
    expect(newPaneLooks(() => local, { SHELL: 'zsh' }).shell).toBe('/bin/sh');
    expect(newPaneLooks(() => local, {}).shell).toBe('/bin/sh');
  });

  it('has the units that run, and nothing that is no name of one', async () => {
    const journal = createFakeHost().tool('journalctl', true);
    const host = {
      ...journal,
      stat: async (path: string) => {
        const found = await local.stat('/');
        return path.startsWith('/run/systemd/journal') ? found : journal.stat(path);
      },
    };
    journal.on('systemctl list-units', {
      stdout: [
        '  nginx.service loaded active running A web server',
        'user@1000.service loaded active running User Manager',
        '--since.service\x1b[2J loaded active running odd',
        '● broken',
      ].join('\n'),
    });
    const facts = await newPaneLooks(() => host, {}).facts();
    expect(facts).toMatchObject({ journald: true, units: ['nginx.service', 'user@1000.service'] });
    journal.assertUsed();
  });
});
