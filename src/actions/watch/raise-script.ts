// Prints raise.sh, which raises the wall of a profile when Node cannot start: the same wall, state files, watcher and way
// back as a raise of ours, so that status, keep and down work on it. What differs from raise to raise is filled in by sh.

import type { Net } from '../../core/address.ts';
import { unixMs } from '../../core/brand.ts';
import { quoteWord } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { MeasureSpec, ShieldsPlace, ShieldsSettings, ShieldsState } from '../../core/shields.ts';
import { printNftWall } from '../../firewall/shields/nft.ts';
import { printState } from '../../firewall/shields/state.ts';
import { printArm } from '../shields/arm-watcher.ts';
import { describeMeasure } from '../shields/measures.ts';
import { printRevertScript } from '../shields/revert-script.ts';
import { RAISE_BODY } from './raise-script-body.ts';

export type RaiseScriptInput = Readonly<{
  settings: ShieldsSettings;
  profile: string;
  /** Names resolved. */
  allow: readonly Net[];
  place: ShieldsPlace;
}>;

type WallSpec = Extract<MeasureSpec, { measure: 'syn-rate' | 'connections' | 'unlisted-ports' }>;

/** Stand for what only the day itself knows; no value of ours looks like them. */
const ID = 'feedbeef';
const OPEN = 65_001;
const PUBLIC = 65_002;
const UP = 1_234_567_001;
const DUE = 1_234_567_002;
const RAISED_AT = 1_234_567_003;
const ARMED = 1_234_567;

/** A problem: nothing of this profile is in the packet filter, or the places have names that sh and sed would have to quote. */
export function printRaiseScript(input: RaiseScriptInput): Result<string> {
  const { settings, profile, allow, place } = input;
  const specs = Object.hasOwn(settings.profiles, profile) ? settings.profiles[profile] : undefined;
  if (specs === undefined)
    return fail(problem('not-found', `there is no profile ${sanitise(profile, 200)} in the session file`));
  if (![place.dir, place.run].every((path) => /^\/[A-Za-z0-9_./-]+$/.test(path)))
    return fail(problem('bad-input', 'the state directories have characters that the script cannot hold'));
  const taken = specs.filter(isWallSpec);
  if (taken.length === 0)
    return fail(
      problem('not-found', `no measure of the profile ${sanitise(profile, 200)} is for the script`),
    );
  const state = stateOf(input, taken);
  const templates: Readonly<Record<string, string>> = {
    state: stateTemplate(state),
    revert: revertTemplate(state, place),
    arm: printArm({ dir: '@DIR@', run: place.run }, '@ID@'),
    wall: wallTemplate(taken),
  };
  return ok(
    [
      '#!/bin/sh',
      '# Raises the simplest shields of opsconsole when Node cannot start: sh raise.sh [up [--auto] | down]',
      '# Written by `opsconsole watch` and `opsconsole shields script`; changes to it are lost.',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin LC_ALL=C',
      'export PATH LC_ALL',
      'umask 022',
      `DIR=${quoteWord(place.dir)} RUN=${quoteWord(place.run)}`,
      `HOLD=${state.holdSeconds} BLOCK=${Math.ceil(settings.watch.manualBlockSeconds)}`,
      // As the engine has it: what the session file allows is somebody who stays safe.
      `UNATTENDED=${settings.unattended || allow.length > 0 ? 'yes' : 'no'}`,
      `PORTS=${quoteWord(settings.ports === 'listening' ? '' : settings.ports.join(' '))}`,
      `ALLOW=${quoteWord(['169.254.0.0/16', 'fe80::/10', ...allow.map(({ text }) => text)].join(' '))}`,
      ...Object.entries(templates).flatMap(([name, text]) => hereDocument(name, text)),
      RAISE_BODY.trimEnd(),
      '',
      'main "$@"; exit',
      '',
    ].join('\n'),
  );
}

/** What needs nothing but nft. Pins and shorter timeouts belong together, and without Node there is neither. */
function isWallSpec(spec: MeasureSpec): spec is WallSpec {
  return ['syn-rate', 'connections', 'unlisted-ports'].includes(spec.measure);
}

function stateOf({ settings, profile }: RaiseScriptInput, specs: readonly WallSpec[]): ShieldsState {
  const holdSeconds = Math.ceil(Math.max(settings.holdSeconds, settings.watch.minimumHoldSeconds));
  return {
    version: 1,
    id: '@ID@',
    bootId: '@BOOT@',
    profile,
    auto: false,
    by: { user: safe('root'), console: 'raise.sh' },
    raisedAt: unixMs(RAISED_AT),
    raisedUptime: UP,
    trialSeconds: 0,
    holdSeconds,
    wall: 'nft',
    measures: specs.map((spec) => ({ measure: spec.measure, says: describeMeasure(spec) })),
  };
}

function stateTemplate(state: ShieldsState): string {
  return swap(printState(state), [
    ['"auto": false', '"auto": @AUTO@'],
    [String(RAISED_AT), '@RAISED_AT@'],
    [String(UP), '@UP@'],
  ]);
}

function revertTemplate(state: ShieldsState, place: ShieldsPlace): string {
  const text = printRevertScript({
    state,
    place: { dir: '@DIR@', run: place.run },
    trialUptime: DUE,
    items: [{ kind: 'wall', variant: 'nft' }],
  });
  return swap(text, [
    [`RAISED=${UP}`, 'RAISED=@UP@'],
    [`TRIAL_END=${DUE}`, 'TRIAL_END=@DUE@'],
  ]);
}

/** The timer's set is left empty: the wall lets everything through until it is started. */
function wallTemplate(specs: readonly WallSpec[]): string {
  const parts = specs.map((spec) => {
    if (spec.measure === 'syn-rate') return { synRate: spec };
    return spec.measure === 'connections'
      ? { connections: { max: spec.max, ports: [PUBLIC] } }
      : { listed: [OPEN] };
  });
  const wall = Object.assign({ id: ID, safe: [], sshPorts: [], armedSeconds: ARMED }, ...parts);
  const changes: [string, string][] = [
    [`elements = { ipv4 timeout ${ARMED}s, ipv6 timeout ${ARMED}s }`, ''],
    [`id=${ID}`, 'id=@ID@'],
  ];
  if (specs.some(({ measure }) => measure === 'unlisted-ports')) changes.push([`{ ${OPEN} }`, '{ @OPEN@ }']);
  if (specs.some(({ measure }) => measure === 'connections')) changes.push([`{ ${PUBLIC} }`, '{ @PUBLIC@ }']);
  return swap(printNftWall(wall), changes);
}

/** Throws when there is nothing to swap: then the text has changed and the script would carry a wrong value. */
function swap(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`raise.sh: nothing says ${from}`);
    return now.replaceAll(from, to);
  }, text);
}

function hereDocument(name: string, text: string): readonly string[] {
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  let end = 'END_OF_TEMPLATE';
  while (lines.includes(end)) end = `${end}_`;
  return [`template_${name}() {`, `cat <<'${end}'`, ...lines, end, '}'];
}
