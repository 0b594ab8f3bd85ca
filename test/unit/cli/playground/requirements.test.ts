import { describe, expect, it } from 'vitest';
import { missingWords, namespaceWords, refusalWords } from '../../../../src/cli/playground/requirements.ts';

describe('missing tools', () => {
  it('are named with what to install', () => {
    expect(missingWords([])).toBeUndefined();
    expect(missingWords(['conntrack'])).toBe(
      'conntrack is not installed; on Debian or Ubuntu: sudo apt-get install conntrack',
    );
    expect(missingWords(['nft', 'ip', 'ss'])).toBe(
      'nft, ip, ss are not installed; on Debian or Ubuntu: sudo apt-get install nftables iproute2',
    );
  });
});

describe('refused namespaces', () => {
  const said = 'unshare: unshare failed: Operation not permitted';
  const having = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

  it.each([
    ['kernel.unprivileged_userns_clone', '0', 'sudo sysctl kernel.unprivileged_userns_clone=1'],
    [
      'kernel.apparmor_restrict_unprivileged_userns',
      '1',
      'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['user.max_user_namespaces', '0', 'sudo sysctl user.max_user_namespaces=10000'],
  ])('names the setting %s', (name, value, wanted) => {
    const words = refusalWords({ said, isRoot: false, sysctl: having({ [name]: value }) });
    expect(words).toContain(wanted);
    expect(words).toContain('sudo opsconsole playground');
  });

  it('blames no setting that is as it should be', () => {
    const good = having({ 'kernel.unprivileged_userns_clone': '1', 'user.max_user_namespaces': '96365' });
    const words = refusalWords({ said, isRoot: false, sysctl: good });
    expect(words).not.toContain('sysctl');
    expect(words).toContain('container');
    expect(refusalWords({ said, isRoot: true, sysctl: good })).not.toContain('as root');
  });

  it('tells nft without its module apart', () => {
    const nft = 'netlink: Error: cache initialization failed: Protocol not supported';
    expect(refusalWords({ said: nft, isRoot: true, sysctl: having({}) })).toContain('modprobe nf_tables');
  });

  it('a user namespace is made only where it is needed', () => {
    expect(namespaceWords(true)).not.toContain('--user');
    expect(namespaceWords(false)).toContain('--map-root-user');
  });
});
