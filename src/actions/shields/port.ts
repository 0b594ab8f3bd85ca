// What the console, the command line and the watch ask of the shields of one host. No call throws for reasons of the
// world; every call may be repeated.

import type { Result } from '../../core/result.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type {
  LowerReport,
  Outcome,
  RaiseReport,
  RaiseWish,
  ShieldsNow,
  ShieldsPreview,
} from '../../core/shields.ts';

export interface Shields {
  now(): Promise<ShieldsNow>;
  /** Touches nothing. */
  preview(wish?: RaiseWish): Promise<ShieldsPreview>;
  /** `onProgress`: what is being done, for the screen. Up already (ours or another operator's) is a success that changes nothing. */
  raise(wish?: RaiseWish, onProgress?: (doing: SafeText) => void): Promise<RaiseReport>;
  /** Ends the trial: they stay until the end of the hold. A problem when they are not up. */
  keep(): Promise<Result<ShieldsNow>>;
  /** The hold is counted anew from now (`seconds`, else the session's). Keeps as well. */
  renew(seconds?: number): Promise<Result<ShieldsNow>>;
  /** Down already is a success. `by`: 'auto' from the watch. */
  lower(by?: 'operator' | 'auto'): Promise<LowerReport>;
  /**
   * Finishes what a crash, a reboot or a lost watcher left: overdue, half-raised or of an earlier boot. Undefined = nothing to do.
   * Run at every start of anything that may write.
   */
  recover(): Promise<Outcome | undefined>;
}
