// As much of pf.conf as the tests need: what a line says, and how pf prints a rule back.

import type { System } from './state.ts';

export type TableLine = Readonly<{
  name: string;
  persist: boolean;
  constant: boolean;
  counters: boolean;
  addresses?: readonly string[];
}>;
export type Config = {
  timeouts: Record<string, number>;
  limits: Record<string, number>;
  skip: string[];
  keepcounters: boolean;
  syncookies?: string;
  loginterface?: string;
  hostid?: string;
  tables: TableLine[];
  rules: { text: string; label?: string }[];
  /** What `-v` prints of the options. */
  shown: string[];
  /** "stdin:1: syntax error" */
  errors: string[];
};

const newConfig = (): Config => ({
  timeouts: {},
  limits: {},
  skip: [],
  keepcounters: false,
  tables: [],
  rules: [],
  shown: [],
  errors: [],
});

export type ReadFile = (path: string) => string | undefined;
type Source = Readonly<{ name: string; system: System; known: ReadonlySet<string>; read: ReadFile }>;

export function parseConfig(text: string, source: Source, config: Config = newConfig()): Config {
  for (const { line, words } of statements(text)) {
    const wrong = takeStatement(words, source, config);
    if (wrong !== undefined) config.errors.push(`${source.name}:${line}: ${wrong}`);
  }
  return config;
}

type Statement = Readonly<{ line: number; words: readonly string[] }>;

/** A line ends a statement, except inside braces or behind a backslash. `( … )` is one word, "{", "}" are words. */
function statements(text: string): readonly Statement[] {
  const found: { line: number; words: string[] }[] = [];
  let depth = 0;
  let open: { line: number; words: string[] } | undefined;
  for (const [index, raw] of text.replaceAll('\\\n', ' ').split('\n').entries()) {
    const line = raw.replace(/#.*$/, '');
    for (const [word] of line.matchAll(/"[^"]*"|\([^)]*\)|[{}!]|[^\s{},!]+/g)) {
      if (open === undefined) {
        open = { line: index + 1, words: [] };
        found.push(open);
      }
      if (word === '{') depth++;
      if (word === '}') depth--;
      open.words.push(word);
    }
    if (depth <= 0) {
      depth = 0;
      open = undefined;
    }
  }
  return found;
}

const bare = (word: string): string => word.replace(/^"(.*)"$/, '$1');
const unbraced = (words: readonly string[]): readonly string[] =>
  words.filter((word) => word !== '{' && word !== '}');

function takeStatement(words: readonly string[], source: Source, config: Config): string | undefined {
  const [first = '', second = ''] = words;
  if (words.some((word) => /^<[^>]*$|^[^<]*>$/.test(word) && !/^[<>]=?$/.test(word))) return 'syntax error';
  switch (first) {
    case 'set':
      return takeOption(words.slice(1), source, config);
    case 'table':
      return takeTable(words, config);
    case 'anchor':
      config.rules.push({ text: `anchor "${bare(second)}" all` });
      return undefined;
    case 'include':
      return takeInclude(bare(second), source, config);
    case 'block':
    case 'pass':
    case 'match':
      for (const rule of parseRules(words, source.system)) config.rules.push(rule);
      return undefined;
    case 'scrub':
    case 'nat':
    case 'rdr':
    case 'antispoof':
      config.rules.push({ text: words.join(' ') });
      return undefined;
    default:
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(first) && second === '=' ? undefined : 'syntax error';
  }
}

function takeInclude(path: string, source: Source, config: Config): string | undefined {
  const text = source.read(path);
  if (text === undefined) return `failed to include file ${path}`;
  parseConfig(text, { ...source, name: path }, config);
  return undefined;
}

function takeOption(words: readonly string[], source: Source, config: Config): string | undefined {
  const [option = '', ...rest] = words;
  const values = unbraced(rest);
  switch (option) {
    case 'timeout':
    case 'limit': {
      const target = option === 'timeout' ? config.timeouts : config.limits;
      for (let index = 0; index < values.length; index += 2) {
        const name = values[index] ?? '';
        const value = Number(values[index + 1]);
        const known = source.known.has(`${option} ${name}`);
        if (!known) return option === 'timeout' ? `unknown timeout ${name}` : `unable to set limit ${name}`;
        if (!Number.isInteger(value)) return 'syntax error';
        target[name] = value;
        config.shown.push(`set ${option} ${name} ${value}`);
      }
      return values.length === 0 ? 'syntax error' : undefined;
    }
    case 'skip':
      config.skip.push(...values.slice(1));
      config.shown.push(`set skip on { ${values.slice(1).join(' ')} }`);
      return undefined;
    case 'keepcounters':
      config.keepcounters = true;
      return undefined;
    case 'syncookies':
      config.syncookies = rest.join(' ');
      config.shown.push(`set syncookies ${config.syncookies}`);
      return undefined;
    case 'loginterface':
      config.loginterface = values[0] ?? '';
      return undefined;
    case 'hostid':
      config.hostid = Number(values[0]).toString(16).padStart(8, '0');
      return undefined;
    default:
      return /^(block-policy|state-policy|state-defaults|optimization|debug|fingerprints|ruleset-optimization|reassemble)$/.test(
        option,
      )
        ? undefined
        : 'syntax error';
  }
}

function takeTable(words: readonly string[], config: Config): string | undefined {
  const name = /^<([^>]{1,31})>$/.exec(words[1] ?? '')?.[1];
  if (name === undefined) return 'syntax error';
  const brace = words.indexOf('{');
  const flags = words.slice(2, brace < 0 ? undefined : brace);
  const has = (flag: string): boolean => flags.includes(flag);
  const inline = brace < 0 ? {} : { addresses: unbraced(words.slice(brace)) };
  const { length } = flags.filter((flag) => !['persist', 'const', 'counters'].includes(flag));
  if (length > 0) return 'syntax error';
  config.tables.push({
    name,
    persist: has('persist'),
    constant: has('const'),
    counters: has('counters'),
    ...inline,
  });
  return undefined;
}

type Rule = {
  action: string;
  dir: string;
  log: string;
  quick: boolean;
  on: string;
  af: string;
  proto: string;
  hosts: { from: string; fromPort: string; to: string; toPort: string };
  flags: string;
  state: string;
  stateOptions: string;
  label: string;
  tail: string[];
};

/** Lists of hosts and ports become one rule each, as pf makes them. */
function parseRules(words: readonly string[], system: System): readonly { text: string; label?: string }[] {
  const open = words.indexOf('{');
  if (open < 0) {
    const rule = readRule(words);
    const label = rule.label === '' ? {} : { label: rule.label };
    return [{ text: printRule(rule, system), ...label }];
  }
  const close = words.indexOf('}', open);
  const end = close < 0 ? words.length : close;
  return words
    .slice(open + 1, end)
    .flatMap((word) => parseRules([...words.slice(0, open), word, ...words.slice(end + 1)], system));
}

function readRule(words: readonly string[]): Rule {
  const rule: Rule = {
    action: words[0] ?? '',
    dir: '',
    log: '',
    quick: false,
    on: '',
    af: '',
    proto: '',
    hosts: { from: 'any', fromPort: '', to: 'any', toPort: '' },
    flags: '',
    state: '',
    stateOptions: '',
    label: '',
    tail: [],
  };
  let side: 'from' | 'to' = 'from';
  let index = 1;
  const next = (): string => {
    const word = words[index++] ?? '';
    return word === '!' ? `! ${words[index++] ?? ''}` : word;
  };
  while (index < words.length) {
    const word = next();
    if (word === 'drop' || word.startsWith('return')) rule.action = `${rule.action} ${word}`;
    else if (word === 'in' || word === 'out') rule.dir = word;
    else if (word === 'log') rule.log = (words[index] ?? '').startsWith('(') ? `log ${next()}` : 'log';
    else if (word === 'quick') rule.quick = true;
    else if (word === 'on') rule.on = next();
    else if (word === 'inet' || word === 'inet6') rule.af = word;
    else if (word === 'proto') rule.proto = next();
    else if (word === 'all') continue;
    else if (word === 'from' || word === 'to') {
      side = word;
      rule.hosts[word] = next();
    } else if (word === 'port') {
      const port = next();
      rule.hosts[`${side}Port`] = port === '=' || port === '!=' ? `${port} ${next()}` : port;
    } else if (word === 'flags') rule.flags = next();
    else if (word === 'keep' || word === 'modulate' || word === 'synproxy' || word === 'no')
      rule.state = `${word} ${next()}`;
    else if (word.startsWith('(')) rule.stateOptions = word;
    else if (word === 'label') rule.label = bare(next());
    else rule.tail.push(word);
    if (word === 'to' || word === 'proto') side = 'to';
  }
  return rule;
}

const SERVICES: Readonly<Record<string, string>> = {
  22: 'ssh',
  25: 'smtp',
  53: 'domain',
  80: 'http',
  443: 'https',
};

function printPort(port: string, system: System): string {
  if (port === '') return '';
  const [sign, number = ''] = port.includes(' ') ? port.split(' ') : ['=', port];
  if (number.includes(':') && sign === '=') return ` port ${number}`;
  const name = system === 'freebsd15' ? (SERVICES[number] ?? number) : number;
  return ` port ${sign} ${name}`;
}

function printRule(rule: Rule, system: System): string {
  const { from, fromPort, to, toPort } = rule.hosts;
  const everybody = from === 'any' && to === 'any' && fromPort === '' && toPort === '';
  const pass = rule.action === 'pass';
  const tcp = rule.proto === '' || rule.proto === 'tcp';
  const flags = rule.flags === '' && pass && tcp && rule.state !== 'no state' ? 'S/SA' : rule.flags;
  const options = printStateOptions(rule.stateOptions);
  const silent =
    system === 'openbsd78' && options === '' && (rule.state === '' || rule.state === 'keep state');
  const state = !pass || silent ? '' : rule.state || 'keep state';
  const words = [
    rule.action === 'block' ? 'block drop' : rule.action,
    rule.dir,
    rule.log,
    rule.quick ? 'quick' : '',
    rule.on === '' ? '' : `on ${rule.on}`,
    rule.af,
    rule.proto === '' ? '' : `proto ${rule.proto}`,
    everybody ? 'all' : `from ${from}${printPort(fromPort, system)} to ${to}${printPort(toPort, system)}`,
    flags === '' ? '' : `flags ${flags}`,
    state,
    options,
    rule.label === '' ? '' : `label "${rule.label}"`,
    ...rule.tail,
  ];
  return words.filter((word) => word !== '').join(' ');
}

function printStateOptions(group: string): string {
  if (group === '') return '';
  const given = group
    .slice(1, -1)
    .split(',')
    .map((option) => option.trim());
  const tracks = given.some((option) => /^(max-src-|source-track)/.test(option));
  const kept = given.filter((option) => !/^source-track/.test(option));
  const rate = /\/(\d+)$/.exec(given.find((option) => option.startsWith('max-src-conn-rate ')) ?? '')?.[1];
  const first = given.find((option) => option.startsWith('source-track')) ?? 'source-track rule';
  const words = [...(tracks ? [first] : []), ...kept, ...(rate === undefined ? [] : [`src.track ${rate}`])];
  return `(${words.join(', ')})`;
}
