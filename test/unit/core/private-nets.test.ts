import { expect, it } from 'vitest';
import { parseNet } from '../../../src/core/address.ts';
import { isPrivate } from '../../../src/core/private-nets.ts';

const is = (text: string): boolean => {
  const parsed = parseNet(text);
  return parsed.ok && isPrivate(parsed.value.net);
};

it('knows the networks of RFC 1918, 6598 and 4193, and nothing wider', () => {
  for (const text of ['10.1.2.3', '172.31.255.1', '192.168.0.0/16', '100.64.0.1', 'fd00::1', 'fc00::/7'])
    expect(is(text), text).toBe(true);
  for (const text of ['172.32.0.1', '100.128.0.1', '192.0.0.0/8', '8.8.8.8', '2001:db8::1', 'fe80::1'])
    expect(is(text), text).toBe(false);
});
