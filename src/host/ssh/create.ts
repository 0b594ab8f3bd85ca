// Puts the parts together: a Host whose every call goes over one connection of the system's OpenSSH.

import { unixMs } from '../../core/brand.ts';
import { type HostSystem, hostSystemNamed } from '../../core/host-system.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Channel, OpenChannel } from './channel.ts';
import { createFarFiles } from './far-files.ts';
import { createFarPtys } from './far-pty.ts';
import { createFarRunner } from './far-run.ts';
import { createFarWhich } from './far-which.ts';
import { fenceAsRoot } from './fence.ts';
import { createFarFollow } from './follow.ts';
import { newMark } from './frames.ts';
import { createLine } from './link.ts';
import { createMeter } from './meter.ts';
import { askPassword } from './password.ts';
import { startPing } from './ping.ts';
import { createPool, type Opened } from './pool.ts';
import { startSsh } from './process.ts';
import { createRights } from './rights.ts';
import type { SshHost, SshOptions } from './ssh-host.ts';
import { clientWords, farShell, sshEnvironment } from './words.ts';

export type SshParts = Readonly<{
  openChannel: OpenChannel;
  /** Words of ssh that open one more session on the connection; undefined while there is none. */
  sessionWords(
    wish: Readonly<{ terminal: boolean; far?: string }>,
  ): readonly [string, ...string[]] | undefined;
  control: string;
}>;

const asItIs = (channel: Channel): Channel => channel;

export function createSshHost(options: SshOptions): SshHost {
  return createSshParts(options).host;
}

export function createSshParts(options: SshOptions): SshParts & Readonly<{ host: SshHost }> {
  const { name, line, pool, which, runner, rights, open, meter, system } = createTransport(options);
  const whyNot = () => (line.master() === undefined ? line.whyNot() : undefined);
  const ping = startPing(pool, (rttMs) => {
    if (line.measured({ rttMs })) meter.measure();
  });
  const files = createFarFiles({
    pool,
    whyNot,
    line: () => line.measures(),
    stream: runner.stream,
    system: () => line.connected()?.hello.system ?? '',
  });
  const openChannel: OpenChannel = async ({ privileged }) => {
    const opened = await open(privileged);
    return opened.ok ? ok(opened.value.channel) : opened;
  };
  const sessionWords: SshParts['sessionWords'] = (wish) =>
    line.connected() === undefined ? undefined : clientWords(options, line.control, wish);
  const ptys = createFarPtys({ name, sessionWords, whyNot: () => line.whyNot(), link: line });
  let skewMs = 0;
  const host: SshHost = {
    kind: 'ssh',
    name: options.entry.id,
    link: {
      ...line,
      async close() {
        ping.stop();
        pool.closeAll();
        await line.close();
      },
    },
    get privileged() {
      return rights.privileged();
    },
    get system() {
      return system();
    },
    now: () => {
      // Without a line: as it was. What is shown then has its age by that clock.
      skewMs = line.connected()?.skewMs ?? skewMs;
      return unixMs(Date.now() + skewMs);
    },
    ...runner,
    ...files,
    which: which.find,
    ...ptys,
    follow: createFarFollow({ openChannel, link: line }),
  };
  return { host, openChannel, control: line.control, sessionWords };
}

/** The line, its lanes, and what runs on them. */
function createTransport(options: SshOptions) {
  const name = sanitise(options.entry.id, 80);
  let known: HostSystem | undefined;
  const open = async (privileged: boolean): Promise<Result<Opened>> => {
    if (line.connected() === undefined) return fail(line.whyNot());
    const far = newMark();
    const shell = privileged ? rights.rootShell(far) : ok({ far: farShell(far), admit: asItIs });
    if (!shell.ok) return shell;
    const words = clientWords(options, line.control, { terminal: false, far: shell.value.far });
    const channel = await startSsh({ words, detached: true, env: sshEnvironment(true) });
    return ok({ channel: shell.value.admit(channel), name: far });
  };
  const pool = createPool({ main: () => line.connected(), open, whyNot: () => line.whyNot() });
  const which = createFarWhich(pool);
  const meter = createMeter(
    () => pool,
    (bytesPerSecond) => void line.measured({ bytesPerSecond }),
  );
  const line = createLine(options, {
    async onUp(master, before) {
      known = hostSystemNamed(master.hello.system);
      which.forgetAll();
      await rights.find(master.hello.uid);
      await fenceAsRoot(pool, rights, before);
    },
    onOpen() {
      meter.anew();
      meter.measure();
    },
    onLogin: () => rights.login(),
    onLost: () => pool.closeAll(),
    shells: () => pool.shells(),
  });
  const runner = createFarRunner({
    name,
    pool,
    locate: which.locate,
    forget: which.forget,
    privilege: () => rights.privilege(),
    whyNot: () => (line.connected() === undefined ? line.whyNot() : undefined),
    line: () => line.measures(),
    suspect: () => line.suspect(),
  });
  const rights = createRights({
    name,
    sudo: options.entry.sudo,
    which,
    runner,
    askPassword: options.askPassword ?? askPassword,
    async tryRoot() {
      const root = await pool.alone(true);
      if (root.ok) root.value.release();
      return root.ok ? ok(undefined) : root;
    },
  });
  return { name, line, pool, which, runner, rights, open, meter, system: () => known };
}
