// Which filter a jail uses: the running server does not tell, its configuration does. In the order of jail.conf(5):
//
//   /etc/fail2ban/jail.conf   [DEFAULT]\nmode = normal\nfilter = %(__name__)s[mode=%(mode)s]       (fail2ban 1.0.2)
//   /etc/fail2ban/jail.local  [web]\nfilter = nginx-http-auth

import type { Host } from '../../host/host.ts';

/** What comes from ports lies apart on FreeBSD. */
const folderOn = (system: Host['system']): string =>
  system === 'freebsd' ? '/usr/local/etc/fail2ban' : '/etc/fail2ban';
const FILES_MAX = 200;
const DEPTH_MAX = 10;
/** No filter is so long. What refers to itself doubles with each turn. */
const LINE_MAX = 2000;

type Sections = Map<string, Map<string, string>>;

/** "sshd[mode=normal]"; undefined = not told, or nothing that can stand in a command. */
export async function filterOf(
  host: Pick<Host, 'read' | 'glob' | 'system'>,
  jail: string,
): Promise<string | undefined> {
  const sections: Sections = new Map();
  for (const path of await configFiles(host)) {
    const read = await host.read(path);
    if (read.ok) readIni(read.value.toString('utf8'), sections);
  }
  return filterIn(sections, jail);
}

async function configFiles(host: Pick<Host, 'glob' | 'system'>): Promise<readonly string[]> {
  const folder = folderOn(host.system);
  const found = async (kind: string): Promise<readonly string[]> => {
    const paths = await host.glob(`${folder}/jail.d/*.${kind}`);
    return paths.ok ? paths.value.slice(0, FILES_MAX) : [];
  };
  return [
    ...[`${folder}/jail.conf`, ...(await found('conf'))],
    ...[`${folder}/jail.local`, ...(await found('local'))],
  ];
}

/** Adds what a file says to what those before it said. */
export function readIni(text: string, sections: Map<string, Map<string, string>>): void {
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split('\n')) {
    if (line.length > LINE_MAX || /^\s*([#;]|$)/.test(line)) continue;
    const head = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (head !== undefined) {
      section = sections.get(head) ?? new Map();
      sections.set(head, section);
      key = undefined;
      continue;
    }
    if (section === undefined) continue;
    const [, name, value] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (/^\s/.test(line)) {
      if (key !== undefined) section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`);
    } else if (name !== undefined && value !== undefined) {
      key = name;
      section.set(key, value.replace(/\s[;#].*$/, '').trim());
    }
  }
}

export function filterIn(
  sections: ReadonlyMap<string, ReadonlyMap<string, string>>,
  jail: string,
): string | undefined {
  const own = sections.get(jail);
  const defaults = sections.get('DEFAULT');
  const lookUp = (name: string): string | undefined =>
    name === '__name__' ? jail : (own?.get(name) ?? defaults?.get(name));
  let text = lookUp('filter');
  for (let depth = 0; depth < DEPTH_MAX && text?.includes('%(') === true; depth++)
    text = text
      .slice(0, LINE_MAX)
      .replace(/%\(([^)]+)\)s/g, (_, name: string) => (lookUp(name) ?? '').slice(0, LINE_MAX));
  const filter = text?.slice(0, LINE_MAX + 1).replace(/\[[^\]]*=\s*\]$/, '');
  return filter !== undefined && /^[\w.@+-]+(\[[^\n\0]{0,200}\])?$/.test(filter) && !filter.startsWith('-')
    ? filter
    : undefined;
}
