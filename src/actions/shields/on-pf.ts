// The shields where pf is the packet filter: shown, not raised. pf has no timer of its own and the clocks of the watcher are
// Linux's, so nothing would surely take the wall back. The text is tried dry (-n), the line that pf.conf lacks is shown.

import { command } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { MeasureSpec, RaiseWish, ShieldsPreview } from '../../core/shields.ts';
import { pfNotes, planPf, printPfAnchor } from '../../firewall/shields/pf.ts';
import { PF_ANCHOR_LINE, PF_ANCHORS, pfAnchorCalled } from '../../firewall/shields/pf-anchor.ts';
import type { Wall, WallPart } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import { isBsd } from '../safe-bsd.ts';
import { sshdConfigPorts } from '../safe-network.ts';
import { computeSafeSet, type SafeMemory } from '../safe-set.ts';
import { describeMeasure } from './measures.ts';
import type { ShieldsOptions } from './shields.ts';

const NOT_RAISED = safe(
  'the shields are not raised on pf: it has no timer of its own, so nothing would surely take them back; `shields preview` shows the rules',
);

/** Why a raise is refused on this host; undefined = no pf here. */
export async function whyNotOnPf(host: Host): Promise<readonly SafeText[] | undefined> {
  return (await isBsd(host)) ? [NOT_RAISED, ...(await missingLine(host))] : undefined;
}

/** What is loaded into an anchor that no rule calls is loaded without a word and never evaluated. */
async function missingLine(host: Host): Promise<readonly SafeText[]> {
  const rules = await host.run(command(['pfctl', '-s', 'rules'], { privileged: true }));
  if (!rules.ok) return [sanitise(`the rules of pf could not be read: ${rules.problem.summary}`, 240)];
  if (pfAnchorCalled(rules.value.stdout)) return [];
  return [
    sanitise(
      `no rule of pf calls ${PF_ANCHORS}: put \`${PF_ANCHOR_LINE}\` into pf.conf before the rules that pass, then \`pfctl -nf /etc/pf.conf\` and \`pfctl -f /etc/pf.conf\`; opsconsole never writes it`,
    ),
  ];
}

/** Undefined: no pf here. Touches nothing: the one command that is run besides listings is a dry run. */
export async function previewOnPf(
  options: ShieldsOptions,
  memory: SafeMemory,
  wish: RaiseWish,
): Promise<ShieldsPreview | undefined> {
  const { host, settings, allow, resolve, operator } = options;
  const why = await whyNotOnPf(host);
  if (why === undefined) return undefined;
  const profile = wish.profile ?? settings.profile;
  const specs = Object.hasOwn(settings.profiles, profile) ? settings.profiles[profile] : undefined;
  if (specs === undefined)
    return { kind: 'refused', reasons: [sanitise(`there is no profile ${profile}`, 200)] };
  const { sshPeer } = operator;
  const safeSet = await computeSafeSet(
    host,
    { allow, ...(resolve && { resolve }), ...(sshPeer !== undefined && { sshPeer }) },
    memory,
  );
  const sshPorts = await sshPortsOf(host);
  const ports = settings.ports === 'listening' ? [] : settings.ports;
  const parts = specs.map((spec) => ({ spec, part: partOf(spec, { ports, sshPorts, specs }) }));
  const wall: Wall = Object.assign(
    { id: '00000000', safe: safeSet.entries.map(({ net }) => net), sshPorts, armedSeconds: 1 },
    ...parts.flatMap(({ part }) => (typeof part === 'string' ? [] : [part])),
  );
  const shown = await shownWall(host, wall);
  const first = parts.find(({ part }) => typeof part !== 'string')?.spec;
  return {
    kind: 'ready',
    profile,
    measures: parts.map(({ spec, part }) => ({
      measure: spec.measure,
      says: describeMeasure(spec),
      diff: spec === first ? shown.lines : [],
      commands: spec === first ? shown.commands : [],
      hazards: spec === first ? pfNotes(wall) : [],
      ...(typeof part === 'string' ? { leftOut: sanitise(part) } : {}),
    })),
    affected: [],
    warnings: [
      ...why,
      ...shown.warnings,
      ...safeSet.gaps.map((gap) => sanitise(`not protected: ${gap}`, 240)),
    ],
    safe: safeSet.entries.map(({ net, why: words }) => ({ net: sanitise(net.text), why: words })),
  };
}

type Ground = Readonly<{
  ports: readonly number[];
  sshPorts: readonly number[];
  specs: readonly MeasureSpec[];
}>;

/** The part of the wall, or why there is none. */
function partOf(spec: MeasureSpec, { ports, sshPorts, specs }: Ground): WallPart | string {
  const open = ports.filter((port) => !sshPorts.includes(port));
  const unknown = 'it is not known which ports listen: list them under shields.ports in the session file';
  switch (spec.measure) {
    case 'connections':
      return open.length === 0 ? unknown : { connections: { max: spec.max, ports: open } };
    case 'syn-rate':
      if (!specs.some(({ measure }) => measure === 'connections'))
        return 'pf counts on states: it needs the cap on connections';
      return open.length === 0 ? unknown : { synRate: { perSecond: spec.perSecond, burst: spec.burst } };
    case 'unlisted-ports':
      return ports.length === 0 ? unknown : { listed: [...ports, ...sshPorts] };
    case 'conntrack-timeouts':
      return `use \`opsconsole tighten ${spec.preset}\`, which can be undone`;
    default:
      return 'not on this system';
  }
}

async function sshPortsOf(host: Host): Promise<readonly number[]> {
  const config = await host.read('/etc/ssh/sshd_config');
  const ports = config.ok ? sshdConfigPorts(config.value.toString('latin1')) : [];
  return ports.length === 0 ? [22] : [...new Set(ports)];
}

type Shown = Readonly<{
  lines: readonly SafeText[];
  commands: readonly SafeText[];
  warnings: readonly SafeText[];
}>;

async function shownWall(host: Host, wall: Wall): Promise<Shown> {
  const lines = printPfAnchor(wall)
    .split('\n')
    .filter((line) => line !== '');
  const steps = planPf(wall);
  const [dry] = steps;
  const tried = dry === undefined ? undefined : await host.run(dry.command);
  return {
    lines: lines.map((line) => sanitise(`+ ${line}`)),
    commands: steps.map(({ command: { argv } }) => sanitise(argv.join(' '))),
    warnings:
      tried?.ok === false ? [sanitise(`pfctl does not take this text: ${tried.problem.summary}`, 240)] : [],
  };
}
