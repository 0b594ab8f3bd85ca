// Search and filters of a log pane: what the prompt says, live while typing, and the keys that use it afterwards.

import type { Intent } from '../../core/intent.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { PanePromptMsg } from '../slice.ts';
import { lastOnScreen } from './geometry.ts';
import type { LineBox } from './line-box.ts';
import { cursorIndex, type LogPane, paneShown, placeOf, topIndex } from './log-pane.ts';
import { goTo } from './move.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { type Filter, isHit, nextHit } from './shown.ts';

const FILTERS_MAX = 9;
const CONTEXTS: readonly number[] = [0, 2, 5];

type Prompted = Pick<PanePromptMsg, 'purpose' | 'text' | 'accepted'>;

export function promptedLog(pane: LogPane, prompt: Prompted, box: LineBox): LogPane {
  switch (prompt.purpose) {
    case 'search':
      return prompt.accepted ? acceptSearch(pane, prompt.text, box) : typeSearch(pane, prompt.text, box);
    case 'filter-in':
      return prompt.accepted ? addFilter(pane, prompt.text, 'in') : pane;
    case 'filter-out':
      return prompt.accepted ? addFilter(pane, prompt.text, 'out') : pane;
    case 'copy-search':
    case 'copy-search-back':
    case 'filter':
    case 'timeout':
      return pane;
  }
}

/** Every key in the prompt starts again from where the search began, so that a longer text never skips a hit. */
function typeSearch(pane: LogPane, text: string, box: LineBox): LogPane {
  const from = pane.typing?.from ?? placeOf(pane);
  const back: LogPane = { ...pane, ...from, notice: undefined };
  if (text === '') return { ...back, typing: undefined };
  const compiled = compilePattern(text);
  if (!compiled.ok) {
    const typing = { pattern: pane.typing?.pattern, from };
    return { ...pane, typing, notice: sanitise(compiled.problem.summary) };
  }
  const typing = { pattern: compiled.value, from };
  return toNearest({ ...back, typing }, compiled.value, box);
}

function acceptSearch(pane: LogPane, text: string, box: LineBox): LogPane {
  const from = pane.typing?.from ?? placeOf(pane);
  const back: LogPane = { ...pane, ...from, typing: undefined, notice: undefined };
  if (text === '') return { ...back, search: undefined };
  const compiled = compilePattern(text);
  if (!compiled.ok) return { ...back, notice: complaint(text, compiled.problem.summary) };
  return toNearest({ ...back, search: compiled.value }, compiled.value, box);
}

/** From the end of a followed log the newest hit is the nearest; in a frozen one the next below, else the next above. */
function toNearest(pane: LogPane, pattern: Pattern, box: LineBox): LogPane {
  const shown = paneShown(pane);
  const at = cursorIndex(pane, shown);
  if (shown.length > 0 && isHit(shown, at, pattern)) return goTo(pane, at, box);
  const below = pane.frozen === undefined ? undefined : nextHit(shown, pattern, at, 1);
  const hit = below === undefined || below.wrapped ? nextHit(shown, pattern, at, -1) : below;
  if (hit === undefined) return { ...pane, notice: sanitise(`no line matches ${pattern.text}`) };
  return showHit(pane, hit.index, box);
}

/** A hit outside the screen comes to its middle: what stands around it is what a search is for. */
function showHit(pane: LogPane, index: number, box: LineBox): LogPane {
  const shown = paneShown(pane);
  const top = topIndex(pane, shown, box);
  const onScreen = index >= top && index <= lastOnScreen(shown, top, box);
  return onScreen ? goTo(pane, index, box) : goTo(pane, index, box, index - (box.rows >> 1));
}

function addFilter(pane: LogPane, text: string, keep: 'in' | 'out'): LogPane {
  if (text === '') return pane;
  const compiled = compilePattern(text);
  if (!compiled.ok) return { ...pane, notice: complaint(text, compiled.problem.summary) };
  const same = (filter: Filter): boolean => filter.keep === keep && filter.pattern.text === text;
  const others = pane.filters.filter((filter) => !same(filter));
  if (others.length >= FILTERS_MAX)
    return { ...pane, notice: sanitise(`${FILTERS_MAX} filters at most: clear one first`) };
  const filter: Filter = { pattern: compiled.value, keep, on: true };
  return { ...pane, filters: [...others, filter], filtersOn: true, notice: undefined };
}

function complaint(text: string, reason: string): SafeText {
  return sanitise(`${text}: ${reason}`, 200);
}

/** Keys of search and filters; undefined when the intent is another's. */
export function findLog(pane: LogPane, intent: Intent, box: LineBox): LogPane | undefined {
  switch (intent.id) {
    case 'search-next':
      return toHit(pane, 1, box);
    case 'search-previous':
      return toHit(pane, -1, box);
    case 'filters-toggle':
      return intent.text === undefined || intent.text === ''
        ? toggleAll(pane)
        : toggleFilter(pane, Number(intent.text) - 1);
    case 'filter-clear':
      return { ...pane, filters: [], filtersOn: true };
    case 'filter-context': {
      const next = CONTEXTS[(CONTEXTS.indexOf(pane.context) + 1) % CONTEXTS.length] ?? 0;
      return { ...pane, context: next };
    }
    case 'cancel':
      return pane.typing === undefined
        ? { ...pane, search: undefined, pick: undefined }
        : { ...pane, ...pane.typing.from, typing: undefined };
    default:
      return undefined;
  }
}

function toHit(pane: LogPane, step: 1 | -1, box: LineBox): LogPane {
  if (pane.search === undefined) return { ...pane, notice: safe('nothing was searched for yet') };
  const shown = paneShown(pane);
  const hit = nextHit(shown, pane.search, cursorIndex(pane, shown), step);
  if (hit === undefined) return { ...pane, notice: sanitise(`no line matches ${pane.search.text}`) };
  const moved = showHit(pane, hit.index, box);
  if (!hit.wrapped) return moved;
  return { ...moved, notice: safe(step > 0 ? 'search went on at the top' : 'search went on at the bottom') };
}

function toggleAll(pane: LogPane): LogPane {
  return pane.filters.length === 0
    ? { ...pane, notice: safe('there are no filters yet') }
    : { ...pane, filtersOn: !pane.filtersOn };
}

/** Turning one on also ends "all off". */
export function toggleFilter(pane: LogPane, index: number): LogPane {
  const filter = pane.filters[index];
  if (filter === undefined) return { ...pane, notice: safe('there is no filter with this number') };
  const filters = pane.filters.map((other, at) => (at === index ? { ...other, on: !other.on } : other));
  return { ...pane, filters, filtersOn: pane.filtersOn || !filter.on };
}
