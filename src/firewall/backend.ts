// The contract of a ban backend. Pure: it says which commands to run and reads their output; it runs nothing.

import type { Family, Net } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import type { Command, Step } from '../core/plan.ts';
import type { Result } from '../core/result.ts';
import type { BackendId, Members, SetInfo } from '../core/rows.ts';

/** One element to add. `seconds`: time left from now, null = no timeout. `comment`: raw; the backend strips what its tool cannot hold. */
export type Element = Readonly<{
  net: Net;
  seconds: number | null;
  comment?: string;
  /** Put back as it was listed before: what it was first given, of which `seconds` are left; 0 = the default of the set (nft). */
  lifetime?: number;
}>;

/** An element that holds (equals or covers) a wanted address; what undo needs to put it back. */
export type Held = Readonly<{
  wanted: Net;
  holder: Net;
  seconds: number | null | undefined;
  comment?: string;
}>;

/** Reads a listing in chunks of any cut; memory stays proportional to the columns. */
export interface MembersParser {
  push(chunk: Buffer): void;
  end(): Result<Members>;
}

export interface Backend {
  readonly id: BackendId;
  /** Programs that must exist ("nft"). */
  readonly tools: readonly string[];
  /** Cheap terse commands whose stdouts, in order, `parseSets` reads: headers, counts and the rules that use the sets. */
  readonly listSets: readonly Command[];
  /** Worth running too where the programs exist; see read-sets.ts. */
  readonly listSetsOptional?: readonly Command[];
  /** Outputs of `listSets`, then `listSetsOptional`; undefined = that one could not be run (only the first must). */
  parseSets(outputs: readonly (string | undefined)[]): Result<readonly SetInfo[]>;
  /** Full listing of one set; costs by size (see research: 1 M = 1 s ipset, 35 s nft), the caller decides when. */
  listMembers(set: SetInfo): Command;
  membersParser(set: SetInfo, at: UnixMs): MembersParser;
  /** Batches: one `ipset restore` or one nft transaction however many elements. Re-adding refreshes the timeout on every kernel. */
  /** `overlapped`: existing elements inside (and, if there are such, equal to) the new ones, deleted with it where no overlap is allowed. */
  planAdd(set: SetInfo, elements: readonly Element[], overlapped?: readonly Net[]): readonly Step[];
  planDelete(set: SetInfo, holders: readonly Net[]): readonly Step[];
  /** Opsconsole's own table or sets: steps that create what is missing (idempotent), and which set takes a net. `families`: default both. */
  readonly own: Readonly<{
    ensure(existing: readonly SetInfo[], families?: readonly Family[]): readonly Step[];
    /** Removes all of our own table/sets and rules again. */
    remove(existing: readonly SetInfo[]): readonly Step[];
    setFor(net: Net): SetInfo;
  }>;
}
