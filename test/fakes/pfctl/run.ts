// One call of pfctl: options, then what they ask for in pfctl's own order, whatever the order on the command line.

import { kill, killSources, showFlows, showSources } from './flows.ts';
import { load } from './load.ts';
import { parseArgv, usage, type Wish } from './options.ts';
import {
  showAnchors,
  showCreators,
  showInfo,
  showInterfaces,
  showLabels,
  showMemory,
  showRules,
  showTimeouts,
} from './show.ts';
import { type Answer, Ended, type Pf, warn } from './state.ts';
import { type Output, referencesOf, showTables, tableCommand } from './tables.ts';

export type Call = Readonly<{ argv: readonly string[]; stdin: () => string }>;

/** Changes `pf` in place. */
export function pfctl(pf: Pf, call: Call): Answer {
  const said: Output = { out: '', err: '', exitCode: 0 };
  let noisy = false;
  try {
    const wish = parseArgv(pf.system, call.argv);
    if (wish.recursive && wish.anchor === '' && wish.file !== undefined) throw usage(pf.system);
    if (wish.command === 'expire' && wish.operands.length !== 1) throw usage(pf.system);
    if (!wish.noAction) {
      open(pf);
      noisy = pf.system === 'openbsd78' && readsOnly(wish);
      if (wish.verbose > 0 && pf.system === 'freebsd15')
        said.err += 'No ALTQ support in kernel\nALTQ related functions disabled\n';
    }
    act(pf, wish, call, said);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    said.err += error.message;
    said.exitCode = error.exitCode;
  }
  // Limits are put back at the end of every call that fails, also where it may not: seven more lines.
  if (noisy && said.exitCode !== 0)
    for (const name of Object.keys(pf.limits)) said.err += warn(`DIOCSETLIMIT (${name}): Permission denied`);
  return { stdout: said.out, stderr: said.err, exitCode: said.exitCode };
}

function open(pf: Pf): void {
  if (pf.device === 'denied') throw new Ended(1, warn('/dev/pf: Permission denied'));
  if (pf.device === 'missing') throw new Ended(1, warn('/dev/pf: No such file or directory'));
}

const readsOnly = (wish: Wish): boolean =>
  !wish.disable &&
  !wish.enable &&
  wish.file === undefined &&
  wish.clear === undefined &&
  wish.kill.length + wish.killSources.length === 0 &&
  (wish.command === undefined || wish.command === 'show' || wish.command === 'test');

/** -k before -T, whatever comes first on the command line: what sshguard trips over. */
function act(pf: Pf, wish: Wish, call: Call, said: Output): void {
  const take = (told: Output): void => {
    said.out += told.out;
    said.err += told.err;
    said.exitCode = told.exitCode;
  };
  const say = (text: string): void => {
    if (!wish.quiet) said.err += text;
  };
  const stdin = wish.file === '-' ? call.stdin() : '';
  if (!wish.noAction) {
    if (wish.disable) say(toggle(pf, false));
    if (wish.show !== undefined) take(show(pf, wish));
    if (wish.clear !== undefined) say(clear(pf, wish));
    if (wish.kill.length > 0) say(kill(pf, wish));
    if (wish.killSources.length > 0) say(killSources(pf, wish));
  }
  if (wish.command !== undefined) {
    const list = wish.file === undefined ? undefined : wish.file === '-' ? stdin : pf.files?.[wish.file];
    take(tableCommand(pf, wish, list));
    return;
  }
  if (wish.file !== undefined) said.out += load(pf, wish, stdin);
  if (wish.enable && !wish.noAction) say(toggle(pf, true));
}

function toggle(pf: Pf, enable: boolean): string {
  if (pf.locked === true)
    throw new Ended(1, warn(`${enable ? 'DIOCSTART' : 'DIOCSTOP'}: Operation not permitted`));
  if (pf.enabled === enable) throw new Ended(1, warn(enable ? 'pf already enabled' : 'pf not enabled'));
  pf.enabled = enable;
  pf.enabledSeconds = 0;
  return enable ? 'pf enabled\n' : 'pf disabled\n';
}

function show(pf: Pf, wish: Wish): Output {
  const plain = (out: string): Output => ({ out, err: '', exitCode: 0 });
  switch (wish.show) {
    case 'Tables':
      return showTables(pf, wish);
    case 'rules':
      return showRules(pf, wish);
    case 'states':
      return plain(showFlows(pf, wish));
    case 'Sources':
      return plain(showSources(pf, wish));
    case 'info':
      return plain(showInfo(pf, wish));
    case 'memory':
      return plain(showMemory(pf));
    case 'timeouts':
      return plain(showTimeouts(pf));
    case 'Interfaces':
      return plain(showInterfaces(pf, wish));
    case 'Anchors':
      return plain(showAnchors(pf, wish));
    case 'labels':
      return plain(showLabels(pf));
    case 'creatorids':
      return plain(showCreators(pf));
    case 'Running':
      return { ...plain(pf.enabled ? 'Enabled\n' : 'Disabled\n'), exitCode: pf.enabled ? 0 : 1 };
    default:
      return plain('');
  }
}

/** No capture of these texts: from the source, and of no weight for what reads them. */
function clear(pf: Pf, wish: Wish): string {
  if (pf.locked === true) throw new Ended(1, warn('DIOCXBEGIN: Operation not permitted'));
  const all = wish.clear === 'all';
  let says = '';
  if (all || wish.clear === 'rules') {
    if (wish.anchor === '') pf.rules[''] = [];
    else delete pf.rules[wish.anchor];
    pf.tables = pf.tables.filter((table) => table.persist || referencesOf(pf, table) > 0);
    says += 'rules cleared\n';
  }
  if (all || wish.clear === 'states') {
    says += `${pf.flows.length} states cleared\n`;
    pf.flows = [];
  }
  if (all || wish.clear === 'Sources') {
    pf.sources = [];
    says += 'source tracking entries cleared\n';
  }
  if (all || wish.clear === 'info') says += 'pf: statistics cleared\n';
  if (all || wish.clear === 'Tables') {
    const gone = pf.tables.filter((table) => table.anchor === wish.anchor);
    pf.tables = pf.tables.filter((table) => table.anchor !== wish.anchor);
    says += `${gone.length} tables deleted.\n`;
  }
  return says;
}
