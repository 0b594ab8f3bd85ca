// Ordinary visitors: one request every one to three seconds each, a new connection now and then, as browsers do. Their
// log says whether they are served: shields that hurt them would be seen here first.

import { appendFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { clock } from './clock.ts';

export type VisitorsConfig = Readonly<{
  v4: readonly string[];
  v6: readonly string[];
  target4: string;
  target6: string;
  port: number;
  log: string;
}>;

const PATHS = ['/', '/about', '/products', '/products/7', '/news', '/contact', '/style.css', '/logo.svg'];
const PATIENCE_MS = 4_000;
/** Requests on one connection before the next visit: few enough flows that no shields take a visitor for an attacker. */
const VISIT = 8;

export async function visit(config: VisitorsConfig): Promise<void> {
  for (const source of [...config.v4, ...config.v6]) void visitor(source, config);
}

async function visitor(source: string, config: VisitorsConfig): Promise<never> {
  for (let round = Math.floor(Math.random() * PATHS.length); ; ) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let request = 0; request < VISIT; request++, round++) {
      const asked = performance.now();
      const problem = await ask({ source, config, agent, path: PATHS[round % PATHS.length] ?? '/' });
      const took = (performance.now() - asked).toFixed(1);
      const what = problem === undefined ? `served in ${took} ms` : `FAILED: ${problem}`;
      appendFileSync(config.log, `${clock()} ${source} visitor: ${what}\n`);
      await later(1_000 + Math.random() * 2_000);
    }
    agent.destroy();
  }
}

type Ask = Readonly<{ source: string; config: VisitorsConfig; agent: Agent; path: string }>;

/** Undefined when the page came. */
function ask({ source, config, agent, path }: Ask): Promise<string | undefined> {
  const host = source.includes(':') ? config.target6 : config.target4;
  const headers = {
    host: 'playground.example',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0',
  };
  return new Promise((resolve) => {
    const request = get(
      { host, port: config.port, path, localAddress: source, agent, headers },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode}`));
        response.on('error', (error) => resolve(error.message));
      },
    );
    const timer = setTimeout(() => request.destroy(new Error('no answer')), PATIENCE_MS);
    request.on('error', (error) => resolve(error.message));
    request.on('close', () => clearTimeout(timer));
  });
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
