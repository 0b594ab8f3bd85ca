// The services of a session file as zod schemas: by unit, by monit's name, or by commands of their own. What only makes sense
// together is checked in normalise-services.ts.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { isAll, isMonitName, isServiceName, unitName } from '../core/services/thing.ts';
import { oneOrMany, text, textThat } from './fields.ts';
import { argv } from './shields-schema.ts';

const serviceOptions = z
  .strictObject({
    name: textThat(parseName).optional().describe('What it is called here; absent: its unit or check'),
    systemd: textThat(parseUnit).optional().describe('A unit: "nginx", "backup.timer"'),
    monit: textThat(parseCheck).optional().describe('A name of the control file of monit'),
    status: argv.optional().describe('Exit 0: it runs; 1 or 3: it does not'),
    start: argv.optional(),
    stop: argv.optional(),
    restart: argv.optional().describe('Absent: stop, then start'),
    host: text.optional().describe('Where it is: a host, a group or "all"; absent: the default host'),
    hosts: oneOrMany.optional().describe('The same, several'),
  })
  .describe('Exactly one of systemd, monit, or commands of its own');

export const servicesSchema = z
  .union([z.array(serviceOptions), z.record(z.string(), serviceOptions)])
  .describe('What the pane "services" shows and `opsconsole service` acts on: a list, or name → service');

export type ServicesFile = z.infer<typeof servicesSchema>;
export type ServiceWritten = z.infer<typeof serviceOptions>;

/** The keys that a mapping below `services` may have, for "did you mean". */
export function serviceKeysAt(path: readonly PropertyKey[]): readonly string[] {
  return path.length === 2 ? Object.keys(serviceOptions.shape) : [];
}

function parseName(written: string): Result<string> {
  if (isServiceName(written)) return ok(written);
  return fail(
    problem(
      'bad-input',
      `"${sanitise(written, 60)}" is no name for a service: letters, digits, ".", "_", "@", "-"`,
    ),
  );
}

function parseUnit(written: string): Result<string> {
  const unit = unitName(written);
  if (unit !== undefined) return ok(unit);
  return fail(
    problem('bad-input', `"${sanitise(written, 60)}" is no unit of a service, socket, timer or path`),
  );
}

function parseCheck(written: string): Result<string> {
  if (isAll(written)) return fail(problem('bad-input', '"all" would be every service of monit: name one'));
  if (isMonitName(written)) return ok(written);
  return fail(problem('bad-input', `"${sanitise(written, 60)}" is no name of a service of monit`));
}
