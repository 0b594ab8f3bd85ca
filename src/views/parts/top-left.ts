// The left of the top line: whose console this is (host and label, at any width), its windows, and what it may not do.

import type { Line, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { cut, widthOf } from '../../core/width.ts';
import { span, widthOfLine } from './lines.ts';

export type TopWindow = Readonly<{ name: SafeText; current: boolean }>;

export type TopLeft = Readonly<{
  host: SafeText;
  /** The session's own word: PRODUCTION. */
  label?: SafeText | undefined;
  windows: readonly TopWindow[];
  zoomed: boolean;
  readOnly: boolean;
}>;

/** The longest form within `columns`; host and label stay, if need be in all of `whole`. */
export function drawTopLeft(top: TopLeft, columns: number, whole: number): Line {
  const own = identity(top, whole);
  const rest: Line = top.readOnly ? [span(safe('  ')), span(safe('read-only'), 'warn')] : [];
  const forms: readonly Line[] = [
    ...windowForms(top).map((windows) => [...own, ...windows, ...rest]),
    [...own, ...rest],
  ];
  return forms.find((form) => widthOfLine(form) <= columns) ?? own;
}

/** The host gives way to the label: that this is production must be seen before which machine it is. */
function identity({ host, label }: TopLeft, columns: number): Line {
  if (label === undefined) return [span(safe(' ')), span(cut(host, columns - 2), 'host'), span(safe(' '))];
  const plate = sanitise(` ${cut(label, columns - 3)} `);
  const room = columns - widthOf(plate) - 2;
  const named: Line = room >= Math.min(4, widthOf(host)) ? [span(cut(host, room), 'host')] : [];
  return [span(safe(' ')), ...named, ...(named.length > 0 ? [span(safe(' '))] : []), span(plate, 'label')];
}

/** All windows by name; the others by number; the current one alone; numbers alone. */
function windowForms(top: TopLeft): readonly Line[] {
  const line = (shown: (window: TopWindow) => string | undefined): Line =>
    top.windows.flatMap((window, index) => {
      const text = shown(window);
      return text === undefined ? [] : [span(safe(' ')), windowSpan(top, window, `${index + 1}${text}`)];
    });
  return [
    line(({ name }) => `:${name}`),
    line(({ name, current }) => (current ? `:${name}` : '')),
    line(({ name, current }) => (current ? `:${name}` : undefined)),
    line(() => ''),
  ];
}

function windowSpan(top: TopLeft, window: TopWindow, text: string): Span {
  // tmux marks a zoomed window with Z.
  const flag = window.current ? `*${top.zoomed ? 'Z' : ''}` : '';
  const hit = { kind: 'window', window: top.windows.indexOf(window) } as const;
  return { text: sanitise(`${text}${flag}`), role: window.current ? 'accent' : 'dim', hit };
}
