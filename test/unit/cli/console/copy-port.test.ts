// Files of dumps on a real disk, and what goes to the terminal.

import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCopyPort } from '../../../../src/cli/console/copy-port.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { NOW } from '../../../frames/shell-parts.ts';
import { stateOf } from '../../store/rig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-dump-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sent: string[] = [];
const portOf = (term: string) =>
  createCopyPort({
    env: { TERM: term },
    glyphs: UNICODE_GLYPHS,
    now: () => NOW,
    folder: () => folder,
    send: (bytes) => sent.push(bytes),
    state: () => stateOf(),
    draw: () => ({
      ...{ columns: 5, rows: 2 },
      areas: [{ key: 'a', rect: { x: 1, y: 0, columns: 4, rows: 2 }, text: '\x1b[1mab\x1b[0m\nc' }],
    }),
  });

describe('a dump', () => {
  it('is a new file of the owner alone, named by the time when it has no name', async () => {
    const port = portOf('xterm');
    const first = await port.save(undefined, 'one\n');
    const second = await port.save(undefined, 'two\n');
    expect(first).toEqual({ ok: true, value: join(folder, 'opsconsole-2026-03-14-021305Z.txt') });
    expect(second).toEqual({ ok: true, value: join(folder, 'opsconsole-2026-03-14-021305Z-2.txt') });
    expect(readFileSync(join(folder, 'opsconsole-2026-03-14-021305Z.txt'), 'utf8')).toBe('one\n');
    expect(statSync(join(folder, 'opsconsole-2026-03-14-021305Z.txt')).mode & 0o777).toBe(0o600);
  });

  it('never writes over what is there, not even through a link', async () => {
    writeFileSync(join(folder, 'there'), 'old');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    const port = portOf('xterm');
    for (const name of ['there', 'link', join(folder, 'there')]) {
      const saved = await port.save(name, 'new');
      expect(saved).toMatchObject({ ok: false, problem: { hint: 'give another name' } });
    }
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['link', 'there']);
  });

  it('says in one sentence when the folder is not there', async () => {
    const saved = await portOf('xterm').save('no/such/file', 'x');
    expect(saved.ok ? '' : saved.problem.summary).toBe(
      `${folder}/no/such does not exist: make it first, or give another place`,
    );
  });

  it('of the screen is its text', () => {
    expect(portOf('xterm').screen(false)).toEqual([' ab', ' c']);
  });
});

describe('the clipboard', () => {
  it('gets one whole sequence, or nothing', () => {
    sent.length = 0;
    expect(portOf('xterm').clipboard('text')).toBe('terminal');
    expect(sent).toEqual(['\x1b]52;cp;dGV4dA==\x07']);
    expect(portOf('linux').clipboard('text')).toBe('none');
    expect(portOf('xterm').clipboard('x'.repeat(100_000))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });
});
