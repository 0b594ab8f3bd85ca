// The web server of the playground: real connections, a real access log in the combined format.

import { createWriteStream, type WriteStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type WebConfig = Readonly<{ port: number; log: string; v6: boolean }>;

const PAGES = new Set([
  '/',
  '/about',
  '/products',
  '/products/7',
  '/news',
  '/contact',
  '/style.css',
  '/logo.svg',
]);
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** A log that nobody turns may not fill the disk: enough for half an hour of attack. */
const LOG_BYTES_MAX = 64_000_000;

export function startWeb(config: WebConfig): Promise<void> {
  const log = createWriteStream(config.log, { flags: 'a', mode: 0o644 });
  log.on('error', () => undefined);
  const server = createServer((request, response) => answer(request, response, log));
  // What a careful operator sets: idle connections end, whoever asks for nothing is not waited for.
  server.keepAliveTimeout = 5_000;
  server.maxRequestsPerSocket = 100;
  server.headersTimeout = 20_000;
  server.requestTimeout = 30_000;
  server.maxConnections = 2_000;
  server.on('clientError', (_error, socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: config.port, host: config.v6 ? '::' : '0.0.0.0', backlog: 511 }, () => resolve());
  });
}

function answer(request: IncomingMessage, response: ServerResponse, log: WriteStream): void {
  const { method = 'GET', url = '/', socket, headers } = request;
  const client = (socket.remoteAddress ?? '-').replace(/^::ffff:/, '');
  const path = url.split('?')[0] ?? '/';
  const status = PAGES.has(path) ? 200 : path === '/wp-login.php' ? 403 : 404;
  const body = `<!doctype html><title>playground</title><p>${status} ${status === 200 ? 'welcome' : 'nothing here'}\n`;
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
  request.resume();
  if (log.bytesWritten > LOG_BYTES_MAX) return;
  const agent = quoted(headers['user-agent']);
  log.write(
    `${client} - - [${stamp(new Date())}] "${method} ${quoted(url)} HTTP/${request.httpVersion}" ${status} ${body.length} "${quoted(headers.referer)}" "${agent}"\n`,
  );
}

/** As nginx does: nothing in a field can end it. */
function quoted(text: string | undefined): string {
  return (text ?? '-').replace(/["\\\x00-\x1f\x7f-\xff]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}

function stamp(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = -at.getTimezoneOffset();
  const offset = `${zone < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(zone) / 60))}${two(Math.abs(zone) % 60)}`;
  const day = `${two(at.getDate())}/${MONTHS[at.getMonth()]}/${at.getFullYear()}`;
  return `${day}:${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${offset}`;
}
