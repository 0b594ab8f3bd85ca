// The shields in lines for a terminal or a log: what was raised, what it stands for, what lowering did. Words only.

import type { Operator } from '../core/act.ts';
import { formatAge, formatClock } from '../core/duration.ts';
import type {
  Dropped,
  LowerReport,
  Outcome,
  OutcomeItem,
  RaiseReport,
  ShieldsNow,
  ShieldsPreview,
  ShieldsState,
} from '../core/shields.ts';
import { formatFlows } from '../core/units.ts';
import { droppedBrief, endedBy, outcomeBrief } from '../store/select/shields-words.ts';

type Up = Extract<ShieldsNow, { kind: 'up' }>;
type Lines = readonly string[];

/** Warnings come with the gravest first; who has time reads the preview. */
const WARNINGS_MAX = 6;
/** The same at every raise: enough to know that there are some. */
const HAZARDS_MAX = 3;

export function raisedLines(report: Extract<RaiseReport, { kind: 'up' }>): Lines {
  const { now, already, warnings } = report;
  if (already)
    return [
      `the shields are up already, raised ${byWhom(now.state)}: nothing was changed`,
      ...wallLines(now),
      ...clockLines(now),
    ];
  const further = warnings.length - WARNINGS_MAX;
  return [
    `SHIELDS UP in ${(report.durationMs / 1000).toFixed(1)} s (${now.state.id}, profile ${now.state.profile})`,
    ...measureLines(now.state, report.leftOut),
    ...report.leftOut.map(({ measure, why }) => `left out: ${measure}: ${why}`),
    ...report.verified.map((words) => `verified: ${words}`),
    ...warnings.slice(0, WARNINGS_MAX).map((words) => `warning: ${words}`),
    ...(further > 0 ? [`warning: … and ${further} more: opsconsole shields preview`] : []),
    ...wallLines(now),
    ...clockLines(now),
    ...hazardLines(report.hazards ?? []),
  ];
}

function hazardLines(hazards: Lines): Lines {
  const further = hazards.length - HAZARDS_MAX;
  return [
    ...hazards.slice(0, HAZARDS_MAX).map((words) => `hazard: ${words}`),
    ...(further > 0 ? [`hazard: … and ${further} more: opsconsole shields preview`] : []),
  ];
}

/** The state names what was planned; a measure that failed on the way does not stand. Only `run` and `include` may repeat. */
function measureLines(
  { measures }: ShieldsState,
  leftOut: readonly Readonly<{ measure: string }>[] = [],
): Lines {
  const gone = new Set(leftOut.map(({ measure }) => measure));
  return measures
    .filter(({ measure }) => measure === 'run' || measure === 'include' || !gone.has(measure))
    .map(({ measure, says }) => `  ${measure}: ${says}`);
}

/** "by root (sudo alice, from 203.0.113.10)" */
function byWhom({ by, auto }: ShieldsState): string {
  return `${auto ? 'automatically, ' : ''}by ${nameOf(by)}`;
}

function nameOf({ user, sudoUser, sshPeer, tty }: Operator): string {
  const more = [
    ...(sudoUser === undefined ? [] : [`sudo ${sudoUser}`]),
    ...(sshPeer === undefined ? [] : [`from ${sshPeer}`]),
    ...(sshPeer === undefined && tty !== undefined ? [`on ${tty}`] : []),
  ];
  return more.length === 0 ? user : `${user} (${more.join(', ')})`;
}

function clockLines({ phase, leftSeconds, holdLeftSeconds }: Up): Lines {
  if (phase === 'raising') return ['they are being raised right now'];
  if (leftSeconds < 0) return ['their time is over: they come down now'];
  const left = formatClock(leftSeconds);
  if (phase === 'trial')
    return [
      `trial: comes down in ${left} unless: opsconsole shields keep`,
      `hold: when kept, comes down in ${formatClock(holdLeftSeconds)}`,
    ];
  return [`hold: comes down in ${left} unless: opsconsole shields renew`];
}

function wallLines({ wall }: Up): Lines {
  switch (wall) {
    case 'gone':
      return ['the wall is GONE: somebody else deleted our table or chains; the other measures stand'];
    case 'expired':
      return ["the wall stands but drops nothing: the kernel's timer ran out; renew starts it anew"];
    case 'unknown':
      return ['whether the wall stands cannot be seen from here'];
    default:
      return [];
  }
}

/** `at`: the clock of that host, for the age. */
export function nowLines(now: Exclude<ShieldsNow, { kind: 'unknown' }>, at: number): Lines {
  if (now.kind === 'down') {
    const { last } = now;
    if (last === undefined) return ['the shields are down'];
    const age = formatAge(Math.max(0, at - last.at));
    const troubles = last.items.filter(({ result }) => result === 'drift' || result === 'failed');
    return [
      'the shields are down',
      `last time, ${age}: ${endedBy(last.by)}: ${outcomeBrief(last)}`,
      ...troubles.map(itemLine),
    ];
  }
  const { state } = now;
  return [
    `SHIELDS UP, raised ${byWhom(state)} ${formatAge(Math.max(0, at - state.raisedAt))} (${state.id}, profile ${state.profile})`,
    ...wallLines(now),
    ...clockLines(now),
    ...droppedLine(now.dropped),
    ...measureLines(state),
    ...(now.leftOut ?? []).map(({ measure, why }) => `left out: ${measure}: ${why}`),
  ];
}

function droppedLine(dropped: Dropped | undefined): Lines {
  return dropped === undefined ? [] : [`dropped: ${droppedBrief(dropped) ?? 'nothing'}`];
}

export function keptLines(now: ShieldsNow, done: 'kept' | 'renewed'): Lines {
  return now.kind === 'up' ? [`the shields are ${done}`, ...wallLines(now), ...clockLines(now)] : [done];
}

export function loweredLines(report: Extract<LowerReport, { kind: 'down' }>): Lines {
  const { outcome, already } = report;
  if (!already) return ['the shields are down', ...outcomeLines(outcome)];
  return ['the shields are down already: nothing was changed'];
}

const SAYS: Readonly<Record<OutcomeItem['result'], string>> = {
  restored: 'put back',
  already: 'as before already',
  drift: 'changed by somebody else, left alone',
  failed: 'NOT put back',
};

export function outcomeLines(outcome: Outcome): Lines {
  const { items, complete } = outcome;
  return [
    `${endedBy(outcome.by)}: ${outcomeBrief(outcome)}`,
    ...items.map(itemLine),
    ...droppedLine(outcome.dropped),
    ...(complete ? [] : ['it was cut short: the next command of opsconsole goes on']),
  ];
}

function itemLine({ result, what, detail }: OutcomeItem): string {
  return `  ${SAYS[result]}: ${what}${detail === undefined ? '' : ` (${detail})`}`;
}

const AFFECTED_MAX = 20;
const SAFE_MAX = 30;

/** Comments begin with "# ", so that what is left can be read as commands. */
export function previewLines(preview: Extract<ShieldsPreview, { kind: 'ready' }>): Lines {
  const { measures, affected, warnings, safe: spared } = preview;
  const lines = [`# what raising the profile ${preview.profile} would do; nothing was changed`];
  for (const { measure, says, diff, commands, hazards, leftOut } of measures) {
    lines.push('', `# ${measure}: ${says}`);
    if (leftOut !== undefined) lines.push(`#   left out here: ${leftOut}`);
    // The text of the wall stands in the command below already.
    const whole = commands.some((line) => line.includes("<<'EOF'"));
    lines.push(...diff.filter((line) => !whole || !line.startsWith('+ ')).map((line) => `#   ${line}`));
    lines.push(...hazards.map((words) => `#   hazard: ${words}`), ...commands);
  }
  lines.push('', `# never limited: ${spared.length}`);
  lines.push(
    ...spared.slice(0, SAFE_MAX).map(({ net, why }) => `#   ${net}  ${why}`),
    ...more(spared, SAFE_MAX),
  );
  lines.push('', affected.length === 0 ? '# over the cap of connections now: nobody' : '# over the cap now');
  for (const { source, flows, cap, safe: why } of affected.slice(0, AFFECTED_MAX))
    lines.push(
      `#   ${source}  ${formatFlows(flows)}, cap ${cap}${why === undefined ? '' : `; safe: ${why}`}`,
    );
  lines.push(...more(affected, AFFECTED_MAX), ...warnings.map((words) => `# warning: ${words}`));
  return lines;
}

function more(all: readonly unknown[], shown: number): Lines {
  return all.length > shown ? [`#   … and ${all.length - shown} more`] : [];
}
