/** Tables of other firewalls, as their own tools load them: name → nftables text. */
export interface Neighbour {
  readonly table: string;
  readonly text: string;
}

/** ufw keeps everything to itself but what it was told to open: ssh. */
export const UFW: readonly Neighbour[] = (["ip", "ip6"] as const).map((family) => ({
  table: `${family} filter`,
  text: `table ${family} filter {
	chain ufw-before-input {
		iifname "lo" counter accept
		ct state related,established counter accept
		ct state invalid counter drop
		${family === "ip" ? "icmp type echo-request" : "meta l4proto 58"} counter accept
		udp sport 67 udp dport 68 counter accept
		counter jump ufw-user-input
	}
	chain ufw-user-input { tcp dport 22 counter accept; }
	chain DOCKER-USER { counter return; }
	chain INPUT { type filter hook input priority filter; policy drop; counter jump ufw-before-input; }
	chain FORWARD { type filter hook forward priority filter; policy accept; counter jump DOCKER-USER; }
}
`,
}));

export const FAIL2BAN: Neighbour = {
  table: "inet f2b-table",
  text: `table inet f2b-table {
	set addr-set-sshd { type ipv4_addr; elements = { 10.77.9.7, 192.0.2.9 }; }
	chain f2b-chain {
		type filter hook input priority filter - 1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp type port-unreachable
	}
}
`,
};

export const DOCKER: Neighbour = {
  table: "ip nat",
  text: `table ip nat {
	chain DOCKER { iifname "docker0" counter return; iifname != "docker0" tcp dport 8081 counter dnat to 172.17.0.2:80; }
	chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local counter jump DOCKER; }
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.17.0.0/16 oifname != "docker0" counter masquerade
	}
}
`,
};
