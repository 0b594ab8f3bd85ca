// What is known of the files of a far host that somebody follows: who has which name now, what patterns match. One for all
// followers of a host, so that a file that two panes show is asked about, and sent, once.

import type { Result } from '../../core/result.ts';
import type { Channel } from './channel.ts';
import { type FarState, readFarName, readFarState } from './follow-frames.ts';
import type { FarAnswer, TalkTuning } from './follow-job.ts';
import { askBytes, askNames, askNewlines, askState, bytesBegin, isPlainPath } from './follow-script.ts';
import { FarTalk } from './follow-talk.ts';

export type FarFilesOptions = Readonly<{
  open: () => Promise<Result<Channel>>;
  whenUp: (signal: AbortSignal) => Promise<unknown>;
  tuning?: Partial<TalkTuning>;
}>;

/** What one follower wants. `names`: of each pattern, what it matches; undefined until it was looked. */
export type Wish = {
  readonly patterns: readonly string[];
  paths: ReadonlySet<string>;
  /** Something was told: look again. */
  readonly onNews: () => void;
};

export type Matches = Readonly<{ paths: readonly string[]; denied: boolean }>;
export type FarBytes = Readonly<{ bytes: Buffer; after: FarState | undefined; kind: string }>;
export type FarFile = Readonly<{ path: string; inode: string }>;
/** Bytes of a moment ago, for another follower of the same file. */
type Recent = Readonly<{ path: string; inode: string; from: number; answer: Promise<FarBytes>; at: number }>;

const RECENT_MS = 1500;
const RECENT_MAX = 4;

export class FarFollowed {
  readonly talk: FarTalk;
  /** How often the line was lost and came back; and how long it was away the last time. */
  backs = 0;
  downMs = 0;
  readonly #wishes = new Set<Wish>();
  readonly #ids = new Map<string, number>();
  readonly #known = new Map<string, FarState>();
  #matches = new Map<string, Matches>();
  #generation = 0;
  #looked = -1;
  #recent: Recent[] = [];

  constructor(options: FarFilesOptions) {
    this.talk = new FarTalk(options, {
      onLine: (line) => this.#line(line),
      onNames: (entries) => this.#named(entries),
      onLook: (generation) => {
        this.#looked = generation;
        this.#tell();
      },
      onLost: () => this.#known.clear(),
      onBack: (downMs) => {
        this.backs++;
        this.downMs = downMs;
        this.#known.clear();
        this.#recent = [];
        this.#looked = -1;
      },
    });
  }

  add(wish: Wish): void {
    this.#wishes.add(wish);
    this.#renew();
  }

  remove(wish: Wish): void {
    this.#wishes.delete(wish);
    this.#renew();
  }

  want(wish: Wish, paths: ReadonlySet<string>): void {
    if (paths.size === wish.paths.size && [...paths].every((path) => wish.paths.has(path))) return;
    wish.paths = paths;
    this.#renew();
  }

  /** All that is wanted has been looked at since the line was there. */
  get isLooked(): boolean {
    return this.#looked === this.#generation;
  }

  matches(pattern: string): Matches | undefined {
    return this.#matches.get(pattern);
  }

  /** As the far side said last; undefined: not known, or in trouble. */
  known(path: string): FarState | undefined {
    return this.#known.get(path);
  }

  async ask(path: string): Promise<FarAnswer> {
    const answer = await this.talk.ask((seq) => askState(seq, path));
    this.#learn(path, answer.state);
    return answer;
  }

  /** The bytes from `from` to `to`, as many as there are. Of a file that was rewritten, `forget` what it was. */
  bytes({ path, inode }: FarFile, from: number, to: number): Promise<FarBytes> {
    const now = performance.now();
    this.#recent = this.#recent.filter(({ at }) => now - at < RECENT_MS);
    const same = this.#recent.find((one) => one.path === path && one.inode === inode && one.from === from);
    if (same !== undefined) return same.answer;
    const answer = this.#fetch(path, from, to);
    this.#recent = [...this.#recent.slice(1 - RECENT_MAX), { path, inode, from, answer, at: now }];
    return answer;
  }

  forget(path: string): void {
    this.#recent = this.#recent.filter((one) => one.path !== path);
  }

  async #fetch(path: string, from: number, to: number): Promise<FarBytes> {
    const begin = bytesBegin(from);
    const { bytes, state, kind } = await this.talk.ask((seq) => askBytes(seq, path, from, to));
    this.#learn(path, state);
    return { bytes: bytes.subarray(from - begin, to - begin), after: state, kind };
  }

  async newlines(path: string, from: number, to: number): Promise<FarAnswer> {
    const answer = await this.talk.ask((seq) => askNewlines(seq, path, from, to));
    this.#learn(path, answer.state);
    return answer;
  }

  /** Names in the folder of `path` that may be the file `inode`. */
  async namesOf(path: string, inode: string): Promise<readonly string[]> {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '.' : path.slice(0, slash) || '/';
    const { names } = await this.talk.ask((seq) => askNames(seq, folder, inode));
    return names.map((name) => (slash < 0 ? name : `${path.slice(0, slash)}/${name}`));
  }

  #learn(path: string, state: FarState | undefined): void {
    if (!this.#ids.has(path)) return;
    if (state === undefined) this.#known.delete(path);
    else this.#known.set(path, state);
    this.#tell();
  }

  #tell(): void {
    for (const { onNews } of [...this.#wishes]) onNews();
  }

  #renew(): void {
    const patterns = new Set<string>();
    const paths = new Set<string>();
    for (const wish of this.#wishes) {
      for (const pattern of wish.patterns) patterns.add(pattern);
      for (const path of wish.paths) paths.add(path);
    }
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path);
    this.#ids.clear();
    for (const path of paths) this.#ids.set(path, this.#ids.size);
    this.#matches = new Map([...this.#matches].filter(([pattern]) => patterns.has(pattern)));
    this.#patterns = [...patterns];
    this.#generation++;
    if (this.#wishes.size === 0) this.talk.watch(undefined);
    else
      this.talk.watch({
        generation: this.#generation,
        paths: [...this.#ids].map(([path, id]) => ({ path, id })),
        patterns: this.#patterns.map((pattern, id) => ({ pattern, id })),
      });
  }
  #patterns: readonly string[] = [];

  #line(line: string): void {
    const odd = /^= (\d+) (.*)$/.exec(line);
    const said = odd?.[2] ?? line;
    const state = readFarState(said);
    let whose: string | undefined;
    for (const [path, id] of this.#ids) {
      if (odd !== null) {
        if (id === Number(odd[1])) whose = path;
      } else if (!isPlainPath(path)) continue;
      // What `ls` complains about; the next look asks what it is.
      else if (state === undefined) {
        if (said.includes(path)) this.#known.delete(path);
      } else if (said.endsWith(` ${path}`) && path.length > (whose?.length ?? -1)) whose = path;
    }
    if (whose === undefined) return;
    if (state === undefined) this.#known.delete(whose);
    else this.#known.set(whose, state);
  }

  #named(entries: readonly string[]): void {
    const found = new Map<string, { paths: string[]; denied: boolean }>();
    for (const pattern of this.#patterns) found.set(pattern, { paths: [], denied: false });
    for (const entry of entries) {
      const words = /^([gD]) (\d+)(?: (.*))?$/s.exec(entry);
      const matches = found.get(this.#patterns[Number(words?.[2])] ?? '');
      if (matches === undefined) continue;
      if (words?.[1] === 'D') matches.denied = true;
      else if (words?.[3] !== undefined) matches.paths.push(readFarName(words[3]));
    }
    this.#matches = found;
  }
}
