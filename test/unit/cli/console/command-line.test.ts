import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, completeCommand, parseCommand } from '../../../../src/cli/console/command-line.ts';

const NO_NAMES = { windows: [], profiles: [] };

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

  it('reads what is asked of the shields', () => {
    const asked = (line: string) => {
      const parsed = parseCommand(line);
      return parsed.ok && parsed.value.kind === 'shields' ? parsed.value.command : undefined;
    };
    expect(asked('shields')).toEqual({ kind: 'status' });
    expect(asked('shields status')).toEqual({ kind: 'status' });
    expect(asked('shields up')).toEqual({ kind: 'raise' });
    expect(asked('shields up hard')).toEqual({ kind: 'raise', profile: 'hard' });
    expect(asked('shields down')).toEqual({ kind: 'lower' });
    expect(asked('shields keep')).toEqual({ kind: 'keep' });
    expect(asked('shields renew')).toEqual({ kind: 'renew' });
    expect(asked('shields renew 90m')).toEqual({ kind: 'renew', seconds: 5400 });
    expect(asked('shields preview')).toEqual({ kind: 'preview' });
    expect(asked('shields preview hard')).toEqual({ kind: 'preview', profile: 'hard' });
    expect(said('shields keep it')).toBe('shields keep takes no words after it');
    expect(said('shields up a b')).toBe('shields up takes one word at most');
    expect(said('shields renew 90')).toBe('"90" is not a duration');
    expect(said('shields dwon')).toBe('shields cannot "dwon": did you mean down?');
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
          completeCommand(`${name} ${rest}`, { windows: ['watch'], profiles: ['default'] });
        },
      ),
    );
  });
});

describe('completion', () => {
  it('completes what is certain and lists what is not', () => {
    expect(completeCommand('tig', NO_NAMES)).toEqual({ text: 'tighten ', choices: [] });
    expect(completeCommand('sea', NO_NAMES)).toEqual({ text: 'search ', choices: [] });
    expect(completeCommand('s', NO_NAMES).choices).toContain('split');
    expect(completeCommand('re', NO_NAMES).text).toBe('re');
    expect(completeCommand('layout even-v', NO_NAMES).text).toBe('layout even-vertical ');
  });

  it('knows the words after a command', () => {
    expect(completeCommand('tighten s', NO_NAMES)).toEqual({ text: 'tighten siege ', choices: [] });
    expect(completeCommand('window ', { ...NO_NAMES, windows: ['watch', 'web'] })).toEqual({
      text: 'window w',
      choices: ['watch', 'web'],
    });
    const profiles = { ...NO_NAMES, profiles: ['default', 'hard'] };
    expect(completeCommand('shields ', profiles).choices).toEqual([
      'up',
      'keep',
      'renew',
      'down',
      'preview',
      'status',
    ]);
    expect(completeCommand('shields up h', profiles).text).toBe('shields up hard ');
    expect(completeCommand('shields preview ', profiles).choices).toEqual(['default', 'hard']);
    expect(completeCommand('shields down x', profiles)).toEqual({ text: 'shields down x', choices: [] });
    expect(completeCommand('ban 192.0.2.1 f', NO_NAMES).text).toBe('ban 192.0.2.1 for ');
  });
});
