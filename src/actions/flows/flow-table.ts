// Where live flows are kept and how they are ended: the kernel's table of connections, or the states of pf.

import type { Net } from '../../core/address.ts';
import type { Problem } from '../../core/problem.ts';
import type { Result } from '../../core/result.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Finished, Host } from '../../host/host.ts';
import type { Move } from '../action.ts';

/** `why`: what lets them stay, where the table tells (the rules of pf that made them). */
export type FlowsLeft = Readonly<{ count: number; why?: SafeText }>;

export type FlowTable = Readonly<{
  /** Counts again. */
  left(host: Host, nets: readonly Net[]): Promise<Result<FlowsLeft>>;
  /** How many the outputs of an act say were cut; undefined = they do not say. */
  cut(outputs: readonly Finished[]): number | undefined;
}>;

/** `before`: flows at planning time, undefined = not counted. `unavailable`: why none can be cut here. */
export type CutPlan = Readonly<{
  nets: readonly Net[];
  moves: readonly Move[];
  before: number | undefined;
  table: FlowTable;
  unavailable?: Problem;
  notes: readonly SafeText[];
}>;
