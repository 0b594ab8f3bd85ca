// The one word that starts a program on a far host: whatever the login shell is, only sh reads it.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { farProgram } from '../../../../src/host/ssh/far-pty.ts';

const run = (text: string): string => execFileSync('sh', ['-c', text], { encoding: 'utf8' });

test('words, variables and folder arrive as they are', () => {
  const odd = `it's "€" \\ $HOME \`id\` ! # \n%s`;
  const far = farProgram({
    command: { kind: 'argv', argv: ['sh', '-c', 'pwd; printf "[%s]" "$X" "$@"', 'sh', odd, '', '-n'] },
    cwd: '/usr',
    env: { X: odd },
  });
  expect(far).toMatch(/^exec sh -c 'eval "\$\(printf %b "[A-Za-z0-9 _./=:,+\\-]*"\)"'$/);
  expect(run(far)).toBe(`/usr\n[${odd}][${odd}][][-n]`);
  expect(run(farProgram({ command: { kind: 'shell', line: 'echo a | tr a b' }, env: {} }))).toBe('b\n');
  expect(
    run(
      `HOME=/usr; export HOME; ${farProgram({ command: { kind: 'argv', argv: ['pwd'] }, cwd: '~/lib', env: {} })}`,
    ),
  ).toBe('/usr/lib\n');
});

test('no text leaves what a login shell would read', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), ([first = 'x', ...rest]) => {
      const far = farProgram({ command: { kind: 'argv', argv: [first, ...rest] }, env: {} });
      expect(far).toMatch(/^exec sh -c 'eval "\$\(printf %b "[A-Za-z0-9 _./=:,+\\-]*"\)"'$/);
    }),
  );
});
