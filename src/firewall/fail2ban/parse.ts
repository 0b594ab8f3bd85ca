// What fail2ban-client prints. fail2ban 1.0.2:
//   status                → "Status\n|- Number of jail:\t2\n`- Jail list:\tnginx-http-auth, sshd\n"
//   get JAIL maxretry     → "5\n"      get JAIL bantime → "600\n" (seconds; negative = for ever)

const LIST = /Jail list:[ \t]*([^\n]*)/;

/** Names of the jails that run; undefined = not understood. A name with ", " in it comes as two that do not exist. */
export function parseJailList(text: string): readonly string[] | undefined {
  const line = LIST.exec(text)?.[1];
  if (line === undefined) return undefined;
  return line
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** maxretry or bantime; undefined = not a whole number. */
export function parseJailValue(text: string): number | undefined {
  const value = text.trim();
  return /^-?\d{1,12}$/.test(value) ? Number(value) : undefined;
}

/** Whether a name can be handed to the client: printable, no option, not longer than a file name. */
export function isUsableJail(name: string): boolean {
  return name.length <= 100 && /^[\p{L}\p{N}_][\p{L}\p{N}_.:@ +-]*$/u.test(name);
}
