// What contradicts the belief that whoever is in a table of pf is stopped, in words with what to do.

import type { Finding, SetInfo } from '../../core/rows.ts';
import { groupDigits } from '../../core/units.ts';
import { finding } from '../findings.ts';
import { isUsableName } from '../hold.ts';
import type { PfVerdict } from './enforce.ts';
import type { PfInfo } from './info.ts';
import { PF_OWN_LINES } from './own.ts';
import type { PfSystem } from './system.ts';

/** What is said of pf as a whole. `entries`: addresses in all tables together. */
export type PfHealth = Readonly<{
  info?: PfInfo;
  limits: ReadonlyMap<string, number>;
  skips: readonly string[];
  system?: PfSystem;
  entries: number;
  /** What sshguard says of its table that is not so. */
  mismatch?: Finding;
}>;

const LEVELS: readonly Finding['level'][] = ['harm', 'warning', 'note'];

/** The worst first. */
export function pfFindings(set: SetInfo, verdict: PfVerdict, health: PfHealth): readonly Finding[] {
  if (set.shields === true) return [];
  // A list of who may pass is no list of bans.
  if (set.enforcement.kind === 'not-dropped' && set.enforcement.because === 'accepts')
    return [
      finding(
        'note',
        `its rule lets members pass: an allow-list, not a list of bans (${set.enforcement.rule})`,
      ),
    ];
  const all = [
    ...switchFindings(health),
    ...ruleFindings(set, verdict),
    ...stateFindings(health),
    ...roomFindings(health),
    ...skipFindings(health),
    ...(set.owner === 'sshguard' && set.table === undefined && health.mismatch !== undefined
      ? [health.mismatch]
      : []),
    ...habitFindings(set, health),
  ];
  return all.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

function switchFindings({ info }: PfHealth): readonly Finding[] {
  if (info === undefined)
    return [finding('warning', 'whether pf is switched on is not known: `pfctl -s info` could not be read')];
  if (info.enabled) return [];
  const why = 'tables take addresses all the same';
  return [finding('harm', `pf is switched off: no rule is evaluated, nobody is stopped; ${why}`, 'pfctl -e')];
}

/** The line that would make it work. It belongs before the rules that pass, and only the operator writes it. */
function missingLines(set: SetInfo): string | undefined {
  if (!isUsableName(set)) return undefined;
  const lines =
    set.owner === 'opsconsole' ? PF_OWN_LINES.slice(1) : [`block drop in quick from <${set.name}>`];
  const where = set.table === undefined ? 'pf.conf' : `the rules of anchor ${set.table}`;
  return `put into ${where}, before the rules that pass: ${lines.join(', ')}; then pfctl -nf and pfctl -f`;
}

function ruleFindings(set: SetInfo, { covers, holes }: PfVerdict): readonly Finding[] {
  const { enforcement, count } = set;
  switch (enforcement.kind) {
    case 'unused':
      return [
        finding(
          count === 0 ? 'warning' : 'harm',
          'no rule uses this table: a ban in it has no effect',
          missingLines(set),
        ),
      ];
    case 'unknown':
      return [finding('warning', `whether a rule blocks it is not known: ${enforcement.why}`)];
    case 'not-dropped':
      return [notBlocked(set, enforcement.rule, enforcement.because)];
    default:
      return [
        ...holeFindings(holes),
        ...(covers.length === 0 ? [] : [coverFinding(covers)]),
        finding(
          'note',
          'a connection that has a state meets no rule: it survives a ban until its states are killed',
          'a ban by opsconsole kills them; of others: opsconsole cut ADDRESS',
        ),
      ];
  }
}

function notBlocked(set: SetInfo, rule: string, because: string | undefined): Finding {
  const level = set.count === 0 ? 'warning' : 'harm';
  const todo = missingLines(set);
  if (because === 'unreached') {
    const anchor = (set.table ?? '').split('/')[0] ?? '';
    const line = /^[A-Za-z0-9_.-]+$/.test(anchor) ? `put into pf.conf: anchor "${anchor}"` : undefined;
    return finding(level, `its rules are never evaluated, nobody in it is stopped: ${rule}`, line);
  }
  if (because === 'reversed')
    return finding(
      'note',
      `its rule blocks those who are not in it, or what is sent to its members: ${rule}`,
    );
  if (because === 'elsewhere') return finding(level, `nobody in it is stopped: ${rule}`, todo);
  return finding(level, `rules look at this table, but none of them blocks who is in it: ${rule}`, todo);
}

function holeFindings(holes: readonly string[]): readonly Finding[] {
  return holes.map((rule) =>
    finding(
      'warning',
      `this still lets members in: ${rule}`,
      'write the block with `quick`, and before the rules that pass',
    ),
  );
}

/** "proto tcp": sshguard's own words for pf.conf stop new TCP connections only. */
const coverFinding = (covers: readonly string[]): Finding =>
  finding(
    'warning',
    `blocks only ${covers.join('; ')} coming in: all else from its members passes`,
    'a rule without these words stops all of it',
  );

const NEARLY = 0.9;

function stateFindings({ info, limits }: PfHealth): readonly Finding[] {
  const limit = limits.get('states');
  const now = info?.sections.get('State Table')?.get('current entries');
  if (limit === undefined || !Number.isFinite(limit) || limit === 0 || now === undefined) return [];
  const share = `${groupDigits(now)} of ${groupDigits(limit)}`;
  const todo = 'opsconsole tighten lets states end sooner; `set limit states` makes room';
  const refused = info?.sections.get('Counters')?.get('memory') ?? 0;
  const before =
    refused > 0 ? ` (${groupDigits(refused)} packets had no memory since the counters began)` : '';
  if (now >= limit)
    return [
      finding(
        'warning',
        `the table of states is full (${share})${before}: new connections are dropped, also yours`,
        todo,
      ),
    ];
  if (now < limit * NEARLY) return [];
  return [
    finding(
      'warning',
      `the table of states is nearly full (${share})${before}: when it is, new connections are dropped`,
      todo,
    ),
  ];
}

function roomFindings({ limits, entries }: PfHealth): readonly Finding[] {
  const limit = limits.get('table-entries');
  if (limit === undefined || !Number.isFinite(limit) || limit === 0 || entries < limit * NEARLY) return [];
  const share = `${groupDigits(entries)} of ${groupDigits(limit)} in all tables together`;
  const todo = 'take out what is old, or raise `set limit table-entries`';
  return entries >= limit
    ? [finding('harm', `no room (${share}): every further ban fails`, todo)]
    : [finding('warning', `nearly no room (${share}): then every further ban fails`, todo)];
}

function skipFindings({ skips }: PfHealth): readonly Finding[] {
  const open = skips.filter((name) => !/^lo\d*$/.test(name));
  if (open.length === 0) return [];
  return [
    finding('warning', `pf does not look at ${open.join(', ')} (\`set skip\`): nobody is stopped there`),
  ];
}

function habitFindings({ owner }: SetInfo, { system }: PfHealth): readonly Finding[] {
  const found: Finding[] = [];
  if (owner === 'sshguard')
    found.push(
      finding('note', 'sshguard empties this table when it stops: bans added by hand go with it'),
      finding(
        'note',
        'sshguard does not ban an address again that was taken out by hand, until its own time is over',
      ),
    );
  if (system === 'freebsd')
    found.push(
      finding(
        'note',
        '`service pf restart` empties every table and ends all states; `service pf reload` keeps them',
        'opsconsole bans save, and restore after it',
      ),
    );
  return found;
}
