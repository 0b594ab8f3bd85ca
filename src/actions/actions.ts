// The table of actions: a draft goes to the one that plans it.

import { unreachable } from '../core/unreachable.ts';
import type { ActContext, Gathered } from './action.ts';
import { prepareAllow } from './allow/sync.ts';
import { ban } from './ban.ts';
import type { DeskDraft } from './bulk/draft.ts';
import { prepareExpire } from './bulk/expire.ts';
import { prepareImport } from './bulk/import.ts';
import { prepareRestore } from './bulk/restore.ts';
import { cut } from './cut.ts';
import { service } from './services/service.ts';
import { tighten } from './tighten.ts';
import { unban } from './unban.ts';
import { undo } from './undo.ts';

export function prepareDraft(draft: DeskDraft, context: ActContext): Promise<Gathered> {
  switch (draft.action) {
    case 'ban':
      return ban.prepare(draft, context);
    case 'unban':
      return unban.prepare(draft, context);
    case 'cut':
      return cut.prepare(draft, context);
    case 'tighten':
      return tighten.prepare(draft, context);
    case 'service':
      return service.prepare(draft, context);
    case 'undo':
      return undo.prepare(draft, context);
    case 'restore':
      return prepareRestore(draft, context);
    case 'import':
      return prepareImport(draft, context);
    case 'allow':
      return prepareAllow(draft, context);
    case 'expire':
      return prepareExpire(context);
    default:
      return unreachable(draft);
  }
}
