# shellcheck shell=dash
# Written by `npx vitest run --project pure --update=all test/remote/packing.test.ts`; do not edit.

# What stands in front of every ruleset that is unpacked, so that what is common need not travel (packing.ts).
dictionary_bytes=13342
# As what is not packed begins in a gzip file.
dictionary() {
	printf '\037\213\010\000\000\000\000\000\000\377\000\036\064\341\313'
	cat <<'DICTIONARY'
chain pk_advance_10s {
chain pk_close_ssh {
chain pk_first_10s {
chain pk_log_admitted_ssh {
delete @pk_admitted4 { ip saddr . meta priority } comment "ssh: revoke, IPv4"
delete @pk_admitted6 { ip6 saddr . meta priority } comment "ssh: revoke, IPv6"
delete @pk_stage4 { ip saddr & 255.255.255.0 : 0:0 } comment "knock: wrong, back to the start, IPv4"
delete @pk_stage6 { ip6 saddr & ffff:ffff:ffff:ffff:: : 0:0 } comment "knock: wrong, back to the start, IPv6"
goto pk_advance_10s comment "first knock: advance"
ip saddr & 255.255.255.0 . meta priority @pk_admitted4 goto pk_admitted comment "guard: admitted, IPv4"
ip saddr @pk_waiting4 meta priority set ip saddr map @pk_stage4 comment "knock: or from its stage, IPv4"
ip6 saddr & ffff:ffff:ffff:ffff:: . meta priority @pk_admitted6 goto pk_admitted comment "guard: admitted, IPv6"
ip6 saddr @pk_waiting6 meta priority set ip6 saddr map @pk_stage6 comment "knock: or from its stage, IPv6"
meta priority @pk_once delete @pk_admitted4 { ip saddr . meta priority } comment "connect: use an admission for once up, IPv4"
meta priority @pk_once delete @pk_admitted6 { ip6 saddr . meta priority } comment "connect: use an admission for once up, IPv6"
meta priority set f54:40af comment "mosh: which service"
meta priority set fda:bc92 comment "web: which service"
meta priority set ip saddr & 255.255.255.0 map @pk_stage4 comment "knock: or from its stage, IPv4"
meta priority set ip saddr & 255.255.255.0 map @pk_stage4 goto pk_knock comment "stage: the source has one, IPv4"
meta priority set ip6 saddr & ffff:ffff:ffff:ffff:: map @pk_stage6 comment "knock: or from its stage, IPv6"
meta priority set ip6 saddr & ffff:ffff:ffff:ffff:: map @pk_stage6 goto pk_knock comment "stage: the source has one, IPv6"
set pk_waiting4 {
set pk_waiting6 {
chain pk_admit_alice {
chain pk_entered_ssh {
ip saddr @pk_allow4 goto pk_enter comment "guard: always allowed, IPv4"
ip saddr @pk_blacklist4 jump pk_ban comment "blacklist: held, IPv4"
ip saddr @pk_trusted4 return comment "ban: trusted, IPv4"
ip6 saddr @pk_blacklist6 jump pk_ban comment "blacklist: held, IPv6"
ip6 saddr @pk_trusted6 return comment "ban: trusted, IPv6"
jump pk_trust comment "ssh: trust"
map pk_opener_ssh4 {
map pk_opener_ssh6 {
map pk_port_ranges {
meta l4proto . th dport vmap @pk_port_ranges comment "port: in a range of the policy"
meta priority set 621e:9a8b comment "ssh: whose window"
set pk_allow4 {
set pk_entries {
set pk_once {
set pk_windows4 {
set pk_windows6 {
tcp flags & (fin | syn | rst | ack) == syn update @pk_syns4 { ip saddr limit rate over 60/second burst 60 packets } jump pk_ban comment "attack: too many SYNs, IPv4"
tcp flags & (fin | syn | rst | ack) == syn update @pk_syns6 { ip6 saddr limit rate over 60/second burst 60 packets } jump pk_ban comment "attack: too many SYNs, IPv6"
update @pk_blacklist4 { ip saddr timeout 1h } comment "ban: from now, IPv4"
update @pk_blacklist6 { ip6 saddr timeout 1h } comment "ban: from now, IPv6"
update @pk_entries { meta priority counter } comment "ssh: count by opener"
fib daddr type != local drop comment "closed: nobody answers a broadcast"
goto pk_paced_ping comment "ping: from anywhere"
ip option lsrr exists drop comment "closed: no answer to a loose source route"
ip option ssrr exists drop comment "closed: no answer to a strict source route"
ip saddr @pk_martians4 drop comment "martian: dropped, IPv4"
meta l4proto tcp reject with tcp reset comment "closed: answer as a closed TCP port"
meta nfproto ipv6 udp checksum 0 drop comment "closed: no answer to UDP over IPv6 without a checksum"
meta pkttype != host drop comment "closed: no answer to a frame for everybody"
reject with icmpx type port-unreachable comment "closed: answer as a closed UDP port"
tcp doff 0-4 drop comment "closed: no answer to half a TCP header"
tcp flags & (fin | syn | rst | ack) == syn ct state invalid drop comment "closed: no answer to a damaged SYN"
tcp option 19 exists drop comment "closed: no answer to an MD5 signature"
chain pk_forward {
ct state established,related accept comment "forward: established"
ct status dnat accept comment "forward: published by this host"
ip6 saddr @pk_martians6 drop comment "martian: dropped, IPv6"
limit rate 1/second burst 4 packets accept comment "ping: paced"
type filter hook forward priority filter; policy drop;
accept comment "closed: the forward policy decides"
chain pk_ban {
chain pk_closed {
chain pk_here {
chain pk_icmp {
chain pk_icmp6 {
chain pk_invalid {
chain pk_open {
chain pk_paced_ping {
chain pk_ping {
chain pk_stray {
chain pk_trust {
ct state invalid goto pk_invalid comment "invalid: decided apart"
ct state new tcp flags & (fin | syn | rst | ack) != syn jump pk_stray comment "stray: TCP that begins with anything but a plain SYN"
drop comment "ban: no answer"
drop comment "icmp: the rest"
drop comment "icmpv6: the rest"
drop comment "invalid: no answer"
drop comment "ping: from elsewhere"
drop comment "ping: too many"
fib daddr type != { local, broadcast, multicast, anycast } accept comment "icmp: not for this host"
fib daddr type != { local, broadcast, multicast, anycast } accept comment "icmpv6: not for this host"
fib daddr type != { local, broadcast, multicast, anycast } accept comment "invalid: not for this host"
fib daddr type vmap { local : goto pk_here, anycast : goto pk_here, broadcast : goto pk_open, multicast : goto pk_open } comment "closed: for whom"
goto pk_ban comment "attack: TCP that begins with anything but a plain SYN"
goto pk_closed comment "done: as every closed port"
goto pk_closed comment "refuse: as a closed port"
goto pk_closed comment "rest: nothing to knocking"
goto pk_open comment "here: open or closed"
icmp type echo-request goto pk_icmp comment "established: ping, IPv4"
icmp type echo-request goto pk_ping comment "icmp: ping"
icmp type { destination-unreachable, time-exceeded, parameter-problem } accept comment "icmp: what the network needs"
icmpv6 type echo-request goto pk_icmp6 comment "established: ping, IPv6"
icmpv6 type echo-request goto pk_ping comment "icmpv6: ping"
icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, mld-listener-query, mld-listener-report, mld-listener-reduction, nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept comment "icmpv6: what the network needs"
iif lo accept comment "loopback: goes on"
ip daddr 127.0.0.0/8 drop comment "spoofed loopback: to, IPv4"
ip saddr 127.0.0.0/8 drop comment "spoofed loopback: from, IPv4"
ip6 daddr ::1 drop comment "spoofed loopback: to, IPv6"
ip6 saddr ::1 drop comment "spoofed loopback: from, IPv6"
ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept comment "open: DHCPv6 replies"
meta l4proto vmap { icmp : goto pk_icmp, icmpv6 : goto pk_icmp6 } comment "icmp: by type"
meta l4proto { tcp, udp } update @pk_refused { meta l4proto . th dport counter } comment "closed: count by port"
set pk_blacklist4 {
set pk_blacklist6 {
set pk_martians4 {
set pk_martians6 {
set pk_syns4 {
set pk_syns6 {
set pk_trusted4 {
set pk_trusted6 {
tcp flags & (fin | psh | urg) == fin | psh | urg fib daddr type local jump pk_ban comment "attack: XMAS"
tcp flags & (fin | syn | rst | psh | ack | urg) == 0x0 fib daddr type local jump pk_ban comment "attack: null"
accept comment "established: goes on"
chain pk_established {
ct state established,related goto pk_established comment "established: goes on"
ct state established,related accept comment "established: goes on"
delete @pk_stage4 { ip saddr : 0:0 } comment "ssh: complete, back to the start, IPv4"
delete @pk_stage6 { ip6 saddr : 0:0 } comment "ssh: complete, back to the start, IPv6"
fib daddr type != local drop comment "refuse: nobody answers a broadcast"
ip option lsrr exists drop comment "refuse: no answer to a loose source route"
ip option ssrr exists drop comment "refuse: no answer to a strict source route"
meta l4proto tcp reject with tcp reset comment "refuse: answer as a closed TCP port"
meta nfproto ipv6 udp checksum 0 drop comment "refuse: no answer to UDP over IPv6 without a checksum"
meta pkttype != host drop comment "refuse: no answer to a frame for everybody"
reject with icmpx type port-unreachable comment "refuse: answer as a closed UDP port"
tcp doff 0-4 drop comment "refuse: no answer to half a TCP header"
tcp flags & (fin | syn | rst | ack) == syn ct state invalid drop comment "refuse: no answer to a damaged SYN"
tcp option 19 exists drop comment "refuse: no answer to an MD5 signature"
flags interval
iif lo goto pk_done comment "knock: loopback is none"
iif lo goto pk_enter comment "guard: loopback goes on"
meta l4proto { tcp, udp } update @pk_refused { meta l4proto . th dport counter } comment "refuse: count by port"
meta priority set ip saddr map @pk_stage4 comment "knock: or from its stage, IPv4"
meta priority set ip6 saddr map @pk_stage6 comment "knock: or from its stage, IPv6"
update @pk_admitted4 { ip saddr . meta priority timeout 10s } comment "ssh: admit for 10s, IPv4"
update @pk_admitted6 { ip6 saddr . meta priority timeout 10s } comment "ssh: admit for 10s, IPv6"
chain pk_admit_ssh {
goto pk_done comment "ssh: answered as without us"
timeout 5s
chain pk_advance_5s {
chain pk_first_5s {
delete @pk_stage4 { ip saddr : 0:0 } comment "advance: leave the old stage, IPv4"
delete @pk_stage6 { ip6 saddr : 0:0 } comment "advance: leave the old stage, IPv6"
goto pk_advance_5s comment "first knock: advance"
update @pk_pace4 { ip saddr limit rate over 12/minute burst 10 packets } goto pk_done comment "first knock: paced, IPv4"
update @pk_pace6 { ip6 saddr limit rate over 12/minute burst 10 packets } goto pk_done comment "first knock: paced, IPv6"
update @pk_stage4 { ip saddr : meta priority } comment "advance: wait for the next knock, IPv4"
update @pk_stage6 { ip6 saddr : meta priority } comment "advance: wait for the next knock, IPv6"
delete @pk_stage4 { ip saddr : 0:0 } comment "knock: wrong, back to the start, IPv4"
delete @pk_stage6 { ip6 saddr : 0:0 } comment "knock: wrong, back to the start, IPv6"
ip saddr . meta priority @pk_admitted4 goto pk_admitted comment "guard: admitted, IPv4"
ip6 saddr . meta priority @pk_admitted6 goto pk_admitted comment "guard: admitted, IPv6"
meta priority set ip saddr map @pk_stage4 goto pk_knock comment "stage: the source has one, IPv4"
meta priority set ip6 saddr map @pk_stage6 goto pk_knock comment "stage: the source has one, IPv6"
goto pk_done comment "advance: answered as without us"
meta priority set be3f:ff52 comment "ssh: which service"
meta priority set meta priority . meta l4proto . th dport map @pk_next comment "advance: to the next stage"
elements = {
accept comment "enter: goes on"
chain pk_admitted {
chain pk_connect {
chain pk_done {
chain pk_enter {
chain pk_guard {
chain pk_knock {
chain pk_prerouting {
chain pk_refuse {
delete table inet portknock
fib daddr type != local goto pk_done comment "knock: not for this host"
fib daddr type != { local, broadcast, multicast, anycast } goto pk_done comment "guard: not for this host"
flags dynamic
flags dynamic,timeout
goto pk_done comment "knock: answered as without us"
goto pk_enter comment "admitted: opens nothing"
goto pk_enter comment "connect: goes on"
goto pk_refuse comment "guard: not admitted"
map pk_guarded {
map pk_moves {
map pk_next {
map pk_ports {
map pk_stage4 {
map pk_stage6 {
meta l4proto != { tcp, udp } goto pk_done comment "knock: neither TCP nor UDP is none"
meta l4proto udp ct state != invalid goto pk_connect comment "admitted: a UDP flow"
meta l4proto udp ct state invalid goto pk_done comment "knock: UDP that begins nothing is none"
meta priority . meta l4proto . th dport vmap @pk_moves comment "knock: right, or made before"
meta priority . meta l4proto . th dport vmap @pk_moves comment "knock: the first of a sequence"
meta priority set 0:0 comment "done: clear the scratch register"
meta priority set 0:0 comment "enter: clear the scratch register"
meta priority set 0:0 comment "knock: from the root all the same"
meta priority set 0:0 comment "knock: from the root"
meta priority set 0:0 comment "refuse: clear the scratch register"
meta priority set meta l4proto . th dport map @pk_guarded comment "guard: which service"
set pk_admitted4 {
set pk_admitted6 {
set pk_connections {
set pk_named {
set pk_pace4 {
set pk_pace6 {
set pk_refusals {
set pk_refused {
size 4096
size 65536
table inet portknock
table inet portknock {
tcp flags & (fin | syn | rst | ack) != syn goto pk_done comment "knock: TCP that begins nothing is none"
tcp flags & (fin | syn | rst | ack) == syn goto pk_connect comment "admitted: a TCP connection"
th dport @pk_named meta l4proto . th dport vmap @pk_ports comment "port: one of the policy"
timeout 10s
timeout 1d
type classid
type classid . inet_proto . inet_service : classid
type classid . inet_proto . inet_service : verdict
type filter hook prerouting priority mangle; policy accept;
type inet_proto . inet_service
type inet_proto . inet_service : classid
type inet_proto . inet_service : verdict
type inet_service
type ipv4_addr
type ipv4_addr . classid
type ipv4_addr : classid
type ipv6_addr
type ipv6_addr . classid
type ipv6_addr : classid
update @pk_connections { meta priority counter } comment "connect: count"
update @pk_refusals { meta priority counter } comment "refuse: count by service"
DICTIONARY
}
