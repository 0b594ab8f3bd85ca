// The shields where pf is the packet filter (FreeBSD, OpenBSD): rules in the anchor opsconsole/shields, which pf.conf must call.
// pf has no timer of its own: the watcher and every start of opsconsole take them back, the kernel does not.

import { whyNoFirewall } from '../../core/host-system.ts';
import { command } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { MeasureSpec, RaiseWish, ShieldsPreview } from '../../core/shields.ts';
import { PF_SHIELDS_ANCHOR, pfNotes, planPf, printPfAnchor } from '../../firewall/shields/pf.ts';
import {
  PF_ANCHOR_LINE,
  PF_ANCHORS,
  pfAnchorCalled,
  pfBlocksBehind,
} from '../../firewall/shields/pf-anchor.ts';
import { pfWall } from '../../firewall/shields/pf-wall.ts';
import type { Wall, WallPart } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import { isBsd } from '../safe/bsd.ts';
import { sshdConfigPorts } from '../safe/network.ts';
import { computeSafeSet, type SafeMemory } from '../safe/safe-set.ts';
import type { Ground } from './gather.ts';
import { readBsdListeners } from './listening-bsd.ts';
import type { MeasureAt } from './measure.ts';
import { describeMeasure, type MeasurePlan } from './measures.ts';
import type { ShieldsOptions } from './shields.ts';

/** Why a raise is refused on this host, the missing line among it; undefined = no pf here. */
export async function whyNotOnPf(host: Host): Promise<readonly SafeText[] | undefined> {
  const why = whyNoFirewall(host.system);
  if (why !== undefined) return [sanitise(why)];
  if (!(await isBsd(host))) return undefined;
  const ask = (what: string) => host.run(command(['pfctl', '-s', what], { privileged: true }));
  const rules = await ask('rules');
  if (!rules.ok) return [sanitise(`the rules of pf could not be read: ${rules.problem.summary}`, 240)];
  // What is loaded into an anchor that no rule calls is loaded without a word and never evaluated.
  if (!pfAnchorCalled(rules.value.stdout))
    return [
      sanitise(
        `no rule of pf calls ${PF_ANCHORS}: put \`${PF_ANCHOR_LINE}\` into pf.conf, behind the rules that block and before the rules that pass, then \`pfctl -nf /etc/pf.conf\` and \`pfctl -f /etc/pf.conf\`; opsconsole never writes it`,
      ),
    ];
  const held = await host.run(
    command(['pfctl', '-a', PF_SHIELDS_ANCHOR, '-s', 'rules'], { privileged: true }),
  );
  if (!held.ok)
    return [sanitise(`the anchor of the shields could not be read: ${held.problem.summary}`, 240)];
  // They would be replaced, and gone after.
  if (held.value.stdout.split('\n').some((line) => line !== '' && !/^pass | label "opsconsole-/.test(line)))
    return [
      sanitise(
        `the anchor ${PF_SHIELDS_ANCHOR} holds rules that are not ours: look with \`pfctl -a ${PF_SHIELDS_ANCHOR} -s rules\`, keep them elsewhere, then \`pfctl -a ${PF_SHIELDS_ANCHOR} -F rules\``,
      ),
    ];
  const info = await ask('info');
  return info.ok && /^Status: Enabled/m.test(info.value.stdout)
    ? []
    : [sanitise('pf is switched off: no rule is evaluated; switch it on with `pfctl -e`')];
}

export async function gatherOnPf(options: ShieldsOptions, memory: SafeMemory): Promise<Ground> {
  const { host, settings, allow, resolve, operator } = options;
  const { sshPeer } = operator;
  const asked = { allow, ...(resolve && { resolve }), ...(sshPeer !== undefined && { sshPeer }) };
  const [safeSet, sshPorts, listening] = await Promise.all([
    computeSafeSet(host, asked, memory),
    sshPortsOf(host),
    readBsdListeners(host),
  ]);
  return {
    at: { host, settings, safeSet, sessions: [], sshPorts, listening, variant: 'pf' },
    writer: pfWall,
    operator,
    // Who holds which socket is not known here: where sshd says that it listens.
    listeners: sshPorts.map((port) => ({ port, family: 4 as const, address: undefined })),
  };
}

/** All of it is in the anchor, so there are no steps, and nothing to take back one by one. */
export async function planOnPf(specs: readonly MeasureSpec[], at: MeasureAt): Promise<MeasurePlan> {
  const main = await at.host.run(command(['pfctl', '-s', 'rules'], { privileged: true }));
  const passes = main.ok && !pfBlocksBehind(main.value.stdout);
  const parts = specs.map((spec) => ({
    spec,
    says: describeMeasure(spec),
    part: partOf(spec, specs, { ...at, passes }),
  }));
  const taken = parts.flatMap(({ spec, says, part }) =>
    typeof part === 'string' ? [] : [{ measure: spec.measure, says, part }],
  );
  const notes = pfNotes(
    wallOf(
      at,
      taken.map(({ part }) => part),
    ),
  );
  return {
    planned: taken.map(({ measure, says, part }, index) => ({
      measure,
      says,
      hazards: index === 0 ? notes : [],
      applied: { wall: part, steps: [] },
      revert: [],
    })),
    leftOut: parts.flatMap(({ spec, says, part }) =>
      typeof part === 'string' ? [{ measure: spec.measure, says, why: sanitise(part) }] : [],
    ),
  };
}

function wallOf({ safeSet, sshPorts }: MeasureAt, parts: readonly WallPart[]): Wall {
  const safe = safeSet.entries.map(({ net }) => net);
  return Object.assign({ id: '00000000', safe, sshPorts, armedSeconds: 1 }, ...parts);
}

/** Undefined: no pf here. Touches nothing: the one command that is run besides listings is a dry run. */
export async function previewOnPf(
  options: ShieldsOptions,
  memory: SafeMemory,
  wish: RaiseWish,
): Promise<ShieldsPreview | undefined> {
  const { host, settings } = options;
  const why = await whyNotOnPf(host);
  if (why === undefined) return undefined;
  const profile = wish.profile ?? settings.profile;
  const specs = Object.hasOwn(settings.profiles, profile) ? settings.profiles[profile] : undefined;
  if (specs === undefined)
    return { kind: 'refused', reasons: [sanitise(`there is no profile ${profile}`, 200)] };
  const { at } = await gatherOnPf(options, memory);
  const { safeSet } = at;
  const { planned, leftOut } = await planOnPf(specs, at);
  const shown = await shownWall(
    host,
    wallOf(
      at,
      planned.flatMap(({ applied }) => applied.wall ?? []),
    ),
  );
  return {
    kind: 'ready',
    profile,
    measures: [
      ...planned.map(({ measure, says, hazards }, index) => ({
        measure,
        says,
        diff: index === 0 ? shown.lines : [],
        commands: index === 0 ? shown.commands : [],
        hazards,
      })),
      ...leftOut.map(({ measure, says, why: words }) => ({
        ...{ measure, says, leftOut: words },
        ...{ diff: [], commands: [], hazards: [] },
      })),
    ],
    affected: [],
    warnings: [
      ...why,
      ...shown.warnings,
      ...safeSet.gaps.map((gap) => sanitise(`not protected: ${gap}`, 240)),
    ],
    safe: safeSet.entries.map(({ net, why: words }) => ({ net: sanitise(net.text), why: words })),
  };
}

/** The caps count on a rule that passes, and no rule behind that one is asked any more. */
const BLOCKED_BEHIND = `rules behind the anchor block, and its rule that passes would go round them: move ${PF_ANCHOR_LINE} behind them`;

const NOT_NAMED =
  'its rule passes, and would open a port that pf.conf closes: name the ports that are served under shields.ports';

/** The part of the wall, or why there is none. */
function partOf(
  spec: MeasureSpec,
  specs: readonly MeasureSpec[],
  { settings, sshPorts, listening, passes }: MeasureAt & Readonly<{ passes: boolean }>,
): WallPart | string {
  const ports = settings.ports === 'listening' ? listening : settings.ports;
  // A cap counts on a rule that passes, and what merely listens may be closed by pf.conf: only what is named as served.
  const open = settings.ports === 'listening' ? [] : ports.filter((port) => !sshPorts.includes(port));
  const unknown = 'it is not known which ports listen: list them under shields.ports in the session file';
  switch (spec.measure) {
    case 'connections':
      if (!passes) return BLOCKED_BEHIND;
      return open.length === 0 ? NOT_NAMED : { connections: { max: spec.max, ports: open } };
    case 'syn-rate':
      if (!passes) return BLOCKED_BEHIND;
      if (!specs.some(({ measure }) => measure === 'connections'))
        return 'pf counts on states: it needs the cap on connections';
      return open.length === 0 ? NOT_NAMED : { synRate: { perSecond: spec.perSecond, burst: spec.burst } };
    case 'unlisted-ports':
      return ports.length === 0 ? unknown : { listed: [...ports, ...sshPorts] };
    case 'conntrack-timeouts':
      return `use \`opsconsole tighten ${spec.preset}\`, which can be undone`;
    default:
      return 'not on this system';
  }
}

/** `sshd -T` has what its included files say, too. 22 always: blocking a port too few is not what an emergency is for. */
async function sshPortsOf(host: Host): Promise<readonly number[]> {
  const [said, config] = await Promise.all([sshdSays(host), host.read('/etc/ssh/sshd_config')]);
  const texts = [said, config.ok ? config.value.toString('latin1') : ''];
  return [...new Set([22, ...texts.flatMap((text) => sshdConfigPorts(text))])];
}

async function sshdSays(host: Host): Promise<string> {
  if ((await host.which('sshd')) === undefined) return '';
  const said = await host.run(command(['sshd', '-T'], { privileged: true, timeoutMs: 5000 }));
  return said.ok ? said.value.stdout : '';
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
