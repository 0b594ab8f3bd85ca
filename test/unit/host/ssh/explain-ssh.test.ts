// Why ssh could not connect: real texts of OpenSSH 9.2p1.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explainLost, explainSsh } from '../../../../src/host/ssh/explain-ssh.ts';
import { pauseMs } from '../../../../src/host/ssh/link.ts';

const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r
Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r
It is also possible that a host key has just been changed.\r
The fingerprint for the ED25519 key sent by the remote host is\r
SHA256:Jp4yVn1jGqxZq0b8m0jq1o2w7m4v9kqg1m1YyGx3b3E.\r
Please contact your system administrator.\r
Add correct host key in /home/ada/.ssh/known_hosts to get rid of this message.\r
Offending ED25519 key in /home/ada/.ssh/known_hosts:3\r
Host key for [192.0.2.1]:2222 has changed and you have requested strict checking.\r
Host key verification failed.\r
`;

it.each([
  [
    'No ED25519 host key is known for far and you have requested strict checking.\r\nHost key verification failed.\r\n',
    true,
    /host key is not known/,
  ],
  [
    'ada@192.0.2.1: Permission denied (publickey,password).\r\n',
    true,
    /without a question \(publickey,password\)/,
  ],
  [
    'Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures\r\n',
    true,
    /too many keys/,
  ],
  ['ssh: connect to host 192.0.2.1 port 22: Connection refused\r\n', false, /connection refused/],
  ['ssh: connect to host 192.0.2.1 port 22: No route to host\r\n', false, /cannot be reached/],
  ['ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n', false, /no answer/],
  [
    'Connection timed out during banner exchange\r\nConnection to 192.0.2.1 port 22 timed out\r\n',
    false,
    /no answer/,
  ],
  [
    'ssh: Could not resolve hostname nowhere.example: Name or service not known\r\n',
    false,
    /the name nowhere.example/,
  ],
  [
    'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 192.0.2.1 port 22\r\n',
    false,
    /closed the connection/,
  ],
  [
    'Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa\r\n',
    true,
    /no common host key type/,
  ],
  [
    '/x/config: line 3: Bad configuration option: nonsense\r\n/x/config: terminating, 1 bad configuration options\r\n',
    true,
    /ssh_config is wrong: nonsense/,
  ],
  ['Bad owner or permissions on /home/ada/.ssh/config\r\n', true, /may be read by others/],
  [
    '/bin/bash: line 1: exec: nosuchprog: not found\nkex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n',
    false,
    /ProxyCommand could not be started: nosuchprog is/,
  ],
  ['sh: 1: exec: ssh: not found\n', true, /ssh is not installed/],
  ['sh: line 1: exec: ssh: not found\n', true, /ssh is not installed/],
  ['Connection to 192.0.2.1 closed by remote host.\r\n', false, /closed the connection/],
  ['', false, /saying nothing/],
  ['kex_error \x1b[2J something new\n', false, /something new$/],
] as const)('%j', (said, waits, summary) => {
  const refusal = explainSsh('edge', said);
  expect(refusal.waits).toBe(waits);
  expect(refusal.problem.code).toBe('no-line');
  expect(refusal.problem.summary).toMatch(summary);
  expect(refusal.problem.summary).toMatch(/^edge: /);
});

it('a changed host key is refused, with its fingerprint and the place of the old one, and no command to paste', () => {
  const { problem, waits } = explainSsh('edge', CHANGED);
  expect(waits).toBe(true);
  expect(problem).toMatchObject({
    code: 'refused',
    summary: expect.stringContaining('another host key than before'),
  });
  expect(problem.hint).toContain('/home/ada/.ssh/known_hosts:3');
  expect(problem.hint).toContain('SHA256:Jp4yVn1jGqxZq0b8m0jq1o2w7m4v9kqg1m1YyGx3b3E');
  expect(`${problem.summary}${problem.hint}`).not.toContain('ssh-keygen');
});

it('nothing that ssh says reaches the screen as it is, and nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const said = Buffer.from(bytes).toString('latin1');
      const { problem } = explainSsh('edge', said);
      const shown = [problem.summary, problem.hint, problem.detail, explainLost('edge', said).summary].join(
        '',
      );
      expect(shown).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    }),
  );
});

it('words of far programs do not explain a line that broke', () => {
  expect(explainLost('edge', 'Permission denied (publickey).\n').summary).toBe('edge: the line broke');
  expect(explainLost('edge', 'x\r\nTimeout, server 192.0.2.1 not responding.\r\n').summary).toBe(
    'edge: no answer for 15 s',
  );
});

it('pauses grow from a second to a minute, and no two hosts keep step', () => {
  expect([1, 2, 3, 20].map((failures) => pauseMs(failures, 0.5))).toEqual([1000, 2000, 4000, 60_000]);
  expect(pauseMs(1, 0)).toBe(500);
  expect(pauseMs(50, 0.999)).toBe(60_000);
});
