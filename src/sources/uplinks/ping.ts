// One ping each from many addresses, in one program start: a small script starts them side by side and waits. What they print:
//
//   64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.374 ms                 (iputils 20221126)
//   1 packets transmitted, 0 packets received, 100% packet loss              (BusyBox 1.35.0)

import type { Net } from '../../core/address.ts';
import type { HostSystem } from '../../core/host-system.ts';
import { type Command, command, quoteWord } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';

/** `dev`: where an address of one link only is looked for. */
export type Probe = Readonly<{ from: Net; to: Net; dev: string }>;
/** A number: milliseconds; null: no answer within a second; words: ping could not try. */
export type ProbeResult = number | null | SafeText;

/** At once; more of them take turns. */
export const PROBES_AT_ONCE = 32;
const TIMEOUT_MS = 8000;
const MARK = '#opsconsole-ping';

/** Undefined where we do not know how ping is told its source. */
export function pingCommand(probes: readonly Probe[], system: HostSystem): Command | undefined {
  const lines = probes.map((probe, index) => {
    const argv = pingArgv(probe, system);
    return argv === undefined ? undefined : `p ${index} ${argv.map(quoteWord).join(' ')} &`;
  });
  if (lines.some((line) => line === undefined)) return undefined;
  const script = [
    // One write each, so that what ends at once is not mixed.
    `p() { i=$1; shift; o=$("$@" 2>&1 </dev/null); r=$?; printf '\\n${MARK} %s %s\\n%s\\n' "$i" "$r" "$o"; }`,
    ...lines,
    'wait',
  ];
  return command(['sh', '-c', script.join('\n')], { timeoutMs: TIMEOUT_MS, outputMaxBytes: 262_144 });
}

function pingArgv({ from, to, dev }: Probe, system: HostSystem): readonly string[] | undefined {
  const target = isLinkLocal(to) ? `${to.text}%${dev}` : to.text;
  const six = from.family === 6;
  switch (system) {
    case 'linux':
      return ['ping', '-n', '-c1', '-W1', '-I', from.text, target];
    case 'freebsd':
    case 'darwin':
      // Their ping6 has no short deadline of its own; the script's is the command's.
      return six
        ? ['ping6', '-n', '-c1', '-S', from.text, target]
        : ['ping', '-n', '-c1', '-t1', '-S', from.text, target];
    case 'openbsd':
      return [six ? 'ping6' : 'ping', '-n', '-c1', '-w1', '-I', from.text, target];
    case 'other':
      return undefined;
  }
}

function isLinkLocal({ family, value }: Net): boolean {
  return family === 6 && value >> 118n === 0x3fan;
}

/** In the order of the probes; a probe that nothing was said of is lost in words, never in numbers. */
export function readPings(stdout: string, probes: number): readonly ProbeResult[] {
  const results: ProbeResult[] = Array.from({ length: probes }, () => safe('ping said nothing'));
  const marks = new RegExp(`^${MARK} (\\d{1,4}) (\\d{1,3})$`);
  let at: number | undefined;
  let lines: string[] = [];
  const end = (): void => {
    if (at !== undefined && at < probes) results[at] = readPing(lines);
    lines = [];
  };
  for (const line of stdout.split('\n')) {
    const index = marks.exec(line)?.[1];
    if (index === undefined) lines.push(line);
    else {
      end();
      at = Number(index);
    }
  }
  end();
  return results;
}

function readPing(lines: readonly string[]): ProbeResult {
  for (const line of lines) {
    const ms = /\btime[=<](\d{1,6}(?:\.\d{1,6})?) ?ms\b/.exec(line)?.[1];
    if (ms !== undefined) return Number(ms);
  }
  if (lines.some((line) => /\b0 (?:packets )?received\b/.test(line))) return null;
  return whyNot(lines);
}

function whyNot(lines: readonly string[]): SafeText {
  const text = lines.join(' ');
  if (/not permitted|permission denied|missing cap_net_raw/i.test(text))
    return safe('this user may not ping (no right to raw sockets)');
  if (/not found/i.test(text)) return safe('ping is not installed');
  if (/assign requested address|multicast source interface/i.test(text))
    return safe('the address is not on this host any more');
  if (/unreachable|no route/i.test(text)) return safe('there is no way there');
  const said = lines.map((line) => line.trim()).find((line) => line !== '' && !/^PING /.test(line));
  return sanitise(said?.replace(/^(?:\S*\/)?ping6?: /, '') ?? 'ping said nothing', 120);
}
