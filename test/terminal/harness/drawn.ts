// Reads a drawn screen: the body of a pane by its title, and whether the frames are whole.

const DOWNWARDS = new Set('│┤├┼┴└┘');
const ENDS_BODY = new Set('├└┼┴');
const ENDS_TITLE = new Set('┬┐┤┼');

export function linesOf(screen: string): readonly string[] {
  return screen.replace(/\n$/, '').split('\n');
}

/** The rows inside the frame whose title begins with `title`; empty when it is not on screen. */
export function paneOf(screen: string, title: string): readonly string[] {
  const lines = linesOf(screen);
  const top = lines.findIndex((line) => startOf(line, title) >= 0);
  const head = lines[top];
  if (head === undefined) return [];
  const left = startOf(head, title);
  const right = [...head].findIndex((sign, x) => x > left && ENDS_TITLE.has(sign));
  const body: string[] = [];
  for (const line of lines.slice(top + 1)) {
    if (ENDS_BODY.has(line[left] ?? '└')) break;
    body.push(line.slice(left + 1, right));
  }
  return body;
}

/** What stands right on the frame of a pane: its state. */
export function stateOf(screen: string, title: string): string {
  const head = linesOf(screen).find((line) => startOf(line, title) >= 0) ?? '';
  const rest = head.slice(startOf(head, title) + 3);
  return /─ ([^─]+) ─*[┬┐┤┼]/.exec(rest.replace(/^[^─]*/, ''))?.[1] ?? '';
}

function startOf(line: string, title: string): number {
  for (const corner of '┌├┬┼') {
    const at = line.indexOf(`${corner}─ ${title}`);
    if (at >= 0) return at;
  }
  return -1;
}

export function bottomOf(screen: string): string {
  return linesOf(screen).at(-1) ?? '';
}

/** What is wrong with the frames of a screen of this size; empty = nothing. No dialog may be open. */
export function frameFaults(screen: string, columns: number, rows: number): readonly string[] {
  const lines = linesOf(screen);
  const faults = lines.flatMap((line, y) =>
    line.length > columns ? [`line ${y} is ${line.length} wide, not ${columns}`] : [],
  );
  if (lines.length !== rows) faults.push(`${lines.length} lines, not ${rows}`);
  const top = lines.findIndex((line) => line.startsWith('┌'));
  const bottom = lines.findIndex((line) => line.startsWith('└'));
  if (top < 0 || bottom < top) return [...faults, 'no frame around the panes'];
  const framed = lines.slice(top, bottom + 1);
  for (const [y, line] of framed.entries()) {
    const [first, last] = [line[0] ?? ' ', line[columns - 1] ?? ' '];
    if (!'┌│├└'.includes(first) || !'┐│┤┘'.includes(last))
      faults.push(`line ${top + y} is open at a side: ${line}`);
    for (const [x, sign] of [...line].entries()) {
      if (sign === '┬') faults.push(...columnFaults(framed, x, y));
      if (sign === '├' && !/^├─.*─[┤┼┴┬]/.test(line.slice(x)))
        faults.push(`a split of line ${top + y} ends nowhere`);
    }
  }
  return faults;
}

/** A border that begins with ┬ goes down without a gap to its ┴. */
function columnFaults(framed: readonly string[], x: number, from: number): readonly string[] {
  for (let y = from + 1; y < framed.length; y++) {
    const sign = framed[y]?.[x] ?? ' ';
    if (sign === '┴') return [];
    if (!DOWNWARDS.has(sign)) return [`the border at column ${x} has a gap in line ${y}: ${framed[y]}`];
  }
  return [`the border at column ${x} does not end`];
}

/** Borders and titles of a screen: what a layout is. What changes by the second and what the keys say is left out. */
export function shapeOf(screen: string): readonly string[] {
  const lines = linesOf(screen);
  const end = lines.findLastIndex((line) => line.startsWith('└'));
  return lines
    .slice(1, end + 1)
    .map((line) =>
      line
        .replace(/─ [^─┬┐┤]* ─(?=[┐┤┬])/g, (state) => '─'.repeat(state.length))
        .replace(/[^─│┌┐└┘├┤┬┴┼]/g, (sign) => (line.startsWith('│') || sign === ' ' ? ' ' : sign)),
    );
}

/** Holds when all of these stand on the screen. */
export const shows =
  (...words: readonly string[]) =>
  (screen: string): boolean =>
    words.every((word) => screen.includes(word));

/** Holds when none of them stands there any more. */
export const hides =
  (...words: readonly string[]) =>
  (screen: string): boolean =>
    !words.some((word) => screen.includes(word));

/** The title that is drawn bright on a frame: the pane that has the focus. `styled`: a screen with its SGR codes. */
export function focusOf(styled: string): string | undefined {
  const bold = styled.split('\n').find((line) => /─\x1b\[0m\x1b\[39m\x1b\[49m \x1b\[1m/.test(line));
  return bold === undefined ? undefined : /─\x1b\[0m\x1b\[39m\x1b\[49m \x1b\[1m(\S+?)\x1b/.exec(bold)?.[1];
}
