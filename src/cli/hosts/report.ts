// What a command on several hosts tells: each host's words together as soon as it is through, who failed, and how to try again.

import type { HostId } from '../../core/hosts.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { EXIT, type ExitStatus, type Io } from '../io.ts';
import type { Printed } from './host-io.ts';
import { withHost } from './json-lines.ts';
import { statusLine } from './status-line.ts';

export type Report = Readonly<{
  /** Plans before the question; hosts that say the same are named together. */
  plans(printed: readonly Readonly<{ id: HostId; printed: Printed }>[]): void;
  through(id: HostId, printed: Printed, status: ExitStatus): void;
  /** While somebody is asked nothing else is printed. */
  hold(): void;
  release(): void;
  end(): ExitStatus;
}>;

export type ReportOptions = Readonly<{
  hosts: readonly HostId[];
  io: Io;
  json: boolean;
  retry: (failed: readonly HostId[]) => SafeText;
}>;

export function createReport({ hosts, io, json, retry }: ReportOptions): Report {
  const line = statusLine(io);
  const waiting = new Set(hosts);
  const ended = new Map<HostId, ExitStatus>();
  const held: (() => void)[] = [];
  let holding = 0;
  const showWaiting = (): void => {
    if (waiting.size > 0) line.show(`… waiting for ${[...waiting].join(', ')}`);
  };
  showWaiting();
  const print = (task: () => void): void => {
    if (holding > 0) held.push(task);
    else {
      line.clear();
      task();
      showWaiting();
    }
  };
  return {
    plans(all) {
      line.clear();
      const texts = new Set(all.map(({ printed }) => printed.out));
      for (const text of texts) {
        const those = all.filter(({ printed }) => printed.out === text).map(({ id }) => id);
        io.stdout.write(`== ${those.join(', ')} ==\n${text}`);
      }
      for (const { id, printed } of all) io.stderr.write(prefixed(id, printed.err));
    },
    through(id, printed, status) {
      waiting.delete(id);
      ended.set(id, status);
      print(() => {
        if (printed.out !== '') io.stdout.write(json ? asJson(id, printed.out) : grouped(id, printed.out));
        io.stderr.write(prefixed(id, printed.err));
      });
    },
    hold() {
      holding++;
      line.clear();
    },
    release() {
      holding--;
      if (holding === 0) for (const task of held.splice(0)) print(task);
    },
    end() {
      line.clear();
      const unknown = hosts.filter((id) => ended.get(id) === EXIT.unknown);
      const failed = hosts.filter((id) => ended.get(id) !== EXIT.done);
      if (failed.length === 0) return EXIT.done;
      const again = failed.filter((id) => !unknown.includes(id));
      const told = (what: string, ids: readonly HostId[]): string =>
        ids.length === 0 ? '' : `${what} on ${ids.length} of ${hosts.length} hosts: ${ids.join(', ')}\n`;
      // What may have run is not done twice: the next command there looks first.
      io.stderr.write(told('not known', unknown) + told('not done', again));
      if (again.length > 0) io.stderr.write(`again: ${retry(again)}\n`);
      const statuses = new Set(failed.map((id) => ended.get(id) ?? EXIT.failed));
      const [only = EXIT.failed] = statuses;
      return statuses.size === 1 ? only : EXIT.failed;
    },
  };
}

function grouped(id: HostId, text: string): string {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  return whole.indexOf('\n') === whole.length - 1 ? `${id}: ${whole}` : `== ${id} ==\n${whole}`;
}

function prefixed(id: HostId, text: string): string {
  if (text === '') return '';
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  // Some words of a host begin with its name already.
  return lines
    .split('\n')
    .map((line) => (line.startsWith(`${id}: `) ? `${line}\n` : `${id}: ${line}\n`))
    .join('');
}

function asJson(id: HostId, text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => `${withHost(line, id)}\n`).join('');
}
