// Ban chains of iptables in the variant in use (nf_tables here) keep the contract.

import { type BanChainRig, banChainRig } from './ban-chains.ts';
import { contract } from './contract.ts';

const TOOLS = ['iptables-nft-restore', 'ip6tables-nft-restore', 'iptables-save', 'nft', 'conntrack'];
const RIG: BanChainRig = { restore: (tool) => `${tool}-nft-restore`, table: 'filter' };

contract('ban chains of iptables, nft', TOOLS, banChainRig(RIG));
