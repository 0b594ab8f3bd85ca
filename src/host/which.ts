// Finds tools in the fixed system folders, never in the operator's PATH: a `nft` planted in a writable folder must not run as root.

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

export const SYSTEM_PATH = [
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
] as const;

export type Which = Readonly<{
  /** Absolute path; a word that is an absolute path already is only checked. */
  find(tool: string): Promise<string | undefined>;
  forget(tool: string): void;
}>;

/** Found tools are remembered; missing ones are looked for again, because the operator may install them meanwhile. */
export function createWhich(): Which {
  const found = new Map<string, string>();
  return {
    async find(tool) {
      const known = found.get(tool);
      if (known !== undefined) return known;
      const candidates = tool.startsWith('/') ? [tool] : SYSTEM_PATH.map((folder) => `${folder}/${tool}`);
      if (!tool.startsWith('/') && !/^[A-Za-z0-9_+.@-]+$/.test(tool)) return undefined;
      for (const path of candidates) {
        if (await isProgram(path)) {
          found.set(tool, path);
          return path;
        }
      }
      return undefined;
    },
    forget: (tool) => void found.delete(tool),
  };
}

export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
