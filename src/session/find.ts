// Which session file an argument means. Pure: gives the candidates in order, the caller looks which exists.

import { join, resolve } from 'node:path';

export type Candidate = Readonly<{
  path: string /** The operator named it: not finding it is an error. */;
  named: boolean;
}>;
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A path (with "/" or ending in .yml/.yaml) means that file; a bare NAME means $XDG_CONFIG_HOME/opsconsole/NAME.yml;
 * nothing means ./.opsconsole.yml, then the `default` session.
 */
export function sessionCandidates(
  argument: string | undefined,
  environment: Environment,
  cwd: string,
): readonly Candidate[] {
  const folder = configFolder(environment);
  if (argument === undefined) {
    return [
      { path: join(cwd, '.opsconsole.yml'), named: false },
      ...inFolder(folder, 'default').map((path) => ({ path, named: false })),
    ];
  }
  if (argument.includes('/') || /\.ya?ml$/.test(argument))
    return [{ path: resolve(cwd, argument), named: true }];
  return inFolder(folder, argument).map((path) => ({ path, named: true }));
}

/** XDG Base Directory: $XDG_CONFIG_HOME if absolute, else ~/.config. */
export function configFolder(environment: Environment): string {
  const configured = environment.XDG_CONFIG_HOME;
  const base = configured?.startsWith('/') ? configured : join(environment.HOME ?? '/', '.config');
  return join(base, 'opsconsole');
}

function inFolder(folder: string, name: string): readonly string[] {
  return [join(folder, `${name}.yml`), join(folder, `${name}.yaml`)];
}
