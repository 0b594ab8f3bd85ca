// Goldens of what saving and loading show: the diff that waits for a yes, the list of sessions, the question on leaving.

import { describe, it } from 'vitest';
import { saveReview, takeReview } from '../../src/cli/console/session-words.ts';
import type { PaneId } from '../../src/core/pane.ts';
import { safe } from '../../src/core/sanitise.ts';
import { EMPTY_INPUT } from '../../src/store/text-input.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, OPTIONS, SESSION, storeAt } from './shell-parts.ts';

const BEFORE = `# my session
version: 1
windows:
  - name: watch
    layout: tiled # as in tmux
    panes:
      - log: /var/log/nginx/access.log # all of it
      - host
`;
const AFTER = BEFORE.replace('tiled', 'main-vertical\n    main: 62.5%').replace(
  '- host',
  '- host: true\n        title: load',
);
const SIZES = [
  [80, 24],
  [120, 40],
] as const;
const PATH = '/root/.config/opsconsole/web.yml';
const saving = saveReview({
  path: PATH,
  before: BEFORE,
  after: AFTER,
  notes: [],
  foreign: false,
  changed: false,
});

describe('a save', () => {
  it.each(SIZES)('shows what changes at %ix%i', async (columns, rows) => {
    const store = storeAt(columns, rows);
    store.dispatch({ kind: 'modal/review-opened', review: saving });
    expectFrame(`session-save-${columns}x${rows}`, await frameOf(store, OPTIONS));
  });

  it('over another session, after others have changed it, and longer than the screen', async () => {
    const store = storeAt(80, 24);
    const after = `${AFTER}${Array.from({ length: 30 }, (_, at) => `# line ${at}\n`).join('')}`;
    const review = saveReview({
      path: PATH,
      before: BEFORE,
      after,
      notes: ['*web was written out'],
      foreign: true,
      changed: true,
    });
    store.dispatch({ kind: 'modal/review-opened', review });
    expectFrame('session-save-over', await frameOf(store, ASCII_OPTIONS));
  });
});

describe('reading again', () => {
  it('says in words and lines what changes', async () => {
    const store = storeAt(120, 40);
    const [watch, ...rest] = SESSION.windows;
    const panes = watch?.panes.slice(1) ?? [];
    const windows =
      watch === undefined
        ? rest
        : [{ ...watch, layout: { kind: 'named', name: 'tiled' } as const, panes }, ...rest];
    store.dispatch({ kind: 'workspace/pane-titled', pane: '1.2' as PaneId, title: 'mine' });
    const review = takeReview({
      state: store.getState(),
      next: { ...SESSION, theme: 'dark', windows },
      path: PATH,
      texts: { before: BEFORE, after: AFTER },
    });
    store.dispatch({ kind: 'modal/review-opened', review });
    expectFrame('session-reload', await frameOf(store, OPTIONS));
  });
});

describe('the list of sessions', () => {
  it.each(SIZES)('at %ix%i', async (columns, rows) => {
    const store = storeAt(columns, rows);
    const picker = {
      purpose: 'sessions',
      title: safe('Sessions'),
      filter: EMPTY_INPUT,
      at: 0,
      items: [
        { id: PATH, label: safe('web (this one)'), detail: safe('6 panes: watch, acts') },
        {
          id: 'b',
          label: safe('mail'),
          detail: safe('broken, 17:5: windows[2].name is missing'),
          blocked: true,
        },
        { id: 'c', label: safe('/srv/.opsconsole.yml'), detail: safe('2 panes: one') },
      ],
    } as const;
    store.dispatch({ kind: 'modal/picker-opened', picker });
    expectFrame(`session-list-${columns}x${rows}`, await frameOf(store, OPTIONS));
  });
});

describe('leaving', () => {
  it('says that the layout is not saved', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'workspace/pane-titled', pane: '1.2' as PaneId, title: 'mine' });
    store.dispatch({ kind: 'modal/quit-asked' });
    expectFrame('session-quit', await frameOf(store, OPTIONS));
  });
});
