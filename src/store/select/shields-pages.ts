// The shields on pages of text: what raising and lowering did, what raising would do, why it was refused.

import { formatDuration } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import type { Problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type {
  LowerReport,
  MeasureId,
  Outcome,
  OutcomeItem,
  RaiseReport,
  ShieldsPreview,
  ShieldsState,
} from '../../core/shields.ts';
import { formatFlows } from '../../core/units.ts';
import type { Page, PageLine } from '../modal-state.ts';
import { droppedLines, endedBy, outcomeBrief, raisedBrief, standing } from './shields-words.ts';

export const text = (words: string, role?: Role, indent = 0): PageLine => ({
  text: sanitise(words),
  ...(role === undefined ? {} : { role }),
  ...(indent === 0 ? {} : { indent }),
});
export const BLANK: PageLine = { text: safe('') };

/** A heading with its lines, and a blank line before it; nothing when there are no lines. */
export function section(title: string, lines: readonly PageLine[]): readonly PageLine[] {
  return lines.length === 0
    ? []
    : [BLANK, text(title, 'accent'), ...lines.map((line) => ({ ...line, indent: (line.indent ?? 0) + 2 }))];
}

const each = (words: readonly string[], role?: Role): readonly PageLine[] =>
  words.map((word) => text(word, role));

/** Raised, but not all of it, or with a warning; or not raised at all. */
export function raisedPage(report: RaiseReport): Page {
  if (report.kind === 'refused')
    return {
      title: safe('The shields were not raised'),
      lines: [
        text('Nothing was changed, because:'),
        ...each(report.reasons, 'bad').map((line) => ({ ...line, indent: 2 })),
      ],
    };
  if (report.kind === 'failed') {
    if (!report.undone && report.problem.code === 'line-lost')
      return {
        title: safe('It is not known whether the shields are up'),
        lines: [...problemLines(report.problem), BLANK, text('The top row says it when the line is back.')],
      };
    const undone = report.undone
      ? text('What had been begun was taken back: the machine is as it was.')
      : text('What had been begun could NOT all be taken back: :shields, and docs/shields.md', 'bad');
    return {
      title: safe('The shields were not raised'),
      lines: [...problemLines(report.problem), BLANK, undone],
    };
  }
  return {
    title: safe('Shields up, with remarks'),
    lines: [
      text(raisedBrief({ ...report, verified: [] }), 'strong'),
      ...remarks(report),
      BLANK,
      text('They come down at the end of the trial unless they are kept: leave this page first.'),
      text('What each measure does, and whom it may hurt: :shields', 'dim'),
    ],
  };
}

export function raisedDetails(report: Extract<RaiseReport, { kind: 'up' }>): readonly PageLine[] {
  return [
    ...remarks(report),
    ...measuresSection(report.now.state, report.leftOut),
    ...section('Hazards', each(report.hazards ?? [])),
  ];
}

function remarks(report: Extract<RaiseReport, { kind: 'up' }>): readonly PageLine[] {
  return [
    ...leftOutSection(report.leftOut),
    ...section('Warnings', each(report.warnings, 'warn')),
    ...section('Verified', each(report.verified, 'good')),
  ];
}

export function leftOutSection(
  leftOut: readonly Readonly<{ measure: MeasureId; why: SafeText }>[],
): readonly PageLine[] {
  const lines = leftOut.map(({ measure, why }) => text(`${measure}: ${why}`, 'warn'));
  return section('Left out; all others stand', lines);
}

/** The state names what was planned; what was left out on the way does not stand. */
export function measuresSection(
  state: ShieldsState,
  leftOut: readonly Readonly<{ measure: MeasureId }>[] = [],
): readonly PageLine[] {
  const lines = standing(state, leftOut).map(({ measure, says }) => text(`${measure}: ${says}`));
  return section(`Measures of the profile ${state.profile}`, lines);
}

/** `stoodSeconds`: how long they were up, where that is known. */
export function loweredPage(report: LowerReport, stoodSeconds?: number): Page {
  if (report.kind === 'failed')
    return {
      title: safe(
        report.problem.code === 'line-lost'
          ? 'It is not known whether the shields came down'
          : 'The shields could not be lowered',
      ),
      lines: [
        ...problemLines(report.problem),
        BLANK,
        text('They still come down by themselves when their clock runs out.', 'dim'),
      ],
    };
  return { title: safe('Shields down'), lines: outcomeLines(report.outcome, stoodSeconds) };
}

const RESULTS: readonly (readonly [OutcomeItem['result'], string, Role])[] = [
  ['failed', 'NOT restored', 'bad'],
  ['drift', 'Changed by somebody else meanwhile, and left alone', 'warn'],
  ['restored', 'Restored', 'good'],
  ['already', 'Was as before already', 'dim'],
];

export function outcomeLines(outcome: Outcome, stoodSeconds?: number): readonly PageLine[] {
  const stood = stoodSeconds === undefined ? '' : `They stood for ${formatDuration(stoodSeconds)}. `;
  const groups = RESULTS.flatMap(([result, title, role]) => {
    const items = outcome.items.filter((item) => item.result === result);
    const brief = result === 'restored' || result === 'already' ? briefSettings(items) : { rest: items };
    const lines = brief.rest.map(({ what, detail }) =>
      text(`${what}${detail === undefined ? '' : `: ${detail}`}`, role),
    );
    return section(title, brief.words === undefined ? lines : [...lines, text(brief.words, role)]);
  });
  const unfinished =
    'It was cut short: what is missing is done by the next run, at the latest at the next start';
  return [
    text(`${stood}How they came down: ${endedBy(outcome.by)}.`),
    text(outcomeBrief(outcome)),
    ...(outcome.complete ? [] : [text(unfinished, 'bad')]),
    ...(outcome.dropped === undefined
      ? []
      : section('What they stopped', each(droppedLines(outcome.dropped)))),
    ...groups,
  ];
}

const SETTING = /^sysctl (?:net\.netfilter\.nf_conntrack_|net\.ipv4\.)?/;
/** So many may have a line each. */
const SETTINGS_APART = 3;

/** Kernel settings that went back as they should share a few lines: the report is to fit a screen. */
function briefSettings(
  items: readonly OutcomeItem[],
): Readonly<{ rest: readonly OutcomeItem[]; words?: string }> {
  const settings = items.filter(({ what }) => SETTING.test(what));
  if (settings.length <= SETTINGS_APART) return { rest: items };
  const each = settings.map(({ what, detail }) => `${what.replace(SETTING, '')} ${detail ?? ''}`.trim());
  return {
    rest: items.filter((item) => !settings.includes(item)),
    words: `${settings.length} kernel settings: ${each.join(' · ')}`,
  };
}

export function problemPage(title: SafeText, problem: Problem): Page {
  return { title, lines: problemLines(problem) };
}

export function problemLines({ summary, hint, detail }: Problem): readonly PageLine[] {
  return [
    text(summary, 'bad'),
    ...(hint === undefined ? [] : [text(hint)]),
    ...(detail === undefined ? [] : detail.split('\n').map((line) => text(line, 'dim', 2))),
  ];
}

type Ready = Extract<ShieldsPreview, { kind: 'ready' }>;

export function previewPage(preview: ShieldsPreview): Page {
  const title = safe('What raising the shields would do');
  switch (preview.kind) {
    case 'ready':
      return { title, lines: readyLines(preview) };
    case 'refused': {
      const reasons = each(preview.reasons, 'bad').map((line) => ({ ...line, indent: 2 }));
      return { title, lines: [text('They would be refused, because:'), ...reasons] };
    }
    case 'failed':
      return problemPage(title, preview.problem);
  }
}

function readyLines(preview: Ready): readonly PageLine[] {
  return [
    text(`Profile ${preview.profile}. Nothing has been touched.`),
    ...section('Warnings', each(preview.warnings, 'warn')),
    ...section('Who would be affected now', affectedLines(preview)),
    ...section('What they would do', preview.measures.flatMap(measureLines)),
    ...section(
      'Never limited nor dropped',
      preview.safe.map(({ net, why }) => text(`${net}  ${why}`, 'safe')),
    ),
    ...section('Exact changes and commands', preview.measures.flatMap(exactLines)),
  ];
}

function affectedLines({ affected }: Ready): readonly PageLine[] {
  if (affected.length === 0) return [text('nobody: no source is over a cap')];
  return affected.map(({ source, flows, cap, safe: why }) =>
    why === undefined
      ? text(`${source}  ${formatFlows(flows)}, the cap is ${cap}`, 'warn')
      : text(`${source}  ${formatFlows(flows)}, the cap is ${cap}, but it is spared: ${why}`, 'safe'),
  );
}

function measureLines(measure: Ready['measures'][number]): readonly PageLine[] {
  const head = text(`${measure.measure}: ${measure.says}`, 'strong');
  if (measure.leftOut !== undefined) return [head, text(`left out here: ${measure.leftOut}`, 'warn', 2)];
  return [head, ...measure.hazards.map((hazard) => text(`hazard: ${hazard}`, 'warn', 2))];
}

/** The text of the wall is long: whoever asks in a hurry reads what and whom first. */
function exactLines(measure: Ready['measures'][number]): readonly PageLine[] {
  if (measure.diff.length + measure.commands.length === 0) return [];
  return [
    text(measure.measure, 'strong'),
    ...measure.diff.map((line) => text(line, 'plain', 2)),
    ...measure.commands.map((command) => text(command, 'dim', 2)),
  ];
}
