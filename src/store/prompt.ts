// The one-line prompt at the bottom: search, filters, the command line; with history per purpose.

import type { Intent } from '../core/intent.ts';
import type { PaneId } from '../core/pane.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { NewPaneWish } from './modal-state.ts';
import type { PromptPurpose } from './slice.ts';
import { editText, inputOf, type TextInput } from './text-input.ts';

/** Asked for windows and panes themselves. */
const LAYOUT_PROMPTS = ['window-rename', 'window-index', 'window-move', 'pane-title'] as const;
export type LayoutPrompt = (typeof LAYOUT_PROMPTS)[number];
/** The command line of a new pane. */
export type NewPanePrompt = 'new-run' | 'new-watch';
export type PromptFor = PromptPurpose | 'command' | LayoutPrompt | NewPanePrompt;

export function isNewPanePrompt(purpose: PromptFor): purpose is NewPanePrompt {
  return purpose === 'new-run' || purpose === 'new-watch';
}

export function isLayoutPrompt(purpose: PromptFor): purpose is LayoutPrompt {
  return LAYOUT_PROMPTS.some((known) => known === purpose);
}

/** `recall`: how far back in the history the shown text is (0 = what was typed, kept in `typed`). */
export type PromptState = Readonly<{
  purpose: PromptFor;
  pane?: PaneId;
  /** Where the new pane shall be that is asked for. */
  wish?: NewPaneWish;
  input: TextInput;
  recall: number;
  typed: string;
  /** What stood there when it was opened: leaving puts it back. */
  initial: string;
  /** The end of the text, from here on, is only proposed: what is typed first takes its place. */
  proposed?: number;
  /** Shown after the text, until the next key. */
  error?: SafeText;
  /** What the last Tab found. */
  choices: readonly SafeText[];
}>;

/** Newest first. */
export type PromptHistory = Readonly<Partial<Record<PromptFor, readonly string[]>>>;
export const EMPTY_HISTORY: PromptHistory = {};
const HISTORY_MAX = 100;

/** `proposal`: stands behind the text, for an Enter that takes it. */
export function openPrompt(
  from: Readonly<{
    purpose: PromptFor;
    pane?: PaneId;
    text?: string;
    proposal?: string;
    wish?: NewPaneWish;
  }>,
): PromptState {
  const given = inputOf(from.text ?? '');
  const input = inputOf(`${given.text}${from.proposal ?? ''}`);
  const { text } = input;
  const base: PromptState = {
    purpose: from.purpose,
    input,
    recall: 0,
    typed: text,
    initial: text,
    choices: [],
    ...(from.proposal === undefined ? {} : { proposed: given.at }),
  };
  const wish = from.wish === undefined ? {} : { wish: from.wish };
  return from.pane === undefined ? { ...base, ...wish } : { ...base, ...wish, pane: from.pane };
}

export function remember(history: PromptHistory, purpose: PromptFor, text: string): PromptHistory {
  if (text.trim() === '') return history;
  const old = history[purpose] ?? [];
  return { ...history, [purpose]: [text, ...old.filter((line) => line !== text)].slice(0, HISTORY_MAX) };
}

/** Text editing and history; other intents leave the prompt as it is. */
export function editPrompt(prompt: PromptState, intent: Intent, history: PromptHistory): PromptState {
  if (intent.id === 'history-previous' || intent.id === 'history-next') {
    const lines = history[prompt.purpose] ?? [];
    const step = intent.id === 'history-previous' ? 1 : -1;
    const recall = Math.max(0, Math.min(lines.length, prompt.recall + step));
    if (recall === prompt.recall) return prompt;
    const text = recall === 0 ? prompt.typed : (lines[recall - 1] ?? '');
    return { ...cleared(prompt), recall, input: inputOf(text) };
  }
  const input = edited(prompt, intent);
  if (input === undefined) return prompt;
  return { ...cleared(prompt), input, recall: 0, typed: input.text };
}

/** As selected text elsewhere: typing takes its place, Backspace takes it away, moving into it keeps it. */
function edited({ input, proposed }: PromptState, intent: Intent): TextInput | undefined {
  const selected = proposed !== undefined && ['text-insert', 'text-backspace'].includes(intent.id);
  if (!selected) return editText(input, intent);
  const kept = inputOf([...input.text].slice(0, proposed).join(''));
  return intent.id === 'text-backspace' ? kept : editText(kept, intent);
}

function cleared(prompt: PromptState): PromptState {
  const { error: _, proposed: __, ...rest } = prompt;
  return { ...rest, choices: [] };
}
