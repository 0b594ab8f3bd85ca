// fail2ban.log (0.9 to 1.1), and the same messages behind a syslog header.
//
//   2026-11-20 12:00:00,123 fail2ban.filter         [812]: INFO    [sshd] Found 203.0.113.7 - 2026-11-20 12:00:00
//   2026-11-20 12:00:01,456 fail2ban.actions        [812]: NOTICE  [sshd] Ban 203.0.113.7
//
// What follows "Ban" may be any string (a jail can ban user names), so it must be an address as a whole.

import { applyRules, type Finding, type LineFormat, type Rule, type TagFormat } from './format.ts';

const HEAD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} fail2ban\.\w+ *\[\d+\]: [A-Z]+ +/;
const LEVEL = /^(?:[A-Z]+ +)?/;
const JAIL = String.raw`\[[^\]]+\] `;

const rule = (kind: string, before: string, after: string): Rule => ({
  kind,
  pattern: new RegExp(`^(${JAIL}${before})(\\S+)${after}`),
  field: 'ticket',
});

const RULES: readonly Rule[] = [
  rule('found', 'Found ', String.raw` - \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`),
  rule('found', 'Found ', '$'),
  rule('ban', 'Ban ', '$'),
  rule('unban', 'Unban ', '$'),
  rule('restore-ban', 'Restore Ban ', '$'),
  rule('increase-ban', 'Increase Ban ', String.raw` \(\d+ # `),
  rule('already-banned', '', ' already banned$'),
  rule('ignored', 'Ignore ', ' by '),
];

function recognise(message: string, skip: number): Finding {
  return applyRules(RULES, message.slice(skip), skip) ?? { kind: 'message' };
}

export const fail2ban: LineFormat = {
  name: 'fail2ban',
  recognise(text) {
    const head = HEAD.exec(text);
    return head === null ? undefined : recognise(text, head[0].length);
  },
};

export const fail2banSyslog: TagFormat = {
  name: 'fail2ban',
  ownsTag: (tag) => /^fail2ban(?:[.-]\w+)?$/.test(tag),
  recognise: (message) =>
    fail2ban.recognise(message) ?? recognise(message, LEVEL.exec(message)?.[0].length ?? 0),
};
