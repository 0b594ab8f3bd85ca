// The key that tests the filter of a jail, and the page of what it found.

import type { JailRow } from '../../core/jails.ts';
import type { PaneId } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { type FilterTest, testFilter as runTest } from '../../sources/jails/filter-test.ts';
import type { Page, PageLine } from '../../store/modal-state.ts';
import { jailUnderCursor } from '../../store/slices/jails.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { Desktop } from './controller.ts';

export function testFilter({ store, effects, say }: Desktop, id: PaneId): void {
  const state = store.getState();
  const pane = state.jails.panes.get(id);
  const view = pane === undefined ? undefined : jailUnderCursor(state, pane);
  if (view === undefined) say(safe('no jail is under the cursor'), 'warn');
  else if (effects.testFilter === undefined) say(safe('a filter cannot be tested here'), 'warn');
  else {
    say(sanitise(`testing the filter of ${view.label} on the newest lines of its log`, 120));
    effects.testFilter(view.row);
  }
}

/** One at a time: another key meanwhile ends the one before. It only reads; the page opens unless something else is open. */
export function createFilterTester(hostNow: () => Host, store: ConsoleStore): (jail: JailRow) => void {
  let running = new AbortController();
  return (jail) => {
    running.abort();
    const mine = new AbortController();
    running = mine;
    const version = store.getState().jails.sample?.version;
    void runTest(hostNow(), jail, { version, signal: mine.signal }).then((result) => {
      if (mine.signal.aborted) return;
      // Instead of "testing …", which would stand under the page and after it.
      const text = result.ok
        ? `${jail.name}: ${result.value.matched} of ${result.value.lines} lines matched`
        : `the filter of ${jail.name} was not tested`;
      store.dispatch({ kind: 'modal/noticed', text: sanitise(text, 120), role: 'plain' });
      if (store.getState().modal.modal.kind === 'none')
        store.dispatch({ kind: 'modal/page-opened', page: filterPage(jail, result) });
      else
        store.dispatch({
          kind: 'modal/noticed',
          text: safe('the filter was tested: press the key again'),
          role: 'plain',
        });
    });
  };
}

function filterPage(jail: JailRow, result: Result<FilterTest>): Page {
  const title = sanitise(`Filter of ${jail.name}`, 100);
  return { title, lines: result.ok ? testLines(result.value) : problemLines(result.problem) };
}

const BLANK: PageLine = { text: safe('') };

function testLines(test: FilterTest): readonly PageLine[] {
  const { lines, matched, missedCount, ignored, dated, missed, matchedBy } = test;
  const found = `${lines} lines: ${matched} matched, ${missedCount} missed, ${ignored} ignored`;
  const out: PageLine[] = [
    {
      text: sanitise(`fail2ban-regex with ${test.filter} on the newest lines of ${test.log}`, 400),
      role: 'dim',
    },
    { text: sanitise(found), role: matched === 0 && lines > 0 ? 'bad' : 'strong' },
  ];
  if (lines > 0 && dated < lines)
    out.push({
      text: sanitise(`in ${lines - dated} of them it found no time: a datepattern may be missing`),
      role: 'warn',
    });
  if (matchedBy.length > 0) out.push(BLANK, { text: safe('Matched by:'), role: 'dim' });
  for (const text of matchedBy) out.push({ text, indent: 2 });
  if (missed.length > 0) {
    const which =
      missed.length < missedCount ? `the newest ${missed.length} of ${missedCount}` : 'all of them';
    out.push(BLANK, { text: sanitise(`Missed, ${which}:`), role: 'dim' });
  }
  for (const text of missed) out.push({ text, indent: 2 });
  return out;
}

function problemLines({ summary, hint, detail }: Problem): readonly PageLine[] {
  return [
    { text: sanitise(summary, 400), role: 'bad' },
    ...(hint === undefined ? [] : [{ text: sanitise(hint, 400) }]),
    ...(detail === undefined
      ? []
      : detail.split('\n').map((line) => ({ text: sanitise(line, 400), role: 'dim' as const }))),
  ];
}
