// Layouts in the words of a session file. Sizes change on screen to exact fractions; a file has two decimals at most.

import type { Layout, LayoutNode, PaneId, Size, WindowSpec } from '../core/pane.ts';
import { equalPlain, isPlainMap, type Plain, type PlainMap } from './save-text.ts';

const HUNDREDTHS = 100;

const ALONE: Extract<Layout, { kind: 'named' }> = { kind: 'named', name: 'tiled' };

function isAlone(layout: Layout): boolean {
  return layout.kind === 'tree' && layout.root.kind === 'pane';
}

/** Sizes as a file can hold them: the shares of a split never come to more than all by rounding. */
export function roundedLayout(layout: Layout): Layout {
  // What is left when the panes beside it were closed: one pane, and no tree in a file.
  if (isAlone(layout)) return ALONE;
  if (layout.kind === 'tree') return { kind: 'tree', root: roundedNode(layout.root) };
  return layout.mainSize === undefined ? layout : { ...layout, mainSize: rounded(layout.mainSize) };
}

function roundedNode(node: LayoutNode): LayoutNode {
  const size = node.size === undefined ? {} : { size: rounded(node.size) };
  if (node.kind === 'pane') return { ...node, ...size };
  const exact = node.children.every(({ size: own }) => own === undefined || own.value === rounded(own).value);
  const children = node.children.map(roundedNode);
  return {
    ...node,
    ...size,
    children: exact && sharesOf(children) <= READ_MAX ? children : withinAll(children),
  };
}

function rounded({ kind, value }: Size): Size {
  if (kind === 'cells') return { kind, value: Math.max(1, Math.round(value)) };
  const share = Math.round(value * HUNDREDTHS) / HUNDREDTHS;
  return { kind, value: Math.min(100, Math.max(0.01, share)) };
}

/** What a file may say is read as it is written: a little more than all, in hundredths. */
const READ_MAX = 100.5 * HUNDREDTHS;

function shareOf({ size }: LayoutNode): number {
  return size?.kind === 'percent' ? Math.round(size.value * HUNDREDTHS) : 0;
}

function sharesOf(children: readonly LayoutNode[]): number {
  return children.reduce((sum, child) => sum + shareOf(child), 0);
}

/** What rounding added is taken from the largest share, where it is seen least. */
function withinAll(children: readonly LayoutNode[]): readonly LayoutNode[] {
  const over = sharesOf(children) - 100 * HUNDREDTHS;
  if (over <= 0) return children;
  if (over > children.length) return withoutExcess(children, over);
  const largest = children.reduce((best, child) => (shareOf(child) > shareOf(best) ? child : best));
  return children.map((child) =>
    child === largest
      ? { ...child, size: { kind: 'percent', value: (shareOf(child) - over) / HUNDREDTHS } as const }
      : child,
  );
}

/**
 * Shares that each give the right cells on screen may come to more than all, which no file can say. The last of a row
 * of sizes gets what is over whatever it says, so it gives; where another one gets that, all give.
 */
function withoutExcess(children: readonly LayoutNode[], over: number): readonly LayoutNode[] {
  const last = children.at(-1);
  const given = Math.round((last?.size?.value ?? 0) * HUNDREDTHS) - over;
  const lastGives =
    given >= HUNDREDTHS && last?.size?.kind === 'percent' && children.every(({ size }) => size !== undefined);
  const all = 100 * HUNDREDTHS;
  return children.map((child) => {
    if (child.size?.kind !== 'percent') return child;
    if (lastGives && child !== last) return child;
    const share = Math.floor((child.size.value * HUNDREDTHS * all) / (all + over));
    const value = (lastGives ? given : Math.max(1, share)) / HUNDREDTHS;
    return { ...child, size: { kind: 'percent', value } };
  });
}

export function sizePlain({ kind, value }: Size): Plain {
  return kind === 'cells' ? value : `${value}%`;
}

/** `layout`, `main` and `focus` of a window, changed only where they mean something else than `written` does. */
export function placingPlain(window: WindowSpec, written: PlainMap): PlainMap {
  const { layout } = window;
  const number = numbering(window);
  const focus = window.focus === undefined ? undefined : number(window.focus);
  const named = layout.kind === 'named';
  const wanted: Plain = named ? layout.name : treePlain(layout.root, number);
  const absent = written.layout === undefined && wanted === 'tiled';
  const main = named && layout.mainSize !== undefined ? sizePlain(layout.mainSize) : undefined;
  return {
    ...(absent ? {} : { layout: inWordsOf(written.layout, wanted) }),
    ...(main === undefined ? {} : { main: inWordsOf(written.main, main) }),
    ...(focus === undefined ? {} : { focus }),
  };
}

function numbering({ panes }: WindowSpec): (pane: PaneId) => number {
  return (pane) => panes.findIndex(({ id }) => id === pane) + 1;
}

function treePlain(node: LayoutNode, number: (pane: PaneId) => number): Plain {
  const size = node.size === undefined ? {} : { size: sizePlain(node.size) };
  if (node.kind === 'pane') {
    const pane = number(node.pane);
    return node.size === undefined ? pane : { pane, ...size };
  }
  const children = node.children.map((child) => treePlain(child, number));
  return { ...(node.direction === 'row' ? { columns: children } : { rows: children }), ...size };
}

/** The same meaning in the form that the file has: `{pane: 2}` for 2, "50.0%" for "50%". A leaf alone is a map. */
function inWordsOf(written: Plain | undefined, wanted: Plain): Plain {
  if (written === undefined) return typeof wanted === 'number' ? wanted : wanted;
  if (equalPlain(written, wanted)) return written;
  if (typeof wanted === 'string' && typeof written === 'string') {
    const same = /^[\d.]+%$/.test(written) && Number.parseFloat(written) === Number.parseFloat(wanted);
    return same ? written : wanted;
  }
  // A pane alone fills its window, however that is said.
  if (wanted === ALONE.name && isPlainMap(written) && written.pane !== undefined) return written;
  if (typeof wanted === 'number' && isPlainMap(written) && written.pane !== undefined)
    return { pane: wanted };
  if (Array.isArray(wanted) && Array.isArray(written))
    return wanted.map((item: Plain, index): Plain => inWordsOf(written[index], item));
  if (!isPlainMap(wanted) || !isPlainMap(written)) return wanted;
  const places = Object.entries(wanted).map(([key, value]) => [key, inWordsOf(written[key], value)] as const);
  return Object.fromEntries(places);
}

/** Equal but for the names of the panes. */
export function sameLayout(a: WindowSpec, b: WindowSpec): boolean {
  return equalPlain(placing(a), placing(b));
}

function placing(window: WindowSpec): Plain {
  const layout = isAlone(window.layout) ? ALONE : window.layout;
  const number = numbering(window);
  const focus = window.focus === undefined ? null : number(window.focus);
  if (layout.kind === 'tree') return { tree: treePlain(layout.root, number), focus };
  return {
    name: layout.name,
    main: layout.mainSize === undefined ? null : sizePlain(layout.mainSize),
    focus,
  };
}
