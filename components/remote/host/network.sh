# shellcheck shell=dash
# Addresses as tokens: the network of a host that they are in, all of which must be the host's own.

# token_network FOLDER: of the rules there; none where no address is a token. It decides whether a route goes, so it runs no
# command of its own.
token_network() {
	local line
	line=$(field token-network "$1") && printf '%s\n' "${line%% *}"
}

# require_network NETWORK: before anything is touched.
require_network() {
	[ -n "$1" ] || return 0
	local taken
	command -v ip >/dev/null || fail 'addresses as tokens need ip on this host; install the package iproute2'
	[ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6 2>/dev/null)" = 0 ] ||
		fail "IPv6 is disabled on this host, and addresses as tokens are of IPv6; enable it (net.ipv6.conf.lo.disable_ipv6=0), or take tokenNetwork away"
	taken=$(taken_by "$1")
	[ -z "$taken" ] ||
		fail "$1 is not routed to this host: $taken lies in or around it; give tokenNetwork a network that is routed here, and this host's own address in it the prefix 128"
}

# taken_by NETWORK: the first other way to an address of it, `2001:db8:1:2::/64 on eth0`. A route that is shorter is one
# where the network is on a link; whoever routes to elsewhere by a gateway has nothing of it there.
taken_by() {
	{
		ip -6 -o route show table all root "$1"
		echo around
		ip -6 -o route show table all match "$1" proto kernel
	} 2>/dev/null | awk '
		/^around$/ { around = 1; next }
		$1 == "local" { own[$2]; next }
		/^(anycast|multicast|broadcast|unreachable|blackhole|prohibit|throw|default) / { next }
		{ dev = ""; for (i = 1; i < NF; i++) if ($i == "dev") dev = $(i + 1) }
		dev == "lo" || (around && / via /) { next }
		{ at = $1 == "unicast" ? $2 : $1; if (!((at, dev) in seen)) { seen[at, dev]; found[++count] = at; on[count] = dev } }
		END { for (i = 1; i <= count; i++) if (!(found[i] in own)) { print found[i] (on[i] == "" ? "" : " on " on[i]); exit } }'
}

# our_routes: the networks of those that are there.
our_routes() {
	local kind network
	ip -6 route show table local proto $route_protocol 2>/dev/null | while read -r kind network _; do
		[ "$kind" != local ] || printf '%s\n' "$network"
	done
}

# is_routed NETWORK: whether all of it is the host's own, by whosever route.
is_routed() {
	[ -n "$(ip -6 route show table local type local exact "$1" 2>/dev/null)" ]
}

# set_routes GENERATION: that of its network and no other one; without GENERATION none. What others routed stays. Where
# there is no ip there is none of ours.
set_routes() {
	local network='' route outcome=0
	command -v ip >/dev/null || return 0
	[ -z "$1" ] || network=$(token_network "$1") || return 1
	for route in $(our_routes); do
		[ "$route" = "$network" ] || ip -6 route del local "$route" dev lo table local proto $route_protocol 2>/dev/null || outcome=1
	done
	[ -z "$network" ] || is_routed "$network" ||
		ip -6 route add local "$network" dev lo table local proto $route_protocol 2>/dev/null || outcome=1
	return $outcome
}

fail_to_route() {
	fail 'the local route of the network of tokens could not be changed; see ip -6 route show table local, then try again'
}

# network_findings GENERATION
network_findings() {
	local network route
	command -v ip >/dev/null || return 0
	network=$(token_network "$1")
	[ -z "$network" ] || is_routed "$network" ||
		echo "the local route of $network is missing: no address of it is a token"
	for route in $(our_routes); do
		[ "$route" = "$network" ] || echo "a local route of $route was left behind by a run that died"
	done
}

# network_warnings NETWORK: nobody here can say whether what is around routes it here, but that nothing may come of it.
network_warnings() {
	[ -z "$1" ] || [ -n "$(ip -6 route show default 2>/dev/null)" ] ||
		echo "this host has no IPv6 route to elsewhere: whoever is not on one of its links cannot use an address of $1"
}
