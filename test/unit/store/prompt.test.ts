import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntentId } from '../../../src/core/intent.ts';
import { editPrompt, openPrompt, remember } from '../../../src/store/prompt.ts';
import { EMPTY_INPUT, editText, INPUT_MAX, inputOf, type TextInput } from '../../../src/store/text-input.ts';

const EDITS: readonly IntentId[] = [
  'text-backspace',
  'text-delete',
  'text-left',
  'text-right',
  'text-start',
  'text-end',
  'text-kill',
  'text-kill-word',
];

function edit(input: TextInput, ...steps: readonly (IntentId | Readonly<{ type: string }>)[]): TextInput {
  return steps.reduce<TextInput>((now, step) => {
    const intent = typeof step === 'string' ? { id: step } : { id: 'text-insert' as const, text: step.type };
    return editText(now, intent) ?? now;
  }, input);
}

describe('a proposal', () => {
  const open = () => openPrompt({ purpose: 'command', text: 'save ', proposal: 'default' });
  const typed = (...ids: readonly IntentId[]) =>
    ids.reduce((prompt, id) => editPrompt(prompt, { id, text: 'x' }, {}), open()).input;

  it('is what Enter takes', () => {
    expect(open().input).toEqual(inputOf('save default'));
  });

  it('gives way to what is typed first, and to nothing typed later', () => {
    expect(typed('text-insert')).toEqual(inputOf('save x'));
    expect(typed('text-insert', 'text-insert')).toEqual(inputOf('save xx'));
    expect(typed('text-backspace')).toEqual(inputOf('save '));
    expect(typed('text-left', 'text-insert')).toEqual({ text: 'save defaulxt', at: 12 });
  });
});

describe('a line of text', () => {
  it('is edited at the cursor', () => {
    expect(
      edit(inputOf('ban 10.0.0.1'), 'text-kill-word', { type: 'é' }, 'text-left', { type: 'x' }),
    ).toEqual({
      text: 'ban xé',
      at: 5,
    });
    expect(edit(inputOf('abc'), 'text-start', 'text-delete', 'text-right', 'text-backspace').text).toBe('c');
    expect(edit(inputOf('abc'), 'text-left', 'text-kill')).toEqual(EMPTY_INPUT);
  });

  it('never runs a pasted line break nor holds a control character', () => {
    expect(edit(EMPTY_INPUT, { type: 'quit\rban\x1b[2J' }).text).toBe('quit ban\\x1b[2J');
  });

  it('keeps its cursor inside and its length bounded, whatever is typed', () => {
    const step = fc.oneof(
      fc.constantFrom(...EDITS),
      fc.string({ unit: 'binary', maxLength: 300 }).map((type) => ({ type })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { text, at } = edit(EMPTY_INPUT, ...steps);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual([...text].length);
        expect([...text].length).toBeLessThanOrEqual(INPUT_MAX);
        expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      }),
    );
  });
});

describe('history', () => {
  const history = remember(remember({}, 'command', 'zoom'), 'command', 'ban 192.0.2.1');

  it('goes back and returns to what was being typed', () => {
    let prompt = openPrompt({ purpose: 'command', text: 'un' });
    const go = (id: IntentId) => {
      prompt = editPrompt(prompt, { id }, history);
      return prompt.input.text;
    };
    expect([go('history-previous'), go('history-previous'), go('history-previous')]).toEqual([
      'ban 192.0.2.1',
      'zoom',
      'zoom',
    ]);
    expect([go('history-next'), go('history-next')]).toEqual(['ban 192.0.2.1', 'un']);
  });

  it('is kept per purpose, without doubles and empty lines', () => {
    const again = remember(remember(history, 'command', 'zoom'), 'search', '   ');
    expect(again).toEqual({ command: ['zoom', 'ban 192.0.2.1'] });
  });
});
