// Takes a list of addresses into a set: what is new and what only gets more time, without whoever is safe.

import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { formatDuration } from '../../core/duration.ts';
import { isBogon } from '../../core/private-nets.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element } from '../../firewall/backend.ts';
import { type ActContext, failed, type Gathered, refused } from '../action.ts';
import { chooseTargets, type Group } from '../ban-targets.ts';
import { endIn } from '../elements.ts';
import { backendsFor, readFirewalls } from '../firewalls.ts';
import { WIDE_PREFIX } from '../guards.ts';
import { assembleBulk } from './assemble.ts';
import type { BulkDraft } from './draft.ts';
import { type BulkPart, partMisfits, sortPart } from './part.ts';
import { countAndName, subtractSafe } from './safe-part.ts';

type Draft = Extract<BulkDraft, { action: 'import' }>;

export async function prepareImport(draft: Draft, context: ActContext): Promise<Gathered> {
  const { host, backends, signal } = context;
  const { kept, notes } = subtractSafe(draft.nets, (net) => net, context.safeSet);
  if (kept.length === 0 && draft.nets.length > 0) return refused(...notes);
  const asked = backendsFor(draft.target, backends);
  const view = await readFirewalls(host, asked, signal);
  const targets = chooseTargets(view, draft.target, kept);
  if (targets.kind !== 'groups') return targets;
  const parts: BulkPart[] = [];
  for (const group of targets.groups) {
    const wanted = elementsFor(group, draft, host.now());
    const reading = { renew: true, ...(signal === undefined ? {} : { signal }) };
    const part = await sortPart(host, { ...group, wanted }, reading);
    if (!part.ok) return failed(part.problem);
    const wrong = partMisfits(part.value);
    if (wrong.length > 0) return refused(...wrong);
    parts.push(part.value);
  }
  const nets = parts.flatMap(({ elements }) => elements.map(({ net }) => net));
  const wide = nets.filter((net) => net.prefix < WIDE_PREFIX[net.family]);
  const span = draft.seconds === null ? 'until changed' : `for ${formatDuration(draft.seconds)}`;
  const many = groupDigits(nets.length);
  return assembleBulk(
    {
      parts,
      backends: asked,
      summary: nets.length === 0 ? 'nothing new in the list' : `import ${many} bans ${span}`,
      doneWords: `bans imported ${span}`,
      reason: draft.reason,
      notes: [...notes, ...diffNotes(parts), ...careNotes(nets, wide), ...lateNotes(parts)],
      ...(wide.length === 0 ? {} : { typed: String(wide.length) }),
    },
    context,
  );
}

/** A jail gives its own time to every ban. */
function elementsFor({ found, nets }: Group, { seconds, reason }: Draft, now: UnixMs): readonly Element[] {
  const { fixedTimeout } = found.set;
  const time = fixedTimeout === undefined ? seconds : fixedTimeout;
  const end = endIn(found.set, time, now);
  return nets.map((net) => ({ net, seconds: time, comment: reason, ...end }));
}

function diffNotes(parts: readonly BulkPart[]): readonly SafeText[] {
  return parts.flatMap(({ group, elements, replaced, held, covered, clashing }) => {
    const was = new Set(replaced.map(({ net }) => net.text));
    const rows: readonly (readonly [string, readonly Net[]])[] = [
      ['new:', elements.flatMap(({ net }) => (was.has(net.text) ? [] : [net]))],
      ['there already, gets more time:', elements.flatMap(({ net }) => (was.has(net.text) ? [net] : []))],
      ['there already for as long:', held],
      ['inside a wider ban already:', covered.map(({ wanted }) => wanted)],
      ['left out, inside a wider ban that ends sooner:', clashing.map(({ wanted }) => wanted)],
    ];
    return rows.flatMap(([words, nets]) =>
      nets.length === 0 ? [] : [sanitise(`${group.found.set.key}: ${words} ${countAndName(nets)}`)],
    );
  });
}

function careNotes(nets: readonly Net[], wide: readonly Net[]): readonly SafeText[] {
  const notes: SafeText[] = [];
  const odd = nets.filter(isBogon);
  if (odd.length > 0)
    notes.push(
      sanitise(
        `look twice: private, reserved or documentation networks are in the list: ${countAndName(odd)}`,
      ),
    );
  if (wide.length > 0)
    notes.push(
      sanitise(
        `look twice: wider than /${WIDE_PREFIX[4]} (IPv4) or /${WIDE_PREFIX[6]} (IPv6): ${countAndName(wide)}`,
      ),
    );
  return notes;
}

function lateNotes(parts: readonly BulkPart[]): readonly SafeText[] {
  return parts.flatMap(({ group: { found } }) => {
    const { enforcement, name } = found.set;
    const late = enforcement.kind === 'dropped' && enforcement.afterEstablished;
    return late
      ? [
          sanitise(
            `${name} is tested after established flows are accepted: live flows go on until they are cut`,
          ),
        ]
      : [];
  });
}
