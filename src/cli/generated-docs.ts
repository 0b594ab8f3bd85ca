// The pages of docs/ that come from code, so that they cannot lie: keys, the session schema.

import { renderKeysDoc } from '../keys/docs.ts';
import { DEFAULT_KEYMAP } from '../keys/keymap.ts';
import { sessionJsonSchema } from '../session/schema.ts';

/** `path` is relative to the root of the project. */
export function generatedDocs(): readonly Readonly<{ path: string; text: string }>[] {
  return [
    { path: 'docs/keys.md', text: renderKeysDoc(DEFAULT_KEYMAP) },
    { path: 'docs/session.schema.json', text: `${JSON.stringify(sessionJsonSchema(), null, 2)}\n` },
  ];
}
