// What keys and commands do about the lines to hosts: try again, or let ssh ask what it wants to know.

import type { HostId } from '../../core/hosts.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Link } from '../../host/host.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { Screen } from '../../terminal/screen.ts';
import type { HostsControl } from './host-command.ts';

export type HostLinesOptions = Readonly<{
  store: ConsoleStore;
  linkOf: (id: HostId) => Link | undefined;
  lend: Screen['lend'];
  /** To the terminal while it is lent. */
  print: (text: string) => void;
}>;

export function hostLines({ store, linkOf, lend, print }: HostLinesOptions): HostsControl {
  const say = (text: string, role: 'good' | 'warn' | 'plain'): void =>
    store.dispatch({ kind: 'modal/noticed', text: sanitise(text, 300), role });
  let asking = false;
  return {
    retry: (id) => {
      linkOf(id)?.retry();
      say(`${id}: trying again`, 'plain');
    },
    login: (id) => {
      const link = linkOf(id);
      if (link === undefined || asking) return;
      asking = true;
      void lend(async () => {
        print(`\nLogging in to ${id}; C-c goes back to opsconsole.\n`);
        return link.login();
      })
        .then((result) => {
          if (result.ok) say(`${id}: logged in`, 'good');
          else say(`${id}: ${result.problem.summary}`, 'warn');
        })
        .finally(() => {
          asking = false;
        });
    },
  };
}
