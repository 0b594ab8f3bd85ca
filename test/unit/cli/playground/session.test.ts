import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../../src/cli/playground/addresses.ts';
import { sessionText } from '../../../../src/cli/playground/session.ts';
import { loadSession } from '../../../../src/session/load.ts';

describe('the session of the playground', () => {
  it.each(['/tmp/opsconsole-playground-1-abc', '/tmp/a "b" #c: d/x'])(
    'loads with its logs in %s',
    (folder) => {
      const loaded = loadSession(sessionText(folder, 60), 'playground.yml');
      if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
      const { session } = loaded;
      expect(session.allow).toEqual([OPERATOR]);
      expect(session.shields).toMatchObject({ trialSeconds: 60, holdSeconds: 300, profile: 'playground' });
      const [first] = session.windows[0]?.panes ?? [];
      expect(first?.body).toMatchObject({ kind: 'log', files: [`${folder}/access.log`] });
    },
  );

  it('a hold is never shorter than the trial', () => {
    const loaded = loadSession(sessionText('/tmp/x', 600), 'playground.yml');
    expect(loaded.ok && loaded.session.shields.holdSeconds).toBe(600);
  });
});
