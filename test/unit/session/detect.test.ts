// The detected session is text that the one loader reads: what `init` writes is what opens without a file.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostId } from '../../../src/core/hosts.ts';
import { type MachineFacts, sessionTextFor } from '../../../src/session/detect.ts';
import { loadSession } from '../../../src/session/load.ts';

const BARE: MachineFacts = {
  hostName: 'rolly',
  logs: [],
  unreadable: [],
  journald: false,
  units: [],
  sets: [],
  interfaces: [],
};

function kinds(facts: MachineFacts): readonly (readonly string[])[] {
  const loaded = loadSession(sessionTextFor(facts), '/x.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session.windows.map((window) => window.panes.map((pane) => pane.body.kind));
}

describe('the detected session', () => {
  it('shows the machine even when it has no log', () => {
    expect(kinds(BARE)).toEqual([
      ['host', 'conntrack', 'bans', 'traffic'],
      ['bans', 'journal'],
    ]);
  });

  it('of a host over ssh names that host, so that it can be saved and opened again', () => {
    const entry = { id: 'edge1' as HostId, destination: 'admin@edge1.example.net', sudo: 'ask' } as const;
    for (const host of [entry, { ...entry, destination: 'edge1', sudo: 'auto' } as const]) {
      const loaded = loadSession(sessionTextFor(BARE, host), '/x.yml');
      expect(loaded).toMatchObject({ ok: true, session: { hosts: [host], host: 'edge1' } });
    }
  });

  it('has a window for the jails where a fail2ban server listens', () => {
    expect(kinds({ ...BARE, fail2ban: true })).toEqual([
      ['host', 'conntrack', 'bans', 'traffic'],
      ['jails'],
      ['bans', 'journal'],
    ]);
  });

  it('leads with the web log and the auth log; the rest goes to a window of its own', () => {
    const text = sessionTextFor({
      ...BARE,
      logs: [
        { subject: 'auth', path: '/var/log/auth.log' },
        { subject: 'web', path: '/var/log/nginx/access.log' },
        { subject: 'mail', path: '/var/log/mail.log' },
        { subject: 'web', path: '/var/log/nginx/shop.access.log' },
      ],
      journald: true,
    });
    const loaded = loadSession(text, '/x.yml');
    if (!loaded.ok) throw new Error(text);
    const [watch, logs] = loaded.session.windows;
    expect(watch?.panes[0]?.body).toMatchObject({
      files: ['/var/log/nginx/access.log', '/var/log/nginx/shop.access.log'],
    });
    expect(watch?.panes[1]?.body).toMatchObject({ files: ['/var/log/auth.log'] });
    expect(logs?.panes.map((pane) => pane.body)).toMatchObject([
      { files: ['/var/log/mail.log'] },
      { units: ['*'] },
    ]);
  });

  it('reads ssh from the journal where there is no auth.log', () => {
    const text = sessionTextFor({ ...BARE, journald: true, units: ['ssh.service'] });
    expect(text).toContain('ssh.service');
    expect(kinds({ ...BARE, journald: true, units: ['ssh.service'] })[0]).toEqual([
      'log',
      'log',
      'host',
      'conntrack',
      'bans',
      'traffic',
    ]);
  });

  it('loads whatever a machine is called and whatever its files are named', () => {
    const name = fc.string({ unit: 'binary', maxLength: 30 });
    const path = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .map((tail) => `/var/log/${tail.replaceAll('\0', '')}`);
    fc.assert(
      fc.property(name, fc.array(path, { maxLength: 4 }), fc.array(name), (hostName, paths, sets) => {
        kinds({
          ...BARE,
          hostName,
          sets,
          logs: paths.map((one) => ({ subject: 'web' as const, path: one })),
        });
      }),
      { numRuns: 500 },
    );
  });
});
