// One row of an uplinks pane in full, as labelled lines: also how far its detail can be scrolled.

import type { Net } from '../../core/address.ts';
import { formatAge } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import type { Finding } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { formatBytes, UNKNOWN } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import type {
  AddressRow,
  PeerRow,
  ReachRow,
  RuleStep,
  TableRow,
  TunnelAnswer,
  TunnelRow,
} from '../../core/uplinks.ts';
import type { ConsoleState } from '../state.ts';
import { wrapWords } from '../wrap-words.ts';
import { FINDING_ROLES } from './finding-roles.ts';
import { whenText } from './jail-detail.ts';
import type { UplinkRow } from './uplinks.ts';

/** `label` is empty on the lines that go on. `key`: the same for the same line of a row. */
export type UplinkLine = Readonly<{ key: string; label: SafeText; text: SafeText; role: Role; net?: Net }>;

export const UPLINK_MARGIN = 2;
export const UPLINK_LABEL_COLUMNS = 11;

type Words = Readonly<{ label: string; text: string; role?: Role; net?: Net }>;

export function uplinkDetail(state: ConsoleState, row: UplinkRow, columns: number): readonly UplinkLine[] {
  const width = Math.max(8, columns - UPLINK_MARGIN - UPLINK_LABEL_COLUMNS - 1);
  const lines: UplinkLine[] = [];
  const { findings = [], gaps = [] } = state.uplinks.sample ?? {};
  const words = [
    ...findingWords(row.findings),
    ...factWords(state, row),
    ...findingWords(findings, 'host'),
    ...gaps.map((text): Words => ({ label: 'unread', text, role: 'warn' })),
  ];
  for (const { label, text, role = 'plain', net } of words)
    for (const [part, piece] of wrapWords(sanitise(text), width).entries())
      lines.push({
        ...{ key: `line ${lines.length}`, label: sanitise(part === 0 ? label : ''), text: piece, role },
        ...(net === undefined ? {} : { net }),
      });
  return lines;
}

export function findingWords(findings: readonly Finding[], label = 'finding'): readonly Words[] {
  return findings.flatMap(({ level, says, todo }): readonly Words[] => [
    { label, text: says, role: FINDING_ROLES[level] },
    ...(todo === undefined ? [] : [{ label: '', text: todo }]),
  ]);
}

function factWords(state: ConsoleState, row: UplinkRow): readonly Words[] {
  switch (row.kind) {
    case 'address':
      return addressWords(row.row);
    case 'reach':
      return reachWords(row.row, state);
    case 'tunnel':
      return tunnelWords(row.row, state);
    case 'peer':
      return peerWords(row.row, state);
    case 'table':
      return tableWords(row.row);
    default:
      return unreachable(row);
  }
}

export function wayText({ way }: Pick<AddressRow, 'way'>): string {
  if (way.kind !== 'goes') return way.says;
  return [way.dev, ...(way.via === undefined ? [] : [`by ${way.via.text}`]), `(table ${way.table})`].join(
    ' ',
  );
}

function addressWords(row: AddressRow): readonly Words[] {
  const { net, prefix, dev, kind, state, mtu, gateway, way, rules } = row;
  return [
    { label: 'address', text: `${net.text}/${prefix}`, net },
    {
      label: 'interface',
      text: `${dev}${kind === undefined ? '' : ` (${kind})`}, ${state}, mtu ${mtu ?? UNKNOWN}`,
    },
    { label: 'leaves by', text: wayText(row), role: way.kind === 'none' ? 'bad' : 'plain' },
    gateway === undefined
      ? { label: 'gateway', text: 'none on its interface', role: 'dim' }
      : { label: 'gateway', text: gateway.text, net: gateway },
    ...rules.map((step, index): Words => ({ label: index === 0 ? 'rules' : '', ...stepWords(step) })),
  ];
}

const STEP_ROLES: Readonly<Record<RuleStep['kind'], Role>> = {
  decides: 'strong',
  matches: 'plain',
  passes: 'dim',
  maybe: 'warn',
};

function stepWords({ text, says, kind }: RuleStep): Omit<Words, 'label'> {
  return { text: `${text}  >  ${kind === 'decides' ? 'decides: ' : ''}${says}`, role: STEP_ROLES[kind] };
}

export function lossText({ lastMs }: ReachRow): string {
  return lastMs.length === 0 ? UNKNOWN : `${lastMs.filter((ms) => ms === null).length}/${lastMs.length}`;
}

export function msText(ms: number | null | undefined): string {
  if (ms === undefined) return UNKNOWN;
  if (ms === null) return 'lost';
  return `${ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function reachWords(row: ReachRow, { now }: ConsoleState): readonly Words[] {
  const { from, to, dev, what, lastMs, downSince, upSince } = row;
  return [
    { label: what, text: to.text, net: to },
    { label: 'from', text: `${from.text} on ${dev}`, net: from },
    { label: 'last', text: msText(lastMs[0]), role: lastMs[0] === null ? 'bad' : 'plain' },
    { label: 'lost', text: `${lossText(row)} of the last` },
    downSince === undefined
      ? {
          label: 'answers',
          text: upSince === undefined ? 'not asked yet' : `since ${whenText(upSince, now)}`,
        }
      : { label: 'silent', text: `since ${whenText(downSince, now)}`, role: 'bad' },
    { label: 'newest', text: lastMs.map(msText).join(', '), role: 'dim' },
  ];
}

const ANSWERS: Readonly<Record<TunnelAnswer, string>> = {
  spoke: 'yes, it spoke at once',
  held: 'it took the connection and waits: a service that lets others speak first, or a line that is dead',
  closed: 'no: it took the connection and hung up',
  refused: 'no: refused',
  'not-asked': 'not asked',
};

function tunnelWords(row: TunnelRow, { now }: ConsoleState): readonly Words[] {
  const { name, listen, listening, answer, forwards, process, keeper, declared } = row;
  const listens = listening === undefined ? 'not known' : listening ? 'yes' : 'no';
  return [
    { label: 'tunnel', text: name },
    { label: 'listens', text: listen === undefined ? 'nowhere here' : `${listen}: ${listens}` },
    {
      label: 'answers',
      text:
        answer === undefined
          ? declared === undefined
            ? 'not asked: only tunnels of the session file are'
            : 'not known'
          : ANSWERS[answer],
    },
    ...forwards.map(({ text }, index): Words => ({ label: index === 0 ? 'forwards' : '', text })),
    process === undefined
      ? { label: 'process', text: 'none', role: 'bad' }
      : {
          label: 'process',
          text: `${process.pid} of ${process.user}, since ${whenText(process.since, now)}`,
        },
    ...(process === undefined ? [] : [{ label: '', text: process.args, role: 'dim' as const }]),
    ...(keeper === undefined
      ? []
      : [{ label: 'autossh', text: `${keeper.pid}, since ${whenText(keeper.since, now)}` }]),
  ];
}

function peerWords(row: PeerRow, { now }: ConsoleState): readonly Words[] {
  const {
    dev,
    key,
    endpoint,
    endpointNet,
    allowed,
    handshakeAt,
    receivedBytes,
    sentBytes,
    keepaliveSeconds,
  } = row;
  return [
    { label: 'peer', text: `${key}… on ${dev}` },
    {
      label: 'endpoint',
      text: endpoint ?? 'none',
      ...(endpointNet === undefined ? {} : { net: endpointNet }),
    },
    {
      label: 'handshake',
      text:
        handshakeAt === undefined
          ? 'never'
          : `${formatAge(now - handshakeAt)}, ${whenText(handshakeAt, now)}`,
    },
    { label: 'transfer', text: `${formatBytes(receivedBytes)} received, ${formatBytes(sentBytes)} sent` },
    { label: 'keepalive', text: keepaliveSeconds === undefined ? 'off' : `every ${keepaliveSeconds} s` },
    ...(allowed.length === 0 ? [{ label: 'allowed', text: 'nothing' }] : []),
    ...allowed.map((net, index): Words => ({ label: index === 0 ? 'allowed' : '', text: net.text, net })),
  ];
}

function tableWords({ family, table, namedBy, lines, routes }: TableRow): readonly Words[] {
  return [
    { label: 'table', text: `${table} of IPv${family}, ${routes} ${routes === 1 ? 'route' : 'routes'}` },
    ...(namedBy.length === 0 ? [{ label: 'named by', text: 'no rule', role: 'warn' as const }] : []),
    ...namedBy.map((text, index): Words => ({ label: index === 0 ? 'named by' : '', text })),
    ...lines.map((text, index): Words => ({ label: index === 0 ? 'routes' : '', text })),
    ...(lines.length < routes
      ? [{ label: '', text: `… ${routes - lines.length} more`, role: 'dim' as const }]
      : []),
  ];
}
