// The field of an act dialog that says on which hosts: this one, a group, all; from a table of hosts those that it means.

import type { HostId } from '../../core/hosts.ts';
import type { PaneSpec } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { ActForm, Field, FieldOption } from '../act-form.ts';
import { manyHosts } from '../select/hosts.ts';
import type { ConsoleState } from '../state.ts';
import { EMPTY_INPUT } from '../text-input.ts';
import { allBansHosts } from './all-bans-pane.ts';
import { hostsTaken } from './hosts-pane.ts';
import { hostWords, scopesOf } from './wanted.ts';

/** Unchanged where there is one host only, and for an undo, which knows its host. */
export function withHosts(form: ActForm, state: ConsoleState, pane: PaneSpec | undefined): ActForm {
  if (!manyHosts(state.session) || form.action === 'undo') return form;
  const meant = meantBy(state, pane);
  const options: FieldOption[] = [{ label: sanitise(state.at, 63), value: { kind: 'hosts' } }];
  for (const { label, hosts } of scopesOf(state.session))
    options.push({ label, value: { kind: 'hosts', hosts } });
  let at = 0;
  if (meant !== undefined && !(meant.length === 1 && meant[0] === state.at)) {
    at = options.findIndex(({ value }) => value.kind === 'hosts' && sameHosts(value.hosts, meant));
    if (at < 0) {
      const label = meant.length === 1 ? hostWords(meant) : sanitise(`${meant.length} hosts here`);
      options.splice(1, 0, { label, value: { kind: 'hosts', hosts: meant } });
      at = 1;
    }
  }
  const field: Field = { kind: 'choice', id: 'hosts', label: safe('on'), options, at, input: EMPTY_INPUT };
  return { ...form, fields: [...form.fields.slice(0, 1), field, ...form.fields.slice(1)] };
}

function meantBy(state: ConsoleState, pane: PaneSpec | undefined): readonly HostId[] | undefined {
  const hosts = pane === undefined ? undefined : state.fleet.hosts.get(pane.id);
  const bans = pane === undefined ? undefined : state.fleet.bans.get(pane.id);
  const meant = hosts === undefined ? bans && allBansHosts(state, bans) : hostsTaken(state, hosts);
  return meant === undefined || meant.length === 0 ? undefined : meant;
}

function sameHosts(a: readonly HostId[] | undefined, b: readonly HostId[]): boolean {
  return a?.length === b.length && b.every((id) => a.includes(id));
}
