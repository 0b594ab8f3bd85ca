// The questions to `ip`: all of a family in one program start. What is known from the reading before is asked along at once, so that a
// second turn is needed only when an address or a gateway is new.

import { type Family, makeNet, type Net } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { LinkRow, RouteRow, RuleRow, Way } from '../../core/uplinks.ts';
import type { Host } from '../../host/host.ts';
import {
  type Answer,
  parseLinks,
  parseNeighbour,
  parseRoutes,
  parseRules,
  parseWay,
  readBatch,
} from './ip-parse.ts';
import { gatewayOf, isAsked, type Network, neighbourKey } from './judge.ts';

/**
 * Root servers: nothing is sent there, the kernel is asked which way it would take. Not what the file names: hosts that are watched
 * often have routes of their own.
 */
export const OUTSIDE: Readonly<Record<Family, Net>> = {
  4: makeNet(4, 0xc6290004n, 32),
  6: makeNet(6, 0x20010503ba3e00000000000000020030n, 128),
};
const TIMEOUT_MS = 5000;
/** About 20,000 routes. */
const OUTPUT_MAX = 4 * 1_048_576;
const ADDRESSES_MAX = 200;
/** What `ip` itself takes for a name, less than the kernel does: nothing that a batch could read as more than a word. */
const DEV = /^[A-Za-z0-9_.:@-]{1,15}$/;

export type Gateway = Readonly<{ via: Net; dev: string }>;
type Known = Readonly<{ addresses: readonly Net[]; gateways: readonly Gateway[] }>;
const NOTHING: Known = { addresses: [], gateways: [] };

export type NetworkAsker = Readonly<{ ask(host: Host, signal: AbortSignal): Promise<Result<Network>> }>;

export function createNetworkAsker(): NetworkAsker {
  let known: Known = NOTHING;
  return {
    async ask(host, signal) {
      for (let turn = 0; ; turn++) {
        const asked = known;
        const told = await askBoth(host, asked, signal);
        if (!told.ok) return told;
        known = knownFrom(told.value);
        if (turn > 0 || isCovered(asked, known)) return told;
      }
    },
  };
}

function knownFrom({ links, routes }: Network): Known {
  const addresses = links.flatMap((link) =>
    link.addresses.filter((address) => isAsked(link, address)).map(({ net }) => net),
  );
  const gateways = links.flatMap((link) =>
    link.addresses.flatMap((address) => {
      const via =
        isAsked(link, address) && DEV.test(link.name) ? gatewayOf(routes, link.name, address) : undefined;
      return via === undefined ? [] : [{ via, dev: link.name }];
    }),
  );
  const byKey = new Map(gateways.map((gateway) => [neighbourKey(gateway.via, gateway.dev), gateway]));
  return {
    addresses: addresses.slice(0, ADDRESSES_MAX),
    gateways: [...byKey.values()].slice(0, ADDRESSES_MAX),
  };
}

function isCovered(asked: Known, now: Known): boolean {
  const addresses = new Set(asked.addresses.map(({ text }) => text));
  const gateways = new Set(asked.gateways.map(({ via, dev }) => neighbourKey(via, dev)));
  return (
    now.addresses.every(({ text }) => addresses.has(text)) &&
    now.gateways.every(({ via, dev }) => gateways.has(neighbourKey(via, dev)))
  );
}

type Told = Readonly<{
  links: readonly LinkRow[];
  rules: readonly RuleRow[];
  routes: readonly RouteRow[];
  ways: readonly (readonly [string, Way])[];
  neighbours: readonly (readonly [string, boolean])[];
}>;

async function askBoth(host: Host, known: Known, signal: AbortSignal): Promise<Result<Network>> {
  const [four, six] = await Promise.all([
    askFamily(host, 4, { known, signal }),
    askFamily(host, 6, { known, signal }),
  ]);
  if (!four.ok) return four;
  if (!six.ok && six.problem.code === 'cancelled') return six;
  // A kernel without IPv6 answers strangely; IPv4 is worth showing all the same.
  const both = six.ok ? [four.value, six.value] : [four.value];
  return ok({
    links: both.flatMap(({ links }) => links),
    rules: both.flatMap(({ rules }) => rules),
    routes: both.flatMap(({ routes }) => routes),
    targets: OUTSIDE,
    gaps: six.ok ? [] : [sanitise(`IPv6: ${six.problem.summary}`, 160)],
    ways: new Map(both.flatMap(({ ways }) => ways)),
    neighbours: new Map(both.flatMap(({ neighbours }) => neighbours)),
  });
}

/** Links and all addresses come with the first question of the first family. */
export function questionsOf(family: Family, known: Known): readonly string[] {
  const target = OUTSIDE[family];
  const addresses = known.addresses.filter((net) => net.family === family);
  const gateways = known.gateways.filter(({ via }) => via.family === family);
  return [
    ...(family === 4 ? ['address show'] : []),
    'rule show',
    'route show table all',
    ...addresses.map((net) => `route get ${target.text} from ${net.text}`),
    ...gateways.map(({ via, dev }) => `neigh show to ${via.text} dev ${dev}`),
  ];
}

async function askFamily(
  host: Host,
  family: Family,
  asking: Readonly<{ known: Known; signal: AbortSignal }>,
): Promise<Result<Told>> {
  const questions = questionsOf(family, asking.known);
  const six = family === 6 ? (['-6'] as const) : [];
  const finished = await host.run(
    command(['ip', ...six, '-force', '-j', '-d', '-batch', '-'], {
      stdin: `${questions.join('\n')}\n`,
      timeoutMs: TIMEOUT_MS,
      outputMaxBytes: OUTPUT_MAX,
      okExits: [1, 2],
    }),
    asking.signal,
  );
  if (!finished.ok) return finished.problem.code === 'too-large' ? fail(tooLarge()) : finished;
  const answers = readBatch(finished.value.stdout, finished.value.stderr, questions.length);
  if (answers === undefined) return fail(strange(finished.value.stderr));
  const [first] = answers;
  if (family === 4 && first !== undefined && 'failed' in first)
    return fail(problem('bad-exit', `ip does not show the addresses: ${first.failed}`));
  return ok(toldBy(family, answers, asking.known));
}

function toldBy(family: Family, answers: readonly Answer[], { addresses, gateways }: Known): Told {
  const rest = [...answers];
  const next = (): Answer => rest.shift() ?? { rows: [] };
  const rows = (answer: Answer) => ('failed' in answer ? [] : answer.rows);
  const links = family === 4 ? parseLinks(rows(next())) : [];
  const rules = parseRules(rows(next()), family);
  const routes = parseRoutes(rows(next()), family);
  const ways = addresses.flatMap((net) =>
    net.family === family ? [[net.text, parseWay(next())] as const] : [],
  );
  const neighbours = gateways.flatMap(({ via, dev }) => {
    const there = via.family === family ? parseNeighbour(next()) : undefined;
    return there === undefined ? [] : [[neighbourKey(via, dev), there] as const];
  });
  return { links, rules, routes, ways, neighbours };
}

function tooLarge() {
  return problem('too-large', 'the tables of routes are too large to list here', {
    hint: 'a router with all routes of the internet: use ip route get by hand',
  });
}

function strange(stderr: string) {
  if (/BusyBox|unrecognized option|invalid option|Option ".*" is unknown/i.test(stderr))
    return problem('missing-tool', 'ip here does not speak JSON (BusyBox, or older than 2018)', {
      hint: 'install iproute2',
    });
  return problem('unreadable', 'ip answered, but not in a form that we know', {
    hint: 'iproute2 4.17 or newer?',
  });
}
