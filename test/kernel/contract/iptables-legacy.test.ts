// Ban chains in legacy iptables keep the contract, beside the nft variant that is in use.

import { type BanChainRig, banChainRig } from './ban-chains.ts';
import { contract } from './contract.ts';

const TOOLS = ['iptables-legacy-restore', 'ip6tables-legacy-restore', 'iptables-save', 'nft', 'conntrack'];
const RIG: BanChainRig = { restore: (tool) => `${tool}-legacy-restore`, table: 'legacy filter' };

contract('ban chains of iptables, legacy', TOOLS, banChainRig(RIG));
