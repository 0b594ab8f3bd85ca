// Findings of a set, as both the console and the command line show them.

import type { Finding, SetInfo } from './rows.ts';

/** Somebody on this list counts as banned and is not stopped, or not everywhere. */
export function hasHarm(set: Pick<SetInfo, 'findings'>): boolean {
  return worstFinding(set)?.level === 'harm';
}

/** The worst one; notes are no faults. */
export function worstFinding({ findings = [] }: Pick<SetInfo, 'findings'>): Finding | undefined {
  return findings.find(({ level }) => level === 'harm') ?? findings.find(({ level }) => level === 'warning');
}

/** The harms of all sets; what several say in the same words is said once, with how many say it. */
export function harmsOf(
  sets: readonly SetInfo[],
): readonly Readonly<{ set: SetInfo; finding: Finding; more: number }>[] {
  const byWords = new Map<string, { set: SetInfo; finding: Finding; more: number }>();
  for (const set of sets) {
    for (const finding of set.findings ?? []) {
      if (finding.level !== 'harm') continue;
      const known = byWords.get(finding.says);
      if (known === undefined) byWords.set(finding.says, { set, finding, more: 0 });
      else known.more++;
    }
  }
  return [...byWords.values()];
}
