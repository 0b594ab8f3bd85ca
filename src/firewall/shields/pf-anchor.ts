// Which line of the main ruleset calls the anchor of the shields.
//   anchor "opsconsole/*" all          (pfctl -s rules, FreeBSD 13 to 15, OpenBSD 7.x)

export const PF_ANCHORS = 'opsconsole/*';
export const PF_ANCHOR_LINE = `anchor "${PF_ANCHORS}"`;

/** `anchor "opsconsole"` alone does not reach what is below it; with "in", "on em0" it is only for some packets. */
export function pfAnchorCalled(rules: string): boolean {
  return rules
    .split('\n')
    .some((line) => /^anchor "\/?opsconsole\/(?:\*|shields)"(?: in)?(?: all)?$/.test(line));
}
