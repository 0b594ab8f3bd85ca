// The contract of a measure: gather (reads only) → hazard, apply, revert (pure). One measure per file, one table in
// measures.ts. What reverts is data, not code: it becomes lines of the sh script that outlives us.

import type { SafeSet } from '../../core/act.ts';
import type { Step } from '../../core/plan.ts';
import type { Result } from '../../core/result.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { MeasureId, MeasureSpec, ShieldsSettings, WallVariant } from '../../core/shields.ts';
import type { WallPart } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import type { SshSession } from '../safe/sessions.ts';

/** What every measure may ask about; read once per raise. */
export type MeasureAt = Readonly<{
  host: Host;
  settings: ShieldsSettings;
  safeSet: SafeSet;
  sessions: readonly SshSession[];
  /** Ports where sshd listens; never empty (22 when none was found). */
  sshPorts: readonly number[];
  /** TCP ports that listen on other than loopback, sshd's included. */
  listening: readonly number[];
  /** Undefined: no packet filter can be used here. */
  variant: WallVariant | undefined;
  signal?: AbortSignal;
}>;

/** How a value or a thing is put back. Each is safe to run twice, and leaves alone what is no longer as we left it. */
export type RevertItem =
  /** `name` dotted ("net.ipv4.tcp_synack_retries"); values as the kernel prints them. */
  | Readonly<{ kind: 'sysctl'; name: string; before: string; wrote: string }>
  /** Our table, if its comment has our id; or our chains, jumps and sets. */
  | Readonly<{ kind: 'wall'; variant: WallVariant }>
  | Readonly<{
      kind: 'fail2ban';
      jail: string;
      option: 'maxretry' | 'bantime';
      before: string;
      wrote: string;
    }>
  | Readonly<{ kind: 'command'; name: string; argv: readonly [string, ...string[]]; timeoutSeconds: number }>
  | Readonly<{
      kind: 'include';
      link: string;
      file: string;
      test?: readonly [string, ...string[]];
      reload: readonly [string, ...string[]];
    }>
  /** A declared service: `do` is what puts it back. `status`: asked before, when it has one. */
  | Readonly<{
      kind: 'service';
      name: string;
      do: 'start' | 'stop';
      argv: readonly [string, ...string[]];
      status?: readonly [string, ...string[]];
      timeoutSeconds: number;
    }>
  /** Flows with a fixed timeout: live ones get a long one, ended ones are deleted. `words`: the tuple for `conntrack`. */
  | Readonly<{ kind: 'pins'; flows: readonly Readonly<{ words: readonly string[]; seconds: number }>[] }>;

/** `steps` run in order after the wall stands; when one fails, the measure's own `revert` runs and the others stay. */
export type Applied = Readonly<{ wall?: WallPart; steps: readonly Step[] }>;

/** `Found`: what `gather` read and the pure parts need. */
export interface Measure<Spec extends MeasureSpec, Found> {
  readonly id: Spec['measure'];
  /** One line, without facts of the machine: "at most 5 new connections per second and source". */
  describe(spec: Spec): SafeText;
  /** Reads only. A problem leaves the measure out, with the problem's summary as the reason. */
  gather(spec: Spec, at: MeasureAt): Promise<Result<Found>>;
  /** Who may be hurt, one sentence each; empty when nobody. */
  hazard(spec: Spec, found: Found, at: MeasureAt): readonly SafeText[];
  apply(spec: Spec, found: Found, at: MeasureAt): Applied;
  /** In the order of apply; the script goes backwards. Nothing to put back for parts of the wall. */
  revert(spec: Spec, found: Found, at: MeasureAt): readonly RevertItem[];
}

/**
 * A measure worked out for this machine. `needs`: its steps may run only while that measure, which comes before it, stands:
 * timeouts are not shortened when the pins of live ssh sessions failed.
 */
export type PlannedMeasure = Readonly<{
  measure: MeasureId;
  needs?: MeasureId;
  says: SafeText;
  hazards: readonly SafeText[];
  applied: Applied;
  revert: readonly RevertItem[];
}>;
export type { LeftOut } from '../../firewall/shields/state.ts';
