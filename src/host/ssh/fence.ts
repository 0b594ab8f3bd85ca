// Root's shells of a connection that broke are ended by root: what was on its way to them must not begin now.

import { type FarShell, fenceBody } from './hello.ts';
import type { Pool } from './pool.ts';
import type { Rights } from './rights.ts';

export async function fenceAsRoot(pool: Pool, rights: Rights, before: readonly FarShell[]): Promise<void> {
  const shells = before.filter(({ privileged }) => privileged === true);
  if (shells.length === 0 || !rights.privilege().rootLane) return;
  const root = await pool.alone(true);
  if (!root.ok) return;
  const nothing = (): void => undefined;
  await new Promise<void>((resolve) => {
    root.value.lane.send([
      { body: fenceBody(shells), onStdout: nothing, onStderr: nothing, onEnd: () => resolve() },
    ]);
  });
  root.value.release();
}
