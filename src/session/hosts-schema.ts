// Hosts and groups of a session file as zod schemas. Names that point at each other are checked in normalise-hosts.ts.

// The namespace, not the object of the same name: that one keeps every language of messages in the bundle.
import * as z from 'zod';
import { HOST_COLOURS, parseDestination } from '../core/hosts.ts';
import { text, textThat } from './fields.ts';

export const SUDO_WAYS = ['auto', 'ask', 'never'] as const;

const hostOptions = z
  .strictObject({
    ssh: textThat(parseDestination)
      .optional()
      .describe('What ssh is given: an alias of ssh_config or [user@]name; absent: the name of the entry'),
    colour: z.enum(HOST_COLOURS).optional().describe('A colour that tells this host from others'),
    sudo: z
      .enum(SUDO_WAYS)
      .optional()
      .describe('"auto" (absent): sudo or doas when it wants no password; "ask": asked once; "never"'),
  })
  .describe('Everything else is in your ssh_config');

export const hostsSchema = z
  .record(z.string(), z.union([hostOptions, z.null()]))
  .describe('Hosts that are reached by ssh: name → nothing, or a mapping');

export const groupsSchema = z
  .record(z.string(), z.union([text, z.array(text).min(1, 'a group has at least one host')]))
  .describe('Several hosts under one name; "all" is every host of the session');

/** A host where it is used: checked against `hosts`. */
export const hostName = text.describe('A host of this file, or "local": this machine');

/** The keys that a mapping below `hosts` or `groups` may have, for "did you mean". */
export function hostKeysAt(path: readonly PropertyKey[]): readonly string[] {
  return path[0] === 'hosts' && path.length === 2 ? Object.keys(hostOptions.shape) : [];
}
