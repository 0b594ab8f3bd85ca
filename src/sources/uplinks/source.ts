// The ways out of a host: what `ip` says of addresses, rules and tables, tunnels and WireGuard's peers on a slow clock, and pings on
// a clock of their own. A part that cannot be read is a sentence; without addresses there is nothing to show.

import { type Net, parseHost } from '../../core/address.ts';
import type { UplinksSpec } from '../../core/pane.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { AddressRow, PeerRow, ReachSample, TunnelAnswer, UplinksSample } from '../../core/uplinks.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource } from '../source.ts';
import { createBsdAsker, isBsd } from './bsd.ts';
import { createNetworkAsker } from './ip-ask.ts';
import { addressRows, hostFindings, type Network } from './judge.ts';
import { tableRows } from './judge-tables.ts';
import {
  LISTENERS,
  LISTENERS_BARE,
  type Listener,
  PROCESSES,
  parseListeners,
  parseProcesses,
} from './processes.ts';
import { pairsOf, Reach } from './reach.ts';
import { checkCommand, readChecks } from './tunnel-check.ts';
import { tunnelRows } from './tunnels.ts';
import { judgePeers, parsePeers, WG_COMMAND } from './wireguard.ts';

export type UplinksSources = Readonly<{
  uplinks: PollSource<UplinksSample>;
  reach: PollSource<ReachSample>;
}>;
/** What the panes of a host ask for, all together. */
export type UplinksWish = Pick<UplinksSpec, 'targets' | 'gateways' | 'tunnels'>;

export const UPLINKS_MIN_MS = 5000;
const REACH_MS = 5000;
/** Waiting for a ping that is lost is no work. */
const REACH_DUTY = 0.5;
/** Each check opens a channel on the far side of the tunnel. */
const CHECK_MS = 30_000;

export function createUplinksSources({
  everyMs,
  wish,
}: Readonly<{ everyMs: number; wish: UplinksWish }>): UplinksSources {
  const targets = wish.targets.flatMap(targetOf);
  const asker = createNetworkAsker();
  const bsd = createBsdAsker();
  const checks = tunnelChecks(wish);
  const reach = new Reach();
  const known = Promise.withResolvers<void>();
  let addresses: readonly AddressRow[] = [];
  return {
    uplinks: {
      ...{ kind: 'poll', id: 'uplinks', everyMs },
      async read(host, signal, asked): Promise<Result<UplinksSample>> {
        const net = await (isBsd(host) ? bsd : asker).ask(host, signal);
        if (!net.ok) return net;
        addresses = addressRows(net.value);
        known.resolve();
        const [tunnels, peers] = await Promise.all([
          readTunnels({ host, signal, wish, answers: await checks(host, signal, asked?.asked === true) }),
          readPeers(host, net.value, signal),
        ]);
        return ok({
          at: host.now(),
          addresses,
          tables: isBsd(host) ? [] : tableRows(net.value),
          ...{ tunnels: tunnels.rows, peers: peers.rows, findings: hostFindings(addresses) },
          gaps: [...net.value.gaps, ...tunnels.gaps, ...peers.gaps],
        });
      },
    },
    reach: {
      ...{ kind: 'poll', id: 'uplinks-reach', everyMs: REACH_MS, dutyMax: REACH_DUTY },
      async read(host, signal): Promise<Result<ReachSample>> {
        await Promise.race([known.promise, aborted(signal)]);
        if (signal.aborted) return fail(problem('cancelled', 'stopped'));
        return reach.round(host, pairsOf(addresses, { gateways: wish.gateways === 'auto', targets }), signal);
      },
    },
  };
}

function targetOf(text: string): readonly Net[] {
  const parsed = parseHost(text);
  return parsed.ok ? [parsed.value] : [];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

type Part<Row> = Readonly<{ rows: readonly Row[]; gaps: readonly SafeText[] }>;

const gapOf = (what: string, { summary }: Problem): SafeText => sanitise(`${what}: ${summary}`, 160);

type Answers = ReadonlyMap<string, TunnelAnswer>;

/** Seldom, and at once when somebody asks for what is so now. */
function tunnelChecks({
  tunnels,
}: UplinksWish): (host: Host, signal: AbortSignal, asked: boolean) => Promise<Answers> {
  const check = checkCommand(tunnels);
  let last: Readonly<{ at: number; answers: Answers }> | undefined;
  return async (host, signal, asked) => {
    if (check === undefined || (await host.which('bash')) === undefined) return new Map();
    if (last !== undefined && !asked && host.now() - last.at < CHECK_MS) return last.answers;
    const finished = await host.run(check, signal);
    const answers: Answers = finished.ok ? readChecks(finished.value.stdout, tunnels) : new Map();
    last = { at: host.now(), answers };
    return answers;
  };
}

type TunnelReading = Readonly<{ host: Host; signal: AbortSignal; wish: UplinksWish; answers: Answers }>;

async function readTunnels({
  host,
  signal,
  wish,
  answers,
}: TunnelReading): Promise<Part<UplinksSample['tunnels'][number]>> {
  const listed = await host.run(PROCESSES, signal);
  if (!listed.ok) return { rows: [], gaps: [gapOf('the processes of tunnels', listed.problem)] };
  const processes = parseProcesses(listed.value.stdout, host.now());
  const needed = wish.tunnels.length > 0 || processes.some(({ forwards }) => forwards.length > 0);
  const heard = needed ? await readListeners(host, signal) : undefined;
  const listeners = heard?.ok === true ? heard.value : undefined;
  return {
    rows: tunnelRows({ processes, listeners, declared: wish.tunnels, answers }),
    gaps: heard?.ok === false ? [gapOf('what listens', heard.problem)] : [],
  };
}

async function readListeners(host: Host, signal: AbortSignal): Promise<Result<readonly Listener[]>> {
  if ((await host.which('ss')) === undefined)
    return fail(problem('missing-tool', 'ss (iproute2) is not installed'));
  const finished = await host.run(host.privileged ? LISTENERS : LISTENERS_BARE, signal);
  return finished.ok ? ok(parseListeners(finished.value.stdout)) : finished;
}

/** Asked only where there is an interface of WireGuard. */
async function readPeers(host: Host, { links }: Network, signal: AbortSignal): Promise<Part<PeerRow>> {
  const some = links.some(({ kind, name }) => kind === 'wireguard' || (isBsd(host) && /^wg\d/.test(name)));
  if (!some) return { rows: [], gaps: [] };
  if ((await host.which('wg')) === undefined)
    return { rows: [], gaps: [sanitise('peers of WireGuard: wg (wireguard-tools) is not installed')] };
  if (!host.privileged) return { rows: [], gaps: [sanitise('peers of WireGuard: wg answers root only')] };
  const finished = await host.run(WG_COMMAND, signal);
  // Its output holds keys: of a failure only the summary is told.
  return finished.ok
    ? { rows: judgePeers(parsePeers(finished.value.stdout), host.now()), gaps: [] }
    : { rows: [], gaps: [gapOf('peers of WireGuard', finished.problem)] };
}
