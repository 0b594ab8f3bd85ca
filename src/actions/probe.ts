// Asks one set about one network without listing it, where its backend can.

import type { Net } from '../core/address.ts';
import type { SetInfo } from '../core/rows.ts';
import type { Presence } from '../firewall/backend.ts';
import { isUsableName } from '../firewall/hold.ts';
import { backendOf } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';

export async function probe(host: Host, set: SetInfo, net: Net, signal?: AbortSignal): Promise<Presence> {
  const question = isUsableName(set) ? backendOf(set)?.probe?.(set, net) : undefined;
  if (question === undefined) return 'unknown';
  const answers = await Promise.all(question.commands.map((one) => host.run(one, signal)));
  return question.read(answers.flatMap((answer) => (answer.ok ? [answer.value] : [])));
}
