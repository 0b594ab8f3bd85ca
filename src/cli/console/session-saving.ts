// Saving the live workspace: into its own file or another one, after the operator has seen which lines change.

import type { Session } from '../../core/pane.ts';
import type { Result } from '../../core/result.ts';
import { folderMissing, writeDurably } from '../../host/durable-write.ts';
import { diffCount, diffLines } from '../../session/diff.ts';
import { configFolder } from '../../session/find.ts';
import { loadSession } from '../../session/load.ts';
import { saveElsewhere, saveSession } from '../../session/save.ts';
import { selectSavedWorkspace } from '../../store/select/unsaved.ts';
import { fileNamed, textAt } from './session-files.ts';
import type { SessionGround } from './session-ground.ts';
import { saveReview, shortPath, startsAnew } from './session-words.ts';

/** `text` undefined: there is no such file yet. */
type Target = Readonly<{ path: string; text: string | undefined }>;
/** `theirs`: others have changed the file since it was read. */
type Writing = Readonly<{
  path: string;
  text: string;
  before: string | undefined;
  live: Session;
  theirs: boolean;
}>;

export async function saveNow(ground: SessionGround, name: string | undefined): Promise<void> {
  const { origin } = ground.store.getState().session;
  if (name === undefined && origin.kind !== 'file') return askName(ground);
  const found = await targetOf(ground, name);
  if (!found.ok) return ground.tell('Not saved', found.problem);
  const target = found.value;
  const ours = configFolder(ground.options.env);
  const missing = target.text === undefined ? await folderMissing(target.path, ours) : undefined;
  if (missing !== undefined) return ground.tell('Not saved', missing);
  const own = origin.kind === 'file' && origin.path === target.path;
  const base = own && target.text !== undefined ? target.text : await baseOf(ground);
  const state = ground.store.getState();
  const live = selectSavedWorkspace(state);
  const wish = { live, loaded: state.file.loaded, path: target.path };
  const saved = own ? saveSession(base, wish) : saveElsewhere(base, wish);
  if (!saved.ok) return ground.tell('Not saved', saved.problem);
  const { text, notes } = saved.value;
  const theirs = own && target.text !== undefined && ground.knownText !== target.text;
  const writing: Writing = { path: target.path, text, before: target.text, live, theirs };
  if (text === target.text) {
    saidSaved(ground, writing);
    ground.say(
      `nothing to save: ${shortPath(target.path)} holds this workspace already${alsoTheirs(theirs)}`,
    );
    return;
  }
  const words = { path: target.path, before: target.text, after: text, foreign: !own, changed: theirs };
  const review = saveReview({ ...words, notes: [...notes, ...startsAnew(base, saved.value.session)] });
  ground.ask(review, () => ground.start(() => write(ground, writing, name)));
}

function askName(ground: SessionGround): void {
  if (!ground.free('save')) return;
  ground.store.dispatch({
    kind: 'modal/prompt-opened',
    purpose: 'command',
    text: 'save ',
    proposal: 'default',
  });
  ground.say('this workspace has no file yet: say its name; "default" is what opsconsole opens by itself');
}

async function targetOf(
  { options, store }: SessionGround,
  name: string | undefined,
): Promise<Result<Target>> {
  const { origin } = store.getState().session;
  if (name !== undefined || origin.kind !== 'file') return fileNamed(options, name ?? '');
  const text = await textAt(options.host, origin.path);
  return text.ok ? { ok: true, value: { path: origin.path, text: text.value } } : text;
}

/** The text that a new file begins with: that of the file of this session, or as it was last when that is no good now. */
async function baseOf({ options, store, knownText }: SessionGround): Promise<string> {
  const { origin } = store.getState().session;
  if (origin.kind !== 'file') return knownText;
  const text = await textAt(options.host, origin.path);
  if (!text.ok || text.value === undefined) return knownText;
  return loadSession(text.value, origin.path).ok ? text.value : knownText;
}

async function write(ground: SessionGround, writing: Writing, name: string | undefined): Promise<void> {
  const { path, text, before, theirs } = writing;
  const done = await writeDurably({
    ...{ path, text, expected: before },
    ours: configFolder(ground.options.env),
  });
  if (!done.ok) return ground.tell('Not saved', done.problem);
  if (done.value === 'changed') {
    ground.say(`${shortPath(path)} was changed meanwhile: nothing was written, look again`, 'warn');
    return saveNow(ground, name);
  }
  saidSaved(ground, writing);
  const count = diffCount(diffLines(before ?? '', text));
  ground.say(`saved ${path}: ${count}${alsoTheirs(theirs)}`, 'good');
}

/** What others wrote stays in the file, but this console does not act under it. */
const alsoTheirs = (theirs: boolean): string => (theirs ? '; :reload takes what others changed in it' : '');

function saidSaved(ground: SessionGround, { path, text, live }: Writing): void {
  ground.store.dispatch({ kind: 'file/saved', live, path });
  ground.know({ path, text });
}
