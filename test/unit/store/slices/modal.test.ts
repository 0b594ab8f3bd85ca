import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { LOCAL } from '../../../../src/core/hosts.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { NoticeRole } from '../../../../src/store/modal-state.ts';
import { NOTICE_MS } from '../../../../src/store/slices/modal.ts';
import { NOW, reduced, stateOf } from '../rig.ts';

const UNDO = { kind: 'act', host: LOCAL, actId: 'a' } as const;

describe('the last line said', () => {
  it.each<[NoticeRole, boolean, number]>([
    ['plain', false, NOTICE_MS.remark],
    ['warn', false, NOTICE_MS.warn],
    ['warn', true, NOTICE_MS.act],
    ['good', false, NOTICE_MS.act],
    ['bad', false, NOTICE_MS.act],
  ])('%s, undo %s: stays %i ms', (role, canUndo, stays) => {
    const said = reduced(stateOf(), {
      kind: 'modal/noticed',
      text: safe('x'),
      role,
      ...(canUndo ? { undo: UNDO } : {}),
    });
    const at = (ms: number) => reduced(said, { kind: 'clock/ticked', now: unixMs(NOW + ms) }).modal.notice;
    expect(at(stays)?.text).toBe('x');
    expect(at(stays + 1)).toBeUndefined();
  });
});
