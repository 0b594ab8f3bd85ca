// The words of :save, :load, :reload and :sessions; a name never becomes a file name that surprises.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSessionCommand, SESSION_WORDS } from '../../../../src/cli/console/session-command.ts';

describe('parseSessionCommand', () => {
  it('takes names and paths', () => {
    expect(parseSessionCommand('save', '')).toEqual({ ok: true, value: { kind: 'save' } });
    expect(parseSessionCommand('save', 'web 2')).toEqual({
      ok: true,
      value: { kind: 'save', name: 'web 2' },
    });
    expect(parseSessionCommand('load', './x.yml')).toEqual({
      ok: true,
      value: { kind: 'load', name: './x.yml' },
    });
    expect(parseSessionCommand('sessions', '')).toEqual({ ok: true, value: { kind: 'sessions' } });
  });

  it.each([
    ['load', ''],
    ['reload', 'x'],
    ['save', '.hidden'],
    ['save', '-rf'],
    ['save', '/etc/'],
    ['save', 'a\u001b[2J'],
  ] as const)('refuses %s "%s" with a sentence', (word, rest) => {
    const parsed = parseSessionCommand(word, rest);
    expect(parsed.ok ? '' : parsed.problem.summary).not.toBe('');
  });

  it('never throws, and lets no control character into a name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SESSION_WORDS), fc.string({ unit: 'binary' }), (word, rest) => {
        const parsed = parseSessionCommand(word, rest);
        if (parsed.ok && 'name' in parsed.value) expect(/\p{Cc}/u.test(parsed.value.name ?? '')).toBe(false);
      }),
    );
  });
});
