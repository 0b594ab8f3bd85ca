// Reads the outcome that revert.sh writes, line by line. It holds words of tools: nothing of it is believed beyond its form.
//
//   opsconsole-shields-outcome 1
//   id 1a2b3c4d
//   by operator
//   at 1800000000
//   dropped SYN CONNECTIONS PORTS BANNED
//   item restored<TAB>what<TAB>detail
//   end 1a2b3c4d

import { unixMs } from '../../core/brand.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Dropped, Outcome, OutcomeItem } from '../../core/shields.ts';

const HEAD = /^opsconsole-shields-outcome 1\nid ([0-9a-f]{8})\nby ([a-z-]{1,20})\nat (\d{1,12})\n/;
const WHO: readonly Outcome['by'][] = ['operator', 'timer', 'failed-raise', 'recovery', 'auto'];
const RESULTS: readonly OutcomeItem['result'][] = ['restored', 'already', 'drift', 'failed'];
const ITEMS_MAX = 2000;

/** Undefined: not an outcome. Without its last line it is one that was cut short: `complete` false, with what there is. */
export function parseOutcome(text: string): Outcome | undefined {
  const head = HEAD.exec(text);
  const by = WHO.find((known) => known === head?.[2]);
  const id = head?.[1];
  if (head === null || by === undefined || id === undefined) return undefined;
  const lines = text.slice(head[0].length).split('\n');
  // What follows the last newline was cut off in the middle.
  lines.pop();
  const items: OutcomeItem[] = [];
  let dropped: Dropped | undefined;
  let complete = false;
  for (const line of lines) {
    if (complete) return undefined;
    if (line === `end ${id}`) {
      complete = true;
    } else if (line.startsWith('dropped ') && dropped === undefined && items.length === 0) {
      dropped = readDropped(line);
      if (dropped === undefined) return undefined;
    } else {
      const item = readItem(line);
      if (item === undefined || items.length >= ITEMS_MAX) return undefined;
      items.push(item);
    }
  }
  const at = unixMs(Number(head[3]) * 1000);
  return { id, by, at, items, complete, ...(dropped === undefined ? {} : { dropped }) };
}

function readDropped(line: string): Dropped | undefined {
  const match = /^dropped (\d{1,20}) (\d{1,20}) (\d{1,20}) (\d{1,20})$/.exec(line);
  if (match === null) return undefined;
  const [syn = 0, connections = 0, ports = 0, banned = 0] = match.slice(1).map(Number);
  return { syn, connections, ports, banned };
}

function readItem(line: string): OutcomeItem | undefined {
  const [head = '', what, ...detail] = line.split('\t');
  const result = RESULTS.find((known) => head === `item ${known}`);
  if (result === undefined || what === undefined || what === '') return undefined;
  const said = sanitise(detail.join(' '), 300);
  return { result, what: sanitise(what, 200), ...(said === '' ? {} : { detail: said }) };
}
