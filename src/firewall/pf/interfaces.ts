// Interfaces that pf leaves alone (`set skip on`), from `pfctl -v -s Interfaces`, and anchors from `pfctl -v -s Anchors`,
// the same on FreeBSD 13 to 15 and OpenBSD 7.x. With -vv lines that begin with a tab stand below each interface.
//   lo0 (skip)
//     opsconsole/shields                                              (an anchor, behind two blanks)

export function parsePfSkips(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^(\S{1,32}) \(skip\)\s*$/.exec(line)?.[1] ?? []);
}

/** A path that could not be given to pfctl again is left out. */
export function parsePfAnchors(text: string): readonly string[] {
  return anchorsIn(text).filter((path) => /^[A-Za-z0-9_][A-Za-z0-9_.:/@+-]*$/.test(path));
}

/** All of them, also those that are left out above. */
export const countPfAnchors = (text: string): number => anchorsIn(text).length;

const anchorsIn = (text: string): readonly string[] => [
  ...new Set(text.split('\n').flatMap((line) => /^ {2}(\S{1,1023})$/.exec(line)?.[1] ?? [])),
];
