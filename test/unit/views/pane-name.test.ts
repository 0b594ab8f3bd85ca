import { describe, expect, it } from 'vitest';
import type { PaneBody, PaneId } from '../../../src/core/pane.ts';
import { shortPaneName } from '../../../src/views/parts/pane-name.ts';
import { logSpec } from '../store/rig.ts';

const name = (body: PaneBody, title?: string) =>
  shortPaneName({ id: '1.1' as PaneId, body, ...(title === undefined ? {} : { title }) });

describe('the short name of a pane', () => {
  it.each([
    [logSpec({ files: ['/var/log/auth.log', '/var/log/x.log'] }), 'auth'],
    [logSpec({ files: ['/var/log/exim*/mainlog'] }), 'mainlog'],
    [logSpec({ files: [], units: ['ssh.service'] }), 'ssh'],
    [logSpec({ files: [], units: ['*'] }), 'journal'],
    [logSpec({ files: [], command: ['/usr/bin/tcpdump', '-n'] }), 'tcpdump'],
    [logSpec({ files: ['/srv/a-very-long-name-of-a-log.log'] }), 'a-very-lo…'],
    [{ kind: 'conntrack' } as const, 'ct'],
  ])('%#: %s', (body, wanted) => {
    expect(name(body)).toBe(wanted);
  });

  it('is the title that the session file gives', () => {
    expect(name({ kind: 'host' }, 'edge')).toBe('edge');
  });
});
