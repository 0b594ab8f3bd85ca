// The lines that contrib/fail2ban/action.d/opsconsole.conf appends (fail2ban 1.0.2), fields apart by tabs; the last is what was
// banned, which may be any text:
//   1	1795206324.31	ban	sshd	600	5	203.0.113.5
//   1	1795206924.02	unban	sshd	600	5	203.0.113.5

import { parseNet } from '../../core/address.ts';
import { type UnixMs, unixMs } from '../../core/brand.ts';
import { formatDuration } from '../../core/duration.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

/** `who`: the address, canonical; what is none is shown as text. `seconds`: null = for ever, undefined = not told. */
export type NotedBan = Readonly<{
  at: UnixMs;
  what: 'ban' | 'unban';
  jail: SafeText;
  seconds: number | null | undefined;
  failures: number | undefined;
  who: SafeText;
}>;

const LINE =
  /^1\t(\d{1,11}(?:\.\d{1,9})?)\t(ban|unban)\t([^\t]{1,200})\t([^\t]{0,20})\t([^\t]{0,20})\t(.{1,500})$/;

export function parseNotedLine(line: string): NotedBan | undefined {
  const [, time, what, jail, bantime, failures, who] = LINE.exec(line) ?? [];
  if (time === undefined || jail === undefined || who === undefined) return undefined;
  const net = parseNet(who.trim());
  const seconds = wholeNumber(bantime);
  return {
    at: unixMs(Math.round(Number(time) * 1000)),
    what: what === 'ban' ? 'ban' : 'unban',
    jail: sanitise(jail, 80),
    seconds: seconds !== undefined && seconds < 0 ? null : seconds,
    failures: wholeNumber(failures),
    who: net.ok ? sanitise(net.value.net.text) : sanitise(JSON.stringify(sanitise(who, 120))),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,12}$/.test(text) ? Number(text) : undefined;
}

export function sayNoted({ what, who, jail, seconds, failures }: NotedBan): SafeText {
  if (what === 'unban') return sanitise(`fail2ban unbanned ${who} in jail ${jail}`, 200);
  const time =
    seconds === undefined
      ? ''
      : seconds === null
        ? ' for ever'
        : ` for ${formatDuration(Math.max(1, seconds))}`;
  const why = failures === undefined || failures < 1 ? '' : ` after ${failures} failures`;
  return sanitise(`fail2ban banned ${who} in jail ${jail}${time}${why}`, 200);
}
