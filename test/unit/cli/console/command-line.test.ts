import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, completeCommand, parseCommand } from '../../../../src/cli/console/command-line.ts';

const said = (line: string): string => {
  const parsed = parseCommand(line);
  return parsed.ok ? 'accepted' : parsed.problem.summary;
};

describe('a command line', () => {
  it('reads a ban with all its words', () => {
    expect(parseCommand('ban 192.0.2.7 2001:db8::/64 for 1d because wp-login scan')).toEqual({
      ok: true,
      value: { kind: 'ban', address: '192.0.2.7 2001:db8::/64', seconds: 86_400, reason: 'wp-login scan' },
    });
    expect(parseCommand('ban for ever')).toEqual({ ok: true, value: { kind: 'ban', seconds: null } });
    expect(parseCommand('ban')).toEqual({ ok: true, value: { kind: 'ban' } });
  });

  it('reads the others', () => {
    expect(parseCommand(' unban 192.0.2.7 ')).toMatchObject({
      value: { kind: 'unban', address: '192.0.2.7' },
    });
    expect(parseCommand('cut')).toEqual({ ok: true, value: { kind: 'cut' } });
    expect(parseCommand('tighten siege')).toMatchObject({ value: { preset: 'siege' } });
    expect(parseCommand('window 2')).toMatchObject({ value: { wanted: '2' } });
    expect(parseCommand('search a  b')).toMatchObject({ value: { purpose: 'search', text: 'a  b' } });
    expect(parseCommand('q')).toMatchObject({ value: { intent: { id: 'quit' } } });
  });

  it('says in one sentence what is wrong', () => {
    expect(said('bann 192.0.2.7')).toBe('"bann" is no command: did you mean ban?');
    expect(said('ban 192.0.2.300')).toBe('"192.0.2.300" is not an IP address');
    expect(said('ban 010.0.0.1')).toBe('"010.0.0.1" is not an IP address');
    expect(said('ban 192.0.2.7 for 90')).toBe('"90" is not a duration');
    expect(said('tighten harder')).toBe('"harder" is no preset: default, modest or siege');
    expect(said('quit now')).toBe('quit takes no words after it');
    expect(said('')).toBe('type a command; Tab shows them');
    expect(said('constructor')).toContain('is no command');
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...COMMANDS)),
        fc.string({ unit: 'grapheme' }),
        (name, rest) => {
          parseCommand(`${name} ${rest}`);
          completeCommand(`${name} ${rest}`, ['watch']);
        },
      ),
    );
  });
});

describe('completion', () => {
  it('completes what is certain and lists what is not', () => {
    expect(completeCommand('ti', [])).toEqual({ text: 'tighten ', choices: [] });
    expect(completeCommand('se', [])).toEqual({ text: 'search ', choices: [] });
    expect(completeCommand('s', []).choices).toEqual(['search', 'suspend']);
    expect(completeCommand('re', []).text).toBe('re');
  });

  it('knows the words after a command', () => {
    expect(completeCommand('tighten s', [])).toEqual({ text: 'tighten siege ', choices: [] });
    expect(completeCommand('window ', ['watch', 'web'])).toEqual({
      text: 'window w',
      choices: ['watch', 'web'],
    });
    expect(completeCommand('ban 192.0.2.1 f', []).text).toBe('ban 192.0.2.1 for ');
  });
});
