// What the desk is given and what it is asked: the console, the command line and tests know no more of it.

import type { ActPreview, ActReport, JournalRow, Operator, SafeSet } from '../core/act.ts';
import type { Result } from '../core/result.ts';
import type { Members, SetInfo } from '../core/rows.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { Backend } from '../firewall/backend.ts';
import type { Host } from '../host/host.ts';
import type { DeskDraft } from './bulk/draft.ts';
import type { Journal } from './journal/journal.ts';
import type { LineOptions } from './lost/line.ts';
import type { Settled } from './lost/settle.ts';

export type DeskOptions = Readonly<{
  host: Host;
  /** Path of the journal file, or a journal of this host (tests). The locks lie beside it. */
  journal: string | Journal;
  operator: Operator;
  /** Addresses, networks and names of the session file that are never banned. */
  allow: readonly string[];
  resolve?: (name: string) => Promise<Result<readonly string[]>>;
  readOnly: boolean;
  backends?: readonly Backend[];
  /** Where fail2ban's action writes what it did; see contrib/fail2ban. */
  notes?: string;
  /** What an undo without an id takes: the last act of this console (default) or of any. */
  undoOf?: 'console' | 'all';
  /** For tests: how long a lost line is waited for, and where a far host keeps the marks of steps. */
  far?: Pick<LineOptions, 'waitMs' | 'folder'>;
}>;

export type PerformOptions = Readonly<{
  /** What the operator typed, when the preview asked for it. */
  typed?: string;
  /** The journal cannot be written and the operator wants to act all the same. */
  overJournal?: boolean;
  /** Told that the line to the host was lost and is waited for. */
  onWait?: (words: SafeText) => void;
  /** Ends that waiting: what is not known then is checked at the next connection. Nothing else is ended by it. */
  signal?: AbortSignal;
}>;

export interface Desk {
  preview(draft: DeskDraft, signal?: AbortSignal): Promise<ActPreview>;
  perform(token: string, options?: PerformOptions): Promise<ActReport>;
  safeSet(): Promise<SafeSet>;
  /**
   * For a far host, whenever its line has come up: what became of acts whose end nobody heard goes into the journal. Nothing is
   * done again. Empty while an act is under way.
   */
  settle(): Promise<readonly Settled[]>;
  /** Newest first. Opens the journal on first use. */
  journal(limit: number): Promise<Result<readonly JournalRow[]>>;
  /** The ends that only the journal knows, filled into a listing. */
  fillEnds(set: SetInfo, read: Result<Members>): Promise<Result<Members>>;
  close(): void;
}
