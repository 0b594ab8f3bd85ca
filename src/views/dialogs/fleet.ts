// The dialog of an act on several hosts: one line per host, those that need somebody first, below it all that is to say of the
// host under the cursor, and how many would act or have acted.

import type { IntentId } from '../../core/intent.ts';
import type { Line, Role } from '../../core/line.ts';
import { printCommand } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { fit, widthOf } from '../../core/width.ts';
import {
  countSteps,
  type FleetAct,
  type FleetRow,
  type FleetStep,
  fleetCursor,
  isEnded,
  isRetriable,
  rowsInOrder,
  undoJobs,
  wordsToType,
} from '../../store/fleet/fleet-act.ts';
import { onHost } from '../../store/hosts/on-host.ts';
import { hostInk } from '../../store/select/hosts.ts';
import type { ConsoleState } from '../../store/state.ts';
import { firstRow } from '../../store/table-cursor.ts';
import type { ScreenSize } from '../arrange.ts';
import { drawInput } from '../parts/bottom-line.ts';
import { hintLine } from '../parts/hint.ts';
import { cutLine, span, widthOfLine, wrapWords } from '../parts/lines.ts';
import { lineIsThere } from '../parts/source-state.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';

const WIDTH = 110;
const ABOUT_ROWS = 4;
const NAME_MAX = 20;

/** Hosts on screen at once. */
export function fleetRows(size: ScreenSize, act: FleetAct): number {
  const { rows } = roomFor(size, WIDTH);
  // Counts, a blank line on each side, what is said of one host, the confirmation, keys.
  const rest = 1 + aboutRows(rows) + (wordsToType(act).length > 0 ? 1 : 0) + 1 + 1;
  return Math.max(1, Math.min(act.rows.length, rows - rest));
}

const aboutRows = (rows: number): number => (rows >= 14 ? ABOUT_ROWS + 1 : rows >= 9 ? 2 : 0);

export function drawFleet(state: ConsoleState, act: FleetAct, look: DialogLook): Box {
  const { columns, rows } = roomFor(look.size, WIDTH);
  const height = fleetRows(look.size, act);
  const ordered = rowsInOrder(act);
  const cursor = fleetCursor(act);
  const top = firstRow(cursor, ordered.length, height);
  const widest = ordered.reduce((most, { host }) => Math.max(most, widthOf(sanitise(host))), 4);
  const names = Math.min(widest, NAME_MAX, Math.floor(columns / 3));
  const list = ordered.slice(top, top + height).map((row, index): Line => {
    const isCursor = top + index === cursor;
    const { text, role } = rowWords(state, row, look);
    const line = cutLine(
      [
        span(isCursor ? sanitise(look.glyphs.cursor) : safe(' '), 'accent'),
        span(fit(sanitise(row.host), names), hostInk(state.session, row.host)),
        span(safe('  ')),
        span(text, role),
      ],
      columns,
    );
    return isCursor ? line.map((part) => ({ ...part, on: true })) : line;
  });
  const about = aboutLines(ordered[cursor], { rows: aboutRows(rows), columns, look });
  const body = [
    countLine(act, columns),
    ...list,
    ...about,
    ...askLines(act, columns),
    ...complaint(act, columns),
  ];
  const failed = ordered.some(({ step }) => step.kind === 'failed' || step.kind === 'unknown');
  return drawBox(
    {
      title: [span(act.title, 'title')],
      body,
      footer: footer(act, look, columns),
      role: failed ? 'bad' : 'border-focused',
    },
    { columns, ...look },
  );
}

/** "12 hosts: 9 ready, 2 refused, 1 not connected"; in fewer words where these do not fit. */
function countLine(act: FleetAct, columns: number): Line {
  const counts = countSteps(act);
  const shields = act.action === 'shields';
  const words: readonly (readonly [number, string, string, Role])[] = [
    [counts.unknown, 'not known', 'not known', 'bad'],
    [counts.failed, 'failed', 'failed', 'bad'],
    [counts.unreached, 'not connected', 'no line', 'warn'],
    [counts.refused, 'refused', 'refused', 'warn'],
    [counts.running, 'running', 'running', 'accent'],
    [counts.asked, 'being asked', 'asked', 'dim'],
    [counts.ready, 'ready', 'ready', 'strong'],
    [counts.unproved, shields ? 'done in part' : 'not proved', shields ? 'in part' : 'unproved', 'warn'],
    [counts.done - counts.unproved, shields ? 'done' : 'proved', shields ? 'done' : 'proved', 'good'],
  ];
  const total = act.rows.length;
  const line = (brief: boolean): Line => [
    span(sanitise(`${total} ${total === 1 ? 'host' : 'hosts'}: `)),
    ...words
      .filter(([count]) => count > 0)
      .flatMap(([count, long, short, role], index) => [
        ...(index === 0 ? [] : [span(safe(', '), 'dim' as const)]),
        span(sanitise(`${count} ${brief ? short : long}`), role),
      ]),
  ];
  const long = line(false);
  return widthOfLine(long) <= columns ? long : cutLine(line(true), columns);
}

type Words = Readonly<{ text: SafeText; role: Role }>;

/** Shields are tried on every host: whether it is there is known only then. */
function rowWords(state: ConsoleState, { host, job, step }: FleetRow, look: DialogLook): Words {
  if (job.kind !== 'shields' || step.kind !== 'ready' || lineIsThere(onHost(state, host).link))
    return stepWords(step, look);
  return { text: safe('not connected now: tried all the same'), role: 'warn' };
}

function stepWords(step: FleetStep, { glyphs }: Pick<DialogLook, 'glyphs'>): Words {
  const says = (text: string, role: Role): Words => ({ text: sanitise(text, 300), role });
  switch (step.kind) {
    case 'asked':
      return says('working out the commands', 'dim');
    case 'ready': {
      if (step.plan === undefined) return says('ready', 'strong');
      const { steps, notes } = step.plan;
      const count = steps.length === 0 ? 'nothing to run' : commandsText(steps.length);
      return says(`ready: ${count}${notes.length > 0 ? `; ${notes[0]}` : ''}`, 'strong');
    }
    case 'refused':
      return says(`${glyphs.bad} refused: ${step.reasons[0] ?? ''}${more(step.reasons.length)}`, 'warn');
    case 'unreached':
      return says(`${glyphs.bad} not connected: ${step.problem.summary}`, 'warn');
    case 'unknown':
      return says(`? the answer was lost: ${step.problem.summary}`, 'bad');
    case 'failed':
      return says(`${glyphs.bad} failed: ${step.problem.summary}${ranText(step.ran)}`, 'bad');
    case 'running':
      return says(`running${step.doing === undefined ? '' : `: ${step.doing}`}`, 'accent');
    case 'done':
      return step.missing.length === 0
        ? says(`${goodSign(glyphs)} ${step.says}`, 'good')
        : says(`${step.says}, but ${step.missing[0]}${more(step.missing.length)}`, 'warn');
    default:
      return unreachable(step);
  }
}

const goodSign = ({ chart, safe: sign }: DialogLook['glyphs']): string => (chart === 'ascii' ? 'ok:' : sign);
const more = (count: number): string => (count > 1 ? ` (+${count - 1} more)` : '');
const commandsText = (count: number): string => `${count} ${count === 1 ? 'command' : 'commands'}`;

function ranText(ran: 'some' | 'undone' | undefined): string {
  if (ran === 'undone') return '; what had been done was taken back';
  return ran === 'some' ? '; some steps may have run' : '';
}

type About = Readonly<{ rows: number; columns: number; look: DialogLook }>;

/** All there is to say of the host under the cursor: its commands, every reason, what to do. */
function aboutLines(row: FleetRow | undefined, { rows, columns, look }: About): readonly Line[] {
  if (row === undefined || rows < 2) return [];
  const lines = aboutTexts(row, look).flatMap(({ text, role }) =>
    wrapWords(text, columns - 2).map((words): Line => [span(safe('  ')), span(words, role)]),
  );
  const room = rows - 1;
  const shown =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), [span(sanitise(`  ${lines.length - room + 1} more lines`), 'dim')]];
  const padding = Array.from({ length: Math.max(0, room - shown.length) }, (): Line => []);
  return [[], ...shown, ...padding];
}

function aboutTexts({ job, step }: FleetRow, look: DialogLook): readonly Words[] {
  switch (step.kind) {
    case 'ready':
      if (job.kind === 'shields') return [{ text: ABOUT_SHIELDS[job.way], role: 'plain' }];
      return [
        ...(step.plan?.steps ?? []).flatMap(({ command, shown }) =>
          (shown ?? printCommand(command).split('\n')).map(
            (line): Words => ({ text: sanitise(line, 500), role: 'plain' }),
          ),
        ),
        ...(step.plan?.notes ?? []).map((note): Words => ({ text: sanitise(`note: ${note}`), role: 'warn' })),
      ];
    case 'refused':
      return step.reasons.map((text) => ({ text, role: 'warn' }));
    case 'unreached':
    case 'failed':
    case 'unknown': {
      const { summary, detail, hint } = step.problem;
      const words = [summary, detail, hint].filter((text) => text !== undefined);
      return words.map((text, at) => ({ text: sanitise(text, 400), role: at === 0 ? 'bad' : 'plain' }));
    }
    case 'done':
      return [
        { text: step.says, role: 'good' },
        ...step.missing.map((text): Words => ({ text, role: 'warn' })),
      ];
    case 'asked':
    case 'running':
      return [stepWords(step, look)];
    default:
      return unreachable(step);
  }
}

const ABOUT_SHIELDS = {
  raise: safe(
    'Raised in trial: they come down by themselves, also when the line breaks, unless + keeps them.',
  ),
  lower: safe('Lowered: what they changed there is taken back.'),
} as const;

function askLines(act: FleetAct, columns: number): readonly Line[] {
  const words = wordsToType(act);
  if (words.length === 0) return [];
  const asks = sanitise(`type ${words.join(' ')}  `, 100);
  return [[span(asks, 'warn'), ...drawInput(act.input, Math.max(4, columns - widthOf(asks)))]];
}

function complaint({ complaint: text }: FleetAct, columns: number): readonly Line[] {
  return text === undefined ? [] : [cutLine([span(text, 'warn')], columns)];
}

function footer(act: FleetAct, look: DialogLook, columns: number): Line {
  const mode = wordsToType(act).length > 0 ? 'dialog' : 'fleet';
  const hint = (intent: IntentId, words: string): Line => {
    const key = look.keyFor(mode, intent);
    return key === undefined ? [] : [...hintLine(key, words), span(safe('   '))];
  };
  const { ready, asked, running } = countSteps(act);
  const of = ready === act.rows.length ? `all ${ready}` : `${ready} of ${act.rows.length}`;
  const enter: Line =
    ready > 0
      ? hint('accept', `${VERBS[act.action]} on ${of}`)
      : isEnded(act)
        ? hint('accept', 'closes')
        : [];
  const again =
    act.rows.some(({ step }) => isRetriable(step)) && asked === 0 ? hint('retry', 'tries again') : [];
  const back = isEnded(act) && undoJobs(act).length > 0 ? hint('undo', 'undoes') : [];
  const leave = hint('cancel', running > 0 ? 'leaves, it goes on' : 'leave');
  const forms = [
    [...enter, ...again, ...back, ...leave],
    [...enter, ...again, ...leave],
    [...enter, ...leave],
  ];
  return forms.find((form) => widthOfLine(form) <= columns) ?? [...enter, ...leave];
}

const VERBS: Readonly<Record<FleetAct['action'], string>> = {
  ban: 'bans',
  unban: 'unbans',
  cut: 'cuts',
  tighten: 'applies',
  undo: 'undoes',
  service: 'acts',
  shields: 'goes ahead',
};
