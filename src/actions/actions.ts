// The table of actions: a draft goes to the one that plans it.

import type { ActDraft } from '../core/act.ts';
import { unreachable } from '../core/unreachable.ts';
import type { ActContext, Gathered } from './action.ts';
import { ban } from './ban.ts';
import { cut } from './cut.ts';
import { tighten } from './tighten.ts';
import { unban } from './unban.ts';
import { undo } from './undo.ts';

export function prepareDraft(draft: ActDraft, context: ActContext): Promise<Gathered> {
  switch (draft.action) {
    case 'ban':
      return ban.prepare(draft, context);
    case 'unban':
      return unban.prepare(draft, context);
    case 'cut':
      return cut.prepare(draft, context);
    case 'tighten':
      return tighten.prepare(draft, context);
    case 'undo':
      return undo.prepare(draft, context);
    default:
      return unreachable(draft);
  }
}
