// `services:` of a session file: a list or a map, by unit, by monit or by commands, and where they are.

import { describe, expect, it } from 'vitest';
import type { HostId } from '../../../src/core/hosts.ts';
import type { Session } from '../../../src/core/pane.ts';
import { thingsOn } from '../../../src/core/services/sample.ts';
import { loadSession } from '../../../src/session/load.ts';
import { printFileProblem } from '../../../src/session/problems.ts';

const REST = 'windows: [{ name: a, panes: [services] }]\n';
const HOSTS = 'hosts: { rolly: , edge1: }\ngroups: { web: [rolly, edge1] }\n';

function load(services: string, rest = REST): ReturnType<typeof loadSession> {
  return loadSession(`version: 1\n${services}${rest}`, '/x/edge.yml');
}

function entries(services: string, rest = REST): Session['services'] {
  const loaded = load(services, rest);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded));
  return loaded.session.services;
}

const problems = (services: string, rest = REST): readonly string[] => {
  const loaded = load(services, rest);
  return loaded.ok ? [] : loaded.problems.map((found) => printFileProblem('edge.yml', found));
};

describe('services of a session file', () => {
  it('are a list or a map, named by their units where they have no name', () => {
    expect(
      entries('services: [{ systemd: nginx }, { monit: wiki }, { name: db, systemd: postgresql@15-main }]\n'),
    ).toEqual([
      {
        hosts: ['local'],
        thing: { what: 'service', name: 'nginx', by: { kind: 'systemd', unit: 'nginx.service' } },
      },
      { hosts: ['local'], thing: { what: 'service', name: 'wiki', by: { kind: 'monit', check: 'wiki' } } },
      {
        hosts: ['local'],
        thing: { what: 'service', name: 'db', by: { kind: 'systemd', unit: 'postgresql@15-main.service' } },
      },
    ]);
    expect(
      entries('services:\n  wiki: { status: [service, wiki, status], stop: [service, wiki, stop] }\n'),
    ).toEqual([
      {
        hosts: ['local'],
        thing: {
          ...{ what: 'service', name: 'wiki' },
          by: { kind: 'argv', status: ['service', 'wiki', 'status'], stop: ['service', 'wiki', 'stop'] },
        },
      },
    ]);
  });

  it('are on the default host, or where they say', () => {
    const on = (words: string, rest = `${HOSTS}${REST}`) =>
      entries(`services: [{ systemd: nginx${words} }]\n`, rest)?.[0]?.hosts;
    expect(on('')).toEqual(['local']);
    expect(on('', `${HOSTS}host: rolly\n${REST}`)).toEqual(['rolly']);
    expect(on(', host: web')).toEqual(['rolly', 'edge1']);
    expect(on(', hosts: [edge1, web, local]')).toEqual(['edge1', 'rolly', 'local']);
    expect(on(', host: all')).toEqual(['rolly', 'edge1']);
    const loaded = entries('services: [{ systemd: nginx, host: rolly }]\n', `${HOSTS}${REST}`);
    expect(thingsOn(loaded, 'rolly' as HostId)).toHaveLength(1);
    expect(thingsOn(loaded, 'edge1' as HostId)).toEqual([]);
  });

  it.each([
    ['services: [{ systemd: nginx, monit: nginx }]', /:2:12: a service has exactly one of systemd, monit/],
    ['services: [{ name: wiki }]', /:2:12: a service has exactly one of/],
    ['services: [{ status: [a] }]', /:2:12: a service with commands of its own needs a name/],
    ['services: [{ systemd: reboot.target }]', /:2:23: .*"reboot.target" is no unit of a service/],
    ['services: [{ systemd: --user }]', /:2:23: .*"--user" is no unit/],
    ['services: [{ monit: all }]', /:2:21: .*"all" would be every service of monit/],
    ['services: [{ systemd: a }, { systemd: a.service }]', /there are two services a on local/],
    ['services: [{ systemd: a, host: rolli }]', /:2:32: unknown host "rolli"/],
    ['services: [{ systemd: a, hots: b }]', /unknown key "hots".*did you mean host/],
    ['services: { "a b": { systemd: a } }', /:2:13: "a b" is no name for a service/],
    ['services: { a: { start: ["-x"] } }', /"-x" is neither the name of a program/],
    ['services: { a: { start: a } }', /:2:25: services\.a\.start/],
  ])('%s', (services, words) => {
    expect(problems(`${services}\n`)[0]).toMatch(words);
  });
});

describe('the measure service of a profile', () => {
  const shields = (measure: string): string =>
    `shields: { profiles: { default: [ { service: ${measure} } ] } }\n`;
  const wiki =
    'services: { wiki: { status: [s], start: [a], stop: [o] }, half: { status: [s], stop: [o] } }\n';

  it('is a declared service, twice only for different ones', () => {
    const loaded = load(`${wiki}${shields('{ name: wiki, do: stop }')}`);
    expect(loaded.ok && loaded.session.shields.profiles.default).toMatchObject([
      { measure: 'service', name: 'wiki', do: 'stop', hosts: ['local'], thing: { name: 'wiki' } },
    ]);
  });

  it.each([
    ['{ name: wikki, do: stop }', 'there is no service "wikki"; did you mean wiki?'],
    ['{ name: half, do: stop }', 'half has no command to start it'],
    ['{ name: wiki, do: restart }', 'restart'],
  ])('%s: %s', (measure, words) => {
    expect(problems(`${wiki}${shields(measure)}`)[0]).toContain(words);
  });
});
