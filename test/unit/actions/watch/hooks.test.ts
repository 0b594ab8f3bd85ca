// Hooks with real programs and a real server on loopback: what they are told, that it is sanitised, and how failing is told.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type HookEvent, hookBody, hookVariables, runHooks } from '../../../../src/actions/watch/hooks.ts';
import { isPlainText } from '../../../../src/core/plain.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

const EVENT: HookEvent = {
  event: 'raise',
  reason: 'load per core 9 (over 4)',
  host: 'edge',
  profile: 'default',
  id: '0a1b2c3d',
};
const HOSTILE = { ...EVENT, reason: '$(id); \x1b]0;x\x07\nOPSCONSOLE_ID=forged', host: '`id`\u202e' };
const host = await createLocalHost({ sudo: 'never' });
const options = { host, node: process.execPath };
const folder = mkdtempSync(join(tmpdir(), 'oc-hooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a command', () => {
  it('gets the event in its environment, word for word and harmless', async () => {
    const file = join(folder, 'env');
    const argv = ['/bin/sh', '-c', `env | grep ^OPSCONSOLE_ | sort >${file}`] as const;
    expect(await runHooks([{ kind: 'command', argv }], HOSTILE, options)).toEqual([]);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual([
      'OPSCONSOLE_EVENT=raise',
      'OPSCONSOLE_HOST=`id`\\u202e',
      'OPSCONSOLE_ID=0a1b2c3d',
      'OPSCONSOLE_PROFILE=default',
      'OPSCONSOLE_REASON=$(id); \\x1b]0;x\\x07\\x0aOPSCONSOLE_ID=forged',
    ]);
  });

  it('may say a lot; failing and missing are told in words', async () => {
    const hooks = [
      ['/bin/sh', '-c', 'yes | head -c 3000000'],
      ['/bin/sh', '-c', 'echo no mail >&2; exit 7'],
      ['/nonexistent/tell'],
    ] as const;
    const failures = await runHooks(
      hooks.map((argv) => ({ kind: 'command', argv })),
      EVENT,
      options,
    );
    expect(failures).toEqual([
      'the hook /bin/sh failed: exit 7 no mail',
      expect.stringMatching(/^the hook \/nonexistent\/tell failed: .*No such file/),
    ]);
  });
});

describe('a webhook', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serve(statuses: readonly number[]) {
    const got: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part.toString();
      });
      request.on('end', () => {
        response.statusCode = statuses[got.length] ?? 200;
        if (response.statusCode === 302) response.setHeader('location', '/elsewhere');
        got.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
        response.end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { got, url: `http://127.0.0.1:${port}/hook?key=secret` };
  }

  it('gets one JSON object, and a second try when the first failed', async () => {
    const { got, url } = await serve([503, 200]);
    expect(await runHooks([{ kind: 'webhook', url }], EVENT, options)).toEqual([]);
    expect(got).toHaveLength(2);
    expect(got[1]).toMatch(/^POST \/hook\?key=secret application\/json \{/);
    expect(JSON.parse(got[1]?.replace(/^\S+ \S+ \S+ /, '') ?? '')).toEqual({
      source: 'opsconsole',
      ...EVENT,
      text: 'shields raised on edge: load per core 9 (over 4)',
    });
  });

  it('follows no redirect; three tries, then words without the key', async () => {
    const { got, url } = await serve([302, 404, 500]);
    const failures = await runHooks([{ kind: 'webhook', url }], EVENT, options);
    expect(got).toHaveLength(3);
    expect(failures).toEqual([
      expect.stringMatching(/^the webhook on 127\.0\.0\.1:\d+ failed: it answered 500$/),
    ]);
  });

  it('ends early when the watch ends', async () => {
    const { got, url } = await serve([500, 500, 500]);
    const stop = AbortSignal.timeout(800);
    const failures = await runHooks([{ kind: 'webhook', url }], EVENT, { ...options, signal: stop });
    expect(failures).toHaveLength(1);
    expect(got.length).toBeLessThan(3);
  });
});

it('whatever the words, nothing of them is more than plain text', () => {
  const words = fc.string({ unit: 'binary', maxLength: 500 });
  fc.assert(
    fc.property(words, words, words, (reason, name, profile) => {
      const event = { ...EVENT, reason, host: name, profile };
      for (const text of [...hookVariables(event), ...Object.values(hookBody(event))]) {
        expect(text).not.toMatch(/[\0-\x1f\x7f]/);
        expect(text.length).toBeLessThan(5000);
        expect(isPlainText(text) || text.length > 0).toBe(true);
      }
    }),
  );
});
