// What only watching tells of services: since when at least, and how often they came back.

import { describe, expect, it } from 'vitest';
import type { ServiceRow, ServicesSample } from '../../../../src/core/services/sample.ts';
import type { Thing } from '../../../../src/core/services/thing.ts';
import { servicesSource } from '../../../../src/sources/services/source.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

const WIKI: Thing = { what: 'service', name: 'wiki', by: { kind: 'argv', status: ['wiki', '?'] } };
const NGINX: Thing = { what: 'service', name: 'nginx', by: { kind: 'systemd', unit: 'nginx.service' } };

function watching(host: FakeHost, things: readonly Thing[]): () => Promise<ServicesSample> {
  const source = servicesSource({ everyMs: 1000, things, commands: true });
  return async () => {
    const read = await source.read(host, new AbortController().signal);
    if (!read.ok) throw new Error(read.problem.summary);
    host.advance(10_000);
    return read.value;
  };
}

const watched = ({ rows }: ServicesSample): ServiceRow['watched'] | undefined => rows[0]?.watched;

describe('the source of services', () => {
  it('counts what came back while it looked, and knows since when only if it saw it', async () => {
    const exits = [0, 0, 3, 0, 0];
    let at = 0;
    const host = createFakeHost().on('wiki ?', () => ({ exitCode: exits[at++] ?? 0 }));
    const start = host.now();
    const read = watching(host, [WIKI]);
    expect(watched(await read())).toEqual({ since: start, exact: false, restarts: 0 });
    expect(watched(await read())).toEqual({ since: start, exact: false, restarts: 0 });
    expect(watched(await read())).toEqual({ since: start + 20_000, exact: true, restarts: 0 });
    expect(watched(await read())).toEqual({ since: start + 30_000, exact: true, restarts: 1 });
    expect(watched(await read())).toEqual({ since: start + 30_000, exact: true, restarts: 1 });
  });

  it('another process is another start', async () => {
    let pid = 40;
    const show = (): string => `Id=nginx.service\nNames=nginx.service\nActiveState=active\nMainPID=${pid}\n`;
    const host = createFakeHost().on('env TZ=UTC systemctl show', () => ({ stdout: show() }));
    const read = watching(host, [NGINX]);
    await read();
    pid = 41;
    expect(watched(await read())?.restarts).toBe(1);
  });

  it('a service that is asked in vain keeps its name and says why', async () => {
    const host = createFakeHost().on('env TZ=UTC systemctl show', {
      exitCode: 127,
      stderr: 'env: systemctl',
    });
    const { rows } = await watching(host, [NGINX])();
    expect(rows[0]).toMatchObject({ name: 'nginx', problem: { code: 'missing-tool' } });
  });

  it('where none is declared, failed units are listed to look at', async () => {
    const host = createFakeHost()
      .tool('systemctl', true)
      .on('systemctl list-units --state=failed', { stdout: 'crash.service loaded failed failed Crash\n' });
    const sample = await watching(host, [])();
    expect(sample).toMatchObject({
      declared: false,
      rows: [{ name: 'crash', reading: { state: 'failed' } }],
    });
    expect(sample.rows[0]?.thing).toBeUndefined();
    expect((await watching(createFakeHost(), [])()).rows).toEqual([]);
  });
});
