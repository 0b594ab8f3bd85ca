// From the checked part "shields" of a session file to the settings of the shields: defaults filled in, short forms
// spelt out, and what only makes sense together checked, with positions.

import { formatDuration, parseDuration } from '../core/duration.ts';
import { sanitise } from '../core/sanitise.ts';
import type { ServiceEntry } from '../core/services/thing.ts';
import type { Hook, MeasureId, MeasureSpec, ShieldsSettings, WatchSettings } from '../core/shields.ts';
import { DEFAULT_SHIELDS } from '../core/shields-defaults.ts';
import { suggest } from '../core/suggest.ts';
import type { HookEntry, MeasureEntry, MeasureMap, ShieldsFile, WatchFile } from './shields-schema.ts';
import { serviceMeasure } from './shields-service.ts';

type Path = readonly PropertyKey[];
/** `path` is below "shields". `services`: those that the file declares. */
export type Report = (path: Path, message: string) => void;

export function shieldsOf(
  written: ShieldsFile | undefined,
  report: Report,
  services: readonly ServiceEntry[] = [],
): ShieldsSettings {
  if (written === undefined) return DEFAULT_SHIELDS;
  const profiles = { ...DEFAULT_SHIELDS.profiles };
  for (const [name, entries] of Object.entries(written.profiles ?? {})) {
    if (!isProfileName(name)) report(['profiles', name], PROFILE_NAME_WORDS);
    else profiles[name] = measuresOf(entries, ['profiles', name], { report, services });
  }
  const profile = written.profile ?? DEFAULT_SHIELDS.profile;
  if (!Object.hasOwn(profiles, profile)) report(['profile'], noSuchProfile(profile, Object.keys(profiles)));
  const trialSeconds = secondsOf(written.trial) ?? DEFAULT_SHIELDS.trialSeconds;
  const holdSeconds = secondsOf(written.hold) ?? DEFAULT_SHIELDS.holdSeconds;
  if (holdSeconds < trialSeconds)
    report(['hold'], `hold is shorter than the trial, ${formatDuration(trialSeconds)}`);
  const { ports = DEFAULT_SHIELDS.ports } = written;
  return {
    trialSeconds,
    holdSeconds,
    profile,
    unattended: written.unattended ?? DEFAULT_SHIELDS.unattended,
    ports: ports === 'listening' ? ports : [...new Set(ports)],
    profiles,
    watch: watchOf(written.watch ?? {}, report),
  };
}

const PROFILE_NAME_WORDS = 'a profile is named with letters, digits, ".", "_", "-"; at most 30';

/** Words that every object knows are no names: they would be found where nothing is. */
function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$/.test(name) && !(name in {});
}

function noSuchProfile(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
  return `there is no profile "${sanitise(name, 60)}"; ${hint}`;
}

/** What the schema has accepted, parsed again; undefined only when it is absent. */
function secondsOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const parsed = parseDuration(written);
  return parsed.ok ? parsed.value : undefined;
}

const shareOf = (written: string | number): number =>
  typeof written === 'number' ? written : Number.parseInt(written, 10) / 100;

/** May stand more than once in a profile, under different names. */
const MANY: readonly MeasureId[] = ['run', 'include', 'service'];

type With = Readonly<{ report: Report; services: readonly ServiceEntry[] }>;

function measuresOf(entries: readonly MeasureEntry[], path: Path, all: With): readonly MeasureSpec[] {
  const { report } = all;
  const specs: MeasureSpec[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const at = [...path, index];
    const spec = typeof entry === 'string' ? bare(entry, at, report) : fromMap(entry, at, all);
    if (spec === undefined) continue;
    const key = 'name' in spec ? `${spec.measure} ${spec.name}` : spec.measure;
    if (seen.has(key))
      report(at, MANY.includes(spec.measure) ? `there are two of ${key}` : `${key} is listed twice`);
    seen.add(key);
    specs.push(spec);
  }
  return specs;
}

/** A bare word takes the values of the built-in profile. */
function bare(measure: MeasureId, path: Path, report: Report): MeasureSpec | undefined {
  const spec = DEFAULT_SHIELDS.profiles.default?.find((one) => one.measure === measure);
  if (spec === undefined) report(path, `${measure} needs its values; see docs/session.md`);
  return spec;
}

function fromMap(map: MeasureMap, path: Path, { report, services }: With): MeasureSpec | undefined {
  const keys = Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (keys.length !== 1) {
    report(path, 'an entry of a profile names exactly one measure');
    return undefined;
  }
  if (map.service !== undefined)
    return serviceMeasure(map.service, services, (message) => report([...path, 'service', 'name'], message));
  return limits(map) ?? servers(map, path, report) ?? tcpOf(map, path, report);
}

/** Measures of the packet filter and of connection tracking. */
function limits(map: MeasureMap): MeasureSpec | undefined {
  if (map['syn-rate'] !== undefined) {
    const perSecond = map['syn-rate']['per-second'];
    return { measure: 'syn-rate', perSecond, burst: map['syn-rate'].burst ?? perSecond * 2 };
  }
  if (map.connections !== undefined) return { measure: 'connections', max: map.connections };
  if (map['unlisted-ports'] !== undefined) return { measure: 'unlisted-ports' };
  if (map['pin-ssh'] !== undefined) return { measure: 'pin-ssh' };
  const preset = map['conntrack-timeouts'];
  if (preset !== undefined) return { measure: 'conntrack-timeouts', preset };
  const factor = map['conntrack-max'];
  if (factor !== undefined) return { measure: 'conntrack-max', factor };
  const top = map['ban-top'];
  return top === undefined ? undefined : { measure: 'ban-top', flows: top.flows, most: top.most ?? MOST };
}

const MOST = 20;
const RUN_SECONDS = 10;

function servers(map: MeasureMap, path: Path, report: Report): MeasureSpec | undefined {
  if (map.fail2ban !== undefined) {
    const { jails = [], maxretry, bantime } = map.fail2ban;
    const banSeconds = secondsOf(bantime);
    if (maxretry === undefined && banSeconds === undefined)
      report([...path, 'fail2ban'], 'fail2ban needs maxretry or bantime');
    return {
      measure: 'fail2ban',
      jails: typeof jails === 'string' ? [jails] : jails,
      ...(maxretry === undefined ? {} : { maxRetry: maxretry }),
      ...(banSeconds === undefined ? {} : { banSeconds }),
    };
  }
  if (map.run !== undefined) {
    const { name, up, down, timeout } = map.run;
    return { measure: 'run', name, up, down, timeoutSeconds: secondsOf(timeout) ?? RUN_SECONDS };
  }
  if (map.include === undefined) return undefined;
  const { name, link, file, test, reload } = map.include;
  if (link === file) report([...path, 'include', 'link'], 'the link cannot be the file itself');
  return { measure: 'include', name, link, file, ...(test === undefined ? {} : { test }), reload };
}

/** What is absent asks for nothing: never less than 0 cookies and queue, never more than 255 retries. */
function tcpOf({ tcp }: MeasureMap, path: Path, report: Report): MeasureSpec | undefined {
  if (tcp === undefined) return undefined;
  if (Object.values(tcp).every((value) => value === undefined))
    report([...path, 'tcp'], 'tcp needs syncookies, synack-retries or syn-backlog');
  return {
    measure: 'tcp',
    syncookies: tcp.syncookies ?? 0,
    synackRetries: tcp['synack-retries'] ?? 255,
    synBacklog: tcp['syn-backlog'] ?? 0,
  };
}

function watchOf(written: WatchFile, report: Report): WatchSettings {
  const { watch } = DEFAULT_SHIELDS;
  const logRate = written['log-rate'];
  return {
    everyMs: (secondsOf(written.every) ?? watch.everyMs / 1000) * 1000,
    load: written.load ?? watch.load,
    ...signal('conntrack', written.conntrack, watch.conntrack),
    ...signal('synRecv', written['syn-recv'], watch.synRecv),
    ...signal('listenDrops', written['listen-drops'], watch.listenDrops),
    ...signal('newConnections', written['new-connections'], watch.newConnections),
    ...(logRate === undefined || logRate === 'off' ? {} : { logRate }),
    raiseAfter: written['raise-after'] ?? watch.raiseAfter,
    lowerAfter: written['lower-after'] ?? watch.lowerAfter,
    leaveAt: written['leave-at'] === undefined ? watch.leaveAt : shareOf(written['leave-at']),
    minimumHoldSeconds: secondsOf(written['minimum-hold']) ?? watch.minimumHoldSeconds,
    coolDownSeconds: secondsOf(written['cool-down']) ?? watch.coolDownSeconds,
    manualBlockSeconds: secondsOf(written['manual-block']) ?? watch.manualBlockSeconds,
    onRaise: hooksOf(written['on-raise'], 'on-raise', report),
    onLower: hooksOf(written['on-lower'], 'on-lower', report),
  };
}

type Signal = 'conntrack' | 'synRecv' | 'listenDrops' | 'newConnections';

function signal(
  key: Signal,
  written: number | string | undefined,
  fallback: number | undefined,
): Partial<Record<Signal, number>> {
  if (written === 'off') return {};
  const value = typeof written === 'string' ? shareOf(written) : (written ?? fallback);
  return value === undefined ? {} : { [key]: value };
}

function hooksOf(
  written: readonly HookEntry[] | undefined,
  key: 'on-raise' | 'on-lower',
  report: Report,
): readonly Hook[] {
  return (written ?? []).flatMap(({ command, webhook }, index): readonly Hook[] => {
    if (command !== undefined && webhook === undefined) return [{ kind: 'command', argv: command }];
    if (webhook !== undefined && command === undefined) return [{ kind: 'webhook', url: webhook }];
    report(['watch', key, index], 'a hook has exactly one of command, webhook');
    return [];
  });
}
