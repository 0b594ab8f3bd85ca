// What copy mode and dumps ask of the world: the clipboard of the terminal, the screen as text, a file.

import { open, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { folderMissing } from '../../host/durable-write.ts';
import { errnoOf, fileProblem } from '../../host/files.ts';
import type { ConsoleState } from '../../store/state.ts';
import { type ClipboardWay, clipboardSequence, clipboardWay } from '../../terminal/clipboard.ts';
import { screenText } from '../../terminal/screen-text.ts';
import type { Glyphs } from '../../views/glyphs.ts';
import type { Screen } from '../../views/screen.ts';

export type CopyPort = Readonly<{
  glyphs: Glyphs;
  /** Undefined: nothing was sent, the text is too long. 'none': there is nobody to send it to. */
  clipboard(text: string): ClipboardWay | undefined;
  /** What is on screen now. */
  screen(ansi: boolean): readonly string[];
  /** A new file; without a name one that says when. The path that was written. */
  save(name: string | undefined, text: string): Promise<Result<string>>;
}>;

export type CopyPortOptions = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  glyphs: Glyphs;
  now: () => number;
  folder: () => string;
  send: (bytes: string) => void;
  state: () => ConsoleState;
  draw: (state: ConsoleState) => Screen;
}>;

export function createCopyPort(options: CopyPortOptions): CopyPort {
  const { env, send, state, draw } = options;
  return {
    glyphs: options.glyphs,
    clipboard: (text) => {
      const way = clipboardWay(env);
      if (way === 'none') return way;
      const sequence = clipboardSequence(text, way);
      if (sequence === undefined) return undefined;
      send(sequence);
      return way;
    },
    screen: (ansi) => {
      const { areas, columns, rows } = draw(state());
      return screenText(areas, { columns, rows }, ansi);
    },
    save: (name, text) =>
      name === undefined ? saveDated(options, text) : saveNew(resolve(options.folder(), atHome(name)), text),
  };
}

const TRIES = 100;

/** `opsconsole-2026-03-14-021305.txt`, with a number behind it when that is there already. */
async function saveDated({ now, folder }: CopyPortOptions, text: string): Promise<Result<string>> {
  const stamp = new Date(now()).toISOString().replace('T', '-').replaceAll(':', '').slice(0, 17);
  for (let number = 1; ; number++) {
    const name = `opsconsole-${stamp}Z${number === 1 ? '' : `-${number}`}.txt`;
    const saved = await saveNew(resolve(folder(), name), text);
    if (saved.ok || saved.problem.code !== 'refused' || number >= TRIES) return saved;
  }
}

/** 0600, and never over a file that is there, not even through a link. */
async function saveNew(path: string, text: string): Promise<Result<string>> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
    } catch (error) {
      // Half of it would pass for all of it.
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return ok(path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST')
      return fail(
        problem('refused', `${sanitise(path, 200)} is there already`, { hint: 'give another name' }),
      );
    const missing = errnoOf(error) === 'ENOENT' ? await folderMissing(path) : undefined;
    return fail(missing ?? fileProblem(path, error, 'written'));
  }
}

function atHome(name: string): string {
  return name === '~' || name.startsWith('~/') ? homedir() + name.slice(1) : name;
}
