// Who is who in the playground: addresses from the documentation ranges (RFC 5737, RFC 3849), one network per group of
// people, a router between them and the server.

export const SERVER = { v4: '192.0.2.1', v6: '2001:db8::1' } as const;
export const OPERATOR = '203.0.113.200';

/** `v4`, `v6`: addresses with their prefix length. `router`: what stands on the router's end of the line. */
export type Line = Readonly<{
  name: 'server' | 'attack' | 'people' | 'office';
  v4: readonly string[];
  v6: readonly string[];
  router: Readonly<{ v4: string; v6?: string }>;
}>;

/** The first is the loudest, so that banning it alone is seen in the log. */
export const ATTACKERS4 = [7, 23, 42, 58, 77, 91, 113, 134, 160, 187, 201, 233].map((n) => `198.51.100.${n}`);
/** One machine that changes its address within its /64, as real ones do. */
export const ATTACKERS6 = ['1', '2f', 'a0', '1c3', 'beef', 'd00d'].map((n) => `2001:db8:bad:1::${n}`);
export const VISITORS4 = [21, 34, 55, 89].map((n) => `203.0.113.${n}`);
export const VISITORS6 = ['2001:db8:113:1::21', '2001:db8:113:2::34'];

const sized = (addresses: readonly string[], prefix: number): readonly string[] =>
  addresses.map((address) => `${address}/${prefix}`);

export const SERVER_LINE: Line = {
  name: 'server',
  v4: [`${SERVER.v4}/24`],
  v6: [`${SERVER.v6}/64`],
  router: { v4: '192.0.2.254/24', v6: '2001:db8::fe/64' },
};
export const LINES: Readonly<Record<'attack' | 'people' | 'office', Line>> = {
  attack: {
    name: 'attack',
    v4: sized(ATTACKERS4, 24),
    v6: sized(ATTACKERS6, 64),
    router: { v4: '198.51.100.254/24', v6: '2001:db8:bad:1::fe/64' },
  },
  people: {
    name: 'people',
    v4: sized(VISITORS4, 25),
    v6: sized(VISITORS6, 48),
    router: { v4: '203.0.113.126/25', v6: '2001:db8:113::fe/48' },
  },
  office: { name: 'office', v4: [`${OPERATOR}/26`], v6: [], router: { v4: '203.0.113.193/26' } },
};
