// Uplinks panes in a session file: what may be written, what it means, and what is refused with its place.

import { describe, expect, it } from 'vitest';
import { loadSession } from '../../../src/session/load.ts';
import { panePlain } from '../../../src/session/save-panes.ts';

const load = (pane: string) =>
  loadSession(`version: 1\nwindows:\n- name: a\n  panes:\n  - ${pane}\n`, '/s/edge.yml');
function paneOf(text: string) {
  const loaded = load(text);
  const pane = loaded.ok ? loaded.session.windows[0]?.panes[0] : undefined;
  if (pane === undefined) throw new Error(JSON.stringify(loaded));
  return pane;
}
const problems = (text: string): readonly string[] => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.problems.map(({ line, message }) => `${line}: ${message}`);
};

describe('an uplinks pane', () => {
  it('pings gateways alone unless targets are named', () => {
    const bare = { kind: 'uplinks', targets: [], gateways: 'auto', tunnels: [] };
    expect(paneOf('uplinks').body).toEqual(bare);
    expect(paneOf('uplinks: true').body).toEqual(bare);
    expect(paneOf('{uplinks: {targets: 2001:DB8::1, gateways: none}}').body).toEqual({
      ...bare,
      targets: ['2001:db8::1'],
      gateways: 'none',
    });
    expect(panePlain(paneOf('uplinks'))).toBe('uplinks');
    expect(panePlain(paneOf('{uplinks: true, title: ways}'))).toEqual({ uplinks: true, title: 'ways' });
  });

  it('declares tunnels with their commands', () => {
    const text =
      '{uplinks: {tunnels: [{name: db, listen: "127.0.0.1:5432", restart: [t, restart], stop: [t]}, {name: mail}]}}';
    const { body } = paneOf(text);
    expect(body).toMatchObject({
      tunnels: [
        { name: 'db', listen: '127.0.0.1:5432', restart: ['t', 'restart'], stop: ['t'] },
        { name: 'mail' },
      ],
    });
    expect(panePlain(paneOf(text))).toEqual({
      uplinks: {
        tunnels: [
          { name: 'db', listen: '127.0.0.1:5432', restart: ['t', 'restart'], stop: ['t'] },
          { name: 'mail' },
        ],
      },
    });
  });

  it('refuses names to ping, places that are none, a name twice, unknown keys', () => {
    expect(problems('{uplinks: {targets: [example.org]}}')[0]).toMatch(/^5: .*not an IP address/);
    expect(problems('{uplinks: {tunnels: [{name: db, listen: "5432"}]}}')[0]).toMatch(
      /not a place to listen/,
    );
    expect(problems('{uplinks: {tunnels: [{name: db, listen: "127.0.0.1:0"}]}}')[0]).toMatch(
      /not a place to listen/,
    );
    expect(problems('{uplinks: {tunnels: [{name: "a b"}]}}')[0]).toMatch(/is not a name/);
    expect(problems('{uplinks: {tunnels: [{name: db}, {name: db}]}}')[0]).toMatch(
      /there is a tunnel db already/,
    );
    expect(problems('{uplinks: {target: 1.1.1.1}}')[0]).toMatch(
      /unknown key "target"; did you mean targets\?/,
    );
  });
});
