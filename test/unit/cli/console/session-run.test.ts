// Saving, loading and reading again on real files, with a store and no terminal: what is asked first, what is written,
// and that nothing of the operator is lost and no program started by it.

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionCommand } from '../../../../src/cli/console/session-command.ts';
import { createSessionRun, type SessionRun } from '../../../../src/cli/console/session-run.ts';
import type { PaneId, Session } from '../../../../src/core/pane.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { loadSession } from '../../../../src/session/load.ts';
import { type ConsoleStore, createConsoleStore } from '../../../../src/store/store.ts';
import { NOW } from '../../../frames/shell-parts.ts';

const TEXT = `version: 1 # mine
windows:
  - name: one
    panes:
      - host # the host
      - {run: sleep 1000, title: prog}
`;
const PROGRAM = '1.2' as PaneId;
const WAIT = { timeout: 15_000, interval: 10 } as const;

let folder = '';
let path = '';
const open: SessionRun[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-run-'));
  path = join(folder, 'a.yml');
  await writeFile(path, TEXT);
});
afterEach(async () => {
  for (const run of open.splice(0)) await run.close();
  await rm(folder, { recursive: true, force: true });
});

type Rig = Readonly<{
  store: ConsoleStore;
  taken: Session[];
  /** Resolves when the command is done. */
  command(command: SessionCommand): Promise<void>;
  accept(): Promise<void>;
  notice(): string;
  modal(): string;
  words(): string;
  until(what: () => void): Promise<void>;
}>;

async function rig(text = TEXT, detected = false): Promise<Rig> {
  const loaded = loadSession(text, path);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const session: Session = detected ? { ...loaded.session, origin: { kind: 'detected' } } : loaded.session;
  const size = { columns: 120, rows: 40 };
  const store = createConsoleStore({ session, now: NOW, size, readOnly: false, privileged: true });
  const taken: Session[] = [];
  const run = createSessionRun({
    ...{ store, host: await createLocalHost({ sudo: 'never' }), cwd: folder, opened: text },
    env: { XDG_CONFIG_HOME: join(folder, 'config') },
    onTaken: (next) => taken.push(next),
  });
  open.push(run);
  const modal = () => store.getState().modal.modal;
  const until = (what: () => void): Promise<void> => vi.waitFor(what, WAIT);
  /** Every command ends with something that is said, asked or shown. */
  const answered = async (ask: () => void): Promise<void> => {
    let done = false;
    const leave = store.subscribe((now, before) => {
      done ||= now.modal.notice !== before.modal.notice || now.modal.modal !== before.modal.modal;
    });
    ask();
    await until(() => expect(done).toBe(true));
    leave();
  };
  return {
    ...{ store, taken, until },
    command: (command) => answered(() => run.command(command)),
    accept: () => {
      store.dispatch({ kind: 'modal/intent', intent: { id: 'accept' }, rows: 10, total: 10 });
      return answered(() => run.accepted());
    },
    notice: () => store.getState().modal.notice?.text ?? '',
    modal: () => modal().kind,
    words: () => JSON.stringify(modal()),
  };
}
const titled = ({ store }: Rig, title: string, pane = '1.1'): void =>
  store.dispatch({ kind: 'workspace/pane-titled', pane: pane as PaneId, title });
const running = ({ store }: Rig): void => {
  const phase = { kind: 'running', pid: 1, since: NOW } as const;
  store.dispatch({ kind: 'program/phase-changed', pane: PROGRAM, phase });
};
const leave = ({ store }: Rig): void =>
  store.dispatch({ kind: 'modal/intent', intent: { id: 'cancel' }, rows: 10, total: 10 });
const titleOf = ({ store }: Rig): string | undefined => store.getState().session.windows[0]?.panes[0]?.title;
const phases = ({ store }: Rig): readonly string[] =>
  [...store.getState().programs.panes.values()].map(({ phase }) => phase.kind);
const textNow = (): Promise<string> => readFile(path, 'utf8');

describe('saving', () => {
  it('writes after a look, with the comments', async () => {
    const console = await rig();
    titled(console, 'mine');
    await console.command({ kind: 'save' });
    expect(console.words()).toContain('+        title: mine');
    expect(await textNow()).toBe(TEXT);
    await console.accept();
    expect(console.notice()).toContain('saved');
    expect(await textNow()).toContain('- host: true\n        title: mine # the host\n');
  });

  it('says that others changed other things, which are not taken by that', async () => {
    const console = await rig();
    await writeFile(path, TEXT.replace('# mine', '# mine\nallow: [192.0.2.1]'));
    titled(console, 'mine');
    await console.until(() => expect(console.notice()).toContain('was changed'));
    await console.command({ kind: 'save' });
    expect(console.words()).toContain('Others have changed this file');
    await console.accept();
    expect(console.notice()).toContain(':reload takes what others changed');
    expect(await textNow()).toContain('allow: [192.0.2.1]');
    expect(console.store.getState().session.allow).toEqual([]);
  });

  it('what was changed between the look and Enter is looked at again', async () => {
    const console = await rig();
    titled(console, 'mine');
    await console.command({ kind: 'save' });
    const theirs = TEXT.replace('# the host', '# the very host');
    await writeFile(path, theirs);
    await console.accept();
    await console.until(() => expect(console.words()).toContain('Others have changed this file'));
    expect(await textNow()).toBe(theirs);
  });

  it('elsewhere while its own file is broken takes the text that was good', async () => {
    const console = await rig();
    await writeFile(path, 'version: [');
    titled(console, 'mine');
    await console.until(() => expect(console.notice()).toContain('broken'));
    await console.command({ kind: 'save' });
    expect(console.words()).toContain('Not saved');
    leave(console);
    await console.command({ kind: 'save', name: './b.yml' });
    await console.accept();
    expect(await readFile(join(folder, 'b.yml'), 'utf8')).toContain('title: mine # the host');
    expect(await textNow()).toBe('version: [');
  });

  it('what cannot be edited in place is written anew elsewhere', async () => {
    const text = 'version: 1 # v\nwindows:\n  - name: a\n    panes: [host, # h\n      bans]\n';
    await writeFile(path, text);
    const console = await rig(text);
    console.store.dispatch({ kind: 'workspace/pane-closed', pane: '1.1' as PaneId });
    await console.command({ kind: 'save' });
    expect(console.words()).toContain('save under another name');
    leave(console);
    await console.command({ kind: 'save', name: './b.yml' });
    expect(console.words()).toContain('written anew');
    await console.accept();
    const saved = await readFile(join(folder, 'b.yml'), 'utf8');
    expect(saved).toContain('version: 1 # v');
    expect(loadSession(saved, path).ok).toBe(true);
    expect(await textNow()).toBe(text);
  });

  it('of a detected layout keeps the text that was opened', async () => {
    const console = await rig(
      '# as detected at the start\nversion: 1\nwindows: [{name: a, panes: [host]}]\n',
      true,
    );
    await console.command({ kind: 'save', name: 'mine' });
    await console.accept();
    const saved = await readFile(join(folder, 'config/opsconsole/mine.yml'), 'utf8');
    expect(saved).toContain('# as detected at the start');
  });

  it('says which programs the file will start by itself', async () => {
    const console = await rig();
    const command = { kind: 'shell', line: 'top' } as const;
    const body = { kind: 'run', command, start: 'auto', env: {}, history: 2000 } as const;
    console.store.dispatch({ kind: 'workspace/window-added', name: 'new', shows: { body } });
    await console.command({ kind: 'save' });
    expect(console.words()).toContain('Loading this file will start by itself (start: auto): top');
  });

  it.each([
    ['a folder', (at: string): Promise<unknown> => mkdir(at)],
    ['a pipe', async (at: string): Promise<unknown> => execFileSync('mkfifo', [at])],
    ['a circle of links', (at: string): Promise<unknown> => symlink('x.yml', at)],
  ] as const)('into %s is refused', async (_, make) => {
    const console = await rig();
    await make(join(folder, 'x.yml'));
    const names = await readdir(folder);
    await console.command({ kind: 'save', name: './x.yml' });
    expect(console.words()).toContain('Not saved');
    expect(await readdir(folder)).toEqual(names);
  });

  it('makes the configuration folder, and no other', async () => {
    const console = await rig();
    const names = await readdir(folder);
    await console.command({ kind: 'save', name: './no/such.yml' });
    expect(console.words()).toContain(
      `${join(folder, 'no')} does not exist: make it first, or give another place`,
    );
    expect(await readdir(folder)).toEqual(names);
    leave(console);
    await console.command({ kind: 'save', name: 'mine' });
    await console.accept();
    expect(await readdir(join(folder, 'config', 'opsconsole'))).toEqual(['mine.yml']);
  });

  it('where the configuration folder cannot be made, says so', async () => {
    const console = await rig();
    await writeFile(join(folder, 'config'), 'a file');
    await console.command({ kind: 'save', name: 'mine' });
    await console.accept();
    expect(console.words()).toContain('Not saved');
  });

  it('comes before nothing that was opened meanwhile', async () => {
    const console = await rig();
    titled(console, 'mine');
    const asked = console.command({ kind: 'save' });
    console.store.dispatch({ kind: 'modal/quit-asked' });
    await asked;
    await console.until(() => expect(console.notice()).toContain('not now'));
    expect(console.modal()).toBe('confirm-quit');
  });
});

describe('loading', () => {
  const OTHER = 'version: 1\nwindows: [{name: two, panes: [bans]}]\n';

  it('asks before a program ends, and before changes are lost', async () => {
    await writeFile(join(folder, 'b.yml'), OTHER);
    const console = await rig();
    running(console);
    titled(console, 'mine');
    await console.command({ kind: 'load', name: './b.yml' });
    expect(console.words()).toContain('This program runs, and is ended: prog');
    expect(console.words()).toContain('changes that are not saved');
    leave(console);
    expect(phases(console)).toEqual(['running']);
    await console.command({ kind: 'load', name: './b.yml' });
    await console.accept();
    expect(console.taken.map(({ name }) => name)).toEqual(['b']);
    expect(phases(console)).toEqual([]);
  });

  it('runs nothing unasked: by :load, by :reload, and when the file changes', async () => {
    const text = TEXT.replace('version: 1', 'version: 1\nreload: auto');
    await writeFile(path, text);
    await writeFile(join(folder, 'b.yml'), text.replace('sleep 1000', 'sleep 2000'));
    const console = await rig(text);
    await console.command({ kind: 'load', name: './b.yml' });
    expect(console.taken).toHaveLength(1);
    expect(phases(console)).toEqual(['suspended']);
    path = join(folder, 'b.yml');
    await console.command({ kind: 'reload' });
    await console.accept();
    expect(phases(console)).toEqual(['suspended']);
    await writeFile(path, text.replace('sleep 1000', 'sleep 3000'));
    await console.until(() => expect(console.taken).toHaveLength(3));
    expect(phases(console)).toEqual(['suspended']);
    const ids = console.taken.map(({ windows }) => windows[0]?.panes[1]?.id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('a file that changes under `reload: auto`', () => {
  const AUTO = TEXT.replace('version: 1', 'version: 1\nreload: auto');
  const CHANGED = AUTO.replace('- host', '- {host: true, title: theirs}');
  async function opened(): Promise<Rig> {
    await writeFile(path, AUTO);
    const console = await rig(AUTO);
    // From now on it is watched.
    await writeFile(path, `${AUTO}# seen\n`);
    await console.until(() => expect(console.taken).toHaveLength(1));
    return console;
  }

  it('is taken', async () => {
    const console = await opened();
    await writeFile(path, CHANGED);
    await console.until(() => expect(titleOf(console)).toBe('theirs'));
  });

  it('is not taken by itself where others may write it', async () => {
    const console = await opened();
    await chmod(path, 0o666);
    await writeFile(path, CHANGED);
    await console.until(() => expect(console.notice()).toContain('others may write it: :reload shows how'));
    expect(titleOf(console)).not.toBe('theirs');
  });

  it('waits while something is open', async () => {
    const console = await opened();
    console.store.dispatch({ kind: 'modal/quit-asked' });
    await writeFile(path, CHANGED.replace('version: 1', 'version: ['));
    await console.until(() => expect(console.notice()).toContain('broken'));
    await writeFile(path, CHANGED);
    await writeFile(path, `${CHANGED}# twice\n`);
    expect(titleOf(console)).toBe(undefined);
    expect(console.modal()).toBe('confirm-quit');
    leave(console);
    await console.until(() => expect(titleOf(console)).toBe('theirs'));
  });

  it('never takes unsaved changes away: it says so, and :reload asks', async () => {
    const console = await opened();
    titled(console, 'mine');
    await writeFile(path, CHANGED);
    await console.until(() => expect(console.notice()).toContain('not taken: :reload asks'));
    expect(console.notice()).toContain('not saved');
    expect(titleOf(console)).toBe('mine');
    await console.command({ kind: 'reload' });
    expect(console.words()).toContain('changes that are not saved');
    expect(titleOf(console)).toBe('mine');
    await console.accept();
    expect(titleOf(console)).toBe('theirs');
  });

  it('never ends a program that runs', async () => {
    const console = await opened();
    running(console);
    await writeFile(path, AUTO.replace('sleep 1000', 'sleep 1'));
    await console.until(() => expect(console.notice()).toContain('is ended: prog'));
    expect(phases(console)).toEqual(['running']);
  });

  it('broken or of a newer version, changes nothing, and a save does not write over it', async () => {
    const console = await opened();
    for (const [broken, words] of [
      ['version: 1\nwindows: [', 'broken'],
      [AUTO.replace('windows:', 'panels: {}\nwindows:'), 'unknown key'],
    ] as const) {
      await writeFile(path, broken);
      await console.until(() => expect(console.notice()).toContain(words));
      titled(console, 'mine');
      await console.command({ kind: 'save' });
      expect(console.words()).toContain('Not saved');
      leave(console);
      expect(await textNow()).toBe(broken);
    }
    expect(titleOf(console)).toBe('mine');
  });

  it('is gone: the workspace stays and can be saved again', async () => {
    const console = await opened();
    await rm(path);
    await console.until(() => expect(console.notice()).toContain('is gone'));
    await console.command({ kind: 'save' });
    await console.accept();
    expect(await textNow()).toContain('# the host');
  });
});
