# shellcheck shell=dash
# The read-only report for the probe: from the line `portknock-status` to the line `portknock-end`.

status() {
	report "$1" "$2"
	printf 'portknock-end\n'
}

report() {
	local others loaded found network="$2"
	# shellcheck disable=SC2086 # four words: client address and port, server address and port
	set -- $1
	# A login may have printed something without a line break.
	printf '\nportknock-status 1\n'
	printf 'nft %s\n' "$nft_version"
	[ ! -e "$state/host.sh" ] || printf 'script %s\n' "$(script_digest)"
	[ $# != 4 ] || printf 'deployer %s %s\n' "$1" "$4"
	{ warnings && network_warnings "$network"; } | sed 's/^/warning /'
	others=$(other_tables)
	# Of so many rules nobody can say what they do; a whole report must come through.
	[ ${#others} -lt 1000000 ] || others=incomplete
	printf '%s\n' "$others" | sed '/^$/d; s/^/other-table /'
	loaded=$(live)
	if [ -z "$loaded" ]; then
		printf 'state unguarded\n'
		if is_listed portknock; then
			printf 'finding the table stands without our records of it\n'
		fi
		# Changes when our state folder comes or goes: a host that lost it is not taken for one never seen.
		printf 'observed %s\n' "$({ cat /etc/machine-id; stat -c %z /var/lib; } | digest)"
		return
	fi
	listed=$(list_many "$loaded")
	printf 'state %s\n' "$(if is_pending; then echo pending; else echo guarded; fi)"
	printf 'owner %s\ntoken %s\nmarker %s\n' "$(field owner "$loaded")" "$(field token "$loaded")" "$(marker "$loaded")"
	found=$(findings "$loaded")
	printf 'observed %s\n' "$({ cat "$state/attempt"; list_table; boot_digest; printf '%s' "$found"; } | digest)"
	printf '%s\n' "$found" | awk '
		NF && ++lines <= 50 { print "finding " $0 }
		END { if (lines > 50) print "finding and " lines - 50 " more" }'
	[ ! -e "$state/rolled-back" ] || printf 'rolled-back\n'
	counters "$loaded"
	token_lines "$loaded"
	refused_ports "$loaded"
	if [ -n "$(field blacklist "$loaded")" ]; then
		printf 'blacklisted %s\n' "$({ elements pk_blacklist4; elements pk_blacklist6; } | wc -l)"
	fi
}

# What is no matter of rules and no drift, and somebody should know.
warnings() {
	if [ -n "${SUDO_USER:-}" ] && logs_input "$SUDO_USER"; then
		printf 'sudo logs what Pulumi sends, sequences too: log_input is on for %s; switch it off in sudoers (Defaults:%s !log_input)\n' \
			"$SUDO_USER" "$SUDO_USER"
	fi
}

# Of several settings the last one counts, of tags any.
logs_input() {
	sudo -l -U "$1" </dev/null 2>/dev/null | tr -cs 'A-Za-z_!' '\n' | awk '
		/^!?log_(input|stdin)$/ { logs = !/^!/ }
		/^LOG_INPUT$/ { logs = 1 }
		END { exit !logs }'
}

# Who is admitted, whose flows go on, and what was counted, with the names of the services; with knockers also whose
# windows are open, and who came in how often: `window alice ssh 192.0.2.7 8`, `entries alice ssh 12`.
counters() {
	local sets='admitted4 admitted6 flows4 flows6 connections refusals' set
	! has_knockers "$1" || sets="$sets windows4 windows6 entries"
	for set in $sets; do
		elements "pk_$set" | sed "s/^/$set /"
	done | awk '
		function whose(names) { return names ~ / / ? names : "- " names }
		FNR == 1 { file++ }
		file == 1 && $1 == "service" { name[$2] = $3 }
		file == 1 && $1 == "knocker" { name[$2] = $4 " " name[$3] }
		file == 1 { next }
		$1 ~ /^windows/ && $5 in name && $2 != "never-ending" { print "window", whose(name[$5]), $4, int($2 / 1000) }
		$1 == "entries" && $4 in name { print $1, whose(name[$4]), $3 }
		$1 ~ /^windows/ || $1 == "entries" { next }
		/^(admitted|flows)/ && $5 in name && $2 != "never-ending" { print substr($1, 1, length($1) - 1), name[$5], $4, int($2 / 1000) }
		!/^(admitted|flows)/ && $4 in name { print $1, name[$4], $3 }' "$1/manifest" -
}

# The ten most refused ports, without those of sequences: knocks are refused like everything else.
refused_ports() {
	elements pk_refused | sort -k 2,2nr -k 3,3n -k 4,4n | awk '
		FNR == 1 { file++ }
		file == 1 && $1 == "sequence" { split($2, knocks, ","); for (i in knocks) is_knock[knocks[i]] }
		file == 1 { next }
		{ protocol = $3 == 6 ? "tcp" : $3 == 17 ? "udp" : $3 }
		protocol ~ /^(tcp|udp)$/ && !($4 "/" protocol in is_knock) && shown++ < 10 { print "refused-port", protocol, $4, $2 }
	' "$1/manifest" -
}

# What other tables do to packets that come in, for whoever compares it with our rules; `incomplete` where nft cannot
# show all of it: rules of an iptables whose extensions are missing, or of one that the kernel keeps elsewhere.
other_tables() {
	local family name
	! grep -qs . /proc/net/ip_tables_names /proc/net/ip6_tables_names || echo incomplete
	list_tables | grep -vx 'table inet portknock\(_overlap\)\{0,1\}' | while read -r _ family name; do
		nft -s -t list table "$family" "$name" 2>&1 | awk '
			/type filter hook (ingress|prerouting|input|output) / { filters = 1 }
			/XT .* not found/ { line[++lines] = "incomplete" }
			/^table |^\t(chain .*)?[{}]|\t(type filter hook|.*(accept|drop|reject|notrack|jump|goto|return|vmap|queue|xt target))/ { line[++lines] = $0 }
			END { if (filters) for (i = 1; i <= lines; i++) print line[i] }'
	done
}

script_digest() {
	digest <"$state/host.sh"
}

digest() {
	sha256sum | cut -d ' ' -f 1
}
