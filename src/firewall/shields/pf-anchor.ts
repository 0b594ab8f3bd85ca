// Which line of the main ruleset calls the anchor of the shields.
//   anchor "opsconsole/*" all          (pfctl -s rules, FreeBSD 13 to 15, OpenBSD 7.x)

export const PF_ANCHORS = 'opsconsole/*';
export const PF_ANCHOR_LINE = `anchor "${PF_ANCHORS}"`;

const CALLED = /^anchor "\/?opsconsole\/(?:\*|shields)"(?: in)?(?: all)?$/;

/** `anchor "opsconsole"` alone does not reach what is below it; with "in", "on em0" it is only for some packets. */
export function pfAnchorCalled(rules: string): boolean {
  return rules.split('\n').some((line) => CALLED.test(line));
}

/** Whether a rule behind it blocks what comes in, or is an anchor that may. */
export function pfBlocksBehind(rules: string): boolean {
  const lines = rules.split('\n');
  const behind = lines.slice(lines.findIndex((line) => CALLED.test(line)) + 1);
  return behind.some((line) => /^(?:block|anchor) /.test(line) && !/ out /.test(line) && !CALLED.test(line));
}
