// Jails beside what is known of their sets: the list that fail2ban keeps, the kernel's sets that it fills, contradictions.

import { type JailRow, type JailsSample, jailRank } from '../../core/jails.ts';
import type { Finding, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { setNames } from '../bans/set-names.ts';
import type { ConsoleState } from '../state.ts';

/** `lists`: the jail as a ban set, one for each family. `kernel`: names of the sets that enforce it; undefined = not known. */
export type JailView = Readonly<{
  row: JailRow;
  label: SafeText;
  lists: readonly SetInfo[];
  kernel: readonly SafeText[] | undefined;
  findings: readonly Finding[];
  rank: number;
}>;

type Views = Readonly<{ need: readonly JailView[]; name: readonly JailView[] }>;
const kept = new WeakMap<JailsSample, Readonly<{ sets: readonly SetInfo[]; views: Views }>>();

/** `need`: what somebody should look at first. */
export function jailViews(state: ConsoleState, order: 'need' | 'name'): readonly JailView[] {
  const { sample } = state.jails;
  if (sample === undefined) return [];
  const { sets } = state.bans;
  const known = kept.get(sample);
  if (known?.sets === sets) return known.views[order];
  const views = viewsOf(sample.jails, sets);
  kept.set(sample, { sets, views });
  return views[order];
}

export function viewsOf(jails: readonly JailRow[], sets: readonly SetInfo[]): Views {
  const names = setNames(sets);
  const lists = Map.groupBy(
    sets.filter(({ backend }) => backend === 'fail2ban'),
    ({ name }) => name,
  );
  const name = jails
    .map((row) => viewOf(row, lists.get(row.name) ?? [], names))
    .sort((a, b) => (a.row.name < b.row.name ? -1 : 1));
  return { name, need: name.toSorted((a, b) => a.rank - b.rank) };
}

function viewOf(row: JailRow, lists: readonly SetInfo[], names: ReadonlyMap<SetKey, SafeText>): JailView {
  const keys = lists.flatMap(({ enforcedBy }) => enforcedBy ?? []);
  const told = lists.some(({ enforcedBy }) => enforcedBy !== undefined);
  const all = [...row.findings, ...lists.flatMap(({ findings }) => findings ?? [])];
  const findings = [...new Map(all.map((finding) => [finding.says, finding])).values()];
  return {
    ...{ row, lists, findings, label: sanitise(row.name, 100), rank: jailRank(row, findings) },
    kernel: told ? [...new Set(keys)].map((key) => names.get(key) ?? sanitise(key)) : undefined,
  };
}
