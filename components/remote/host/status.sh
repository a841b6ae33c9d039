# shellcheck shell=dash
# The read-only report for the probe: from the line `portknock-status` to the line `portknock-end`.

status() {
	report "$1" "$2"
	printf 'portknock-end\n'
}

# What it finds in `tables`, `listing` and `elements` was listed once for all of it.
report() {
	local others loaded found script applied network="$2"
	# shellcheck disable=SC2086 # four words: client address and port, server address and port
	set -- $1
	# A login may have printed something without a line break.
	printf '\nportknock-status 1\n'
	printf 'nft %s\n' "$nft_version"
	script=$(script_digest)
	[ -z "$script" ] || printf 'script %s\n' "$script"
	[ $# != 4 ] || printf 'deployer %s %s\n' "$1" "$4"
	{ warnings && network_warnings "$network"; } | prefixed warning
	others=$(other_tables)
	# Of so many rules nobody can say what they do; a whole report must come through.
	[ ${#others} -lt 1000000 ] || others=incomplete
	[ -z "$others" ] || printf '%s\n' "$others" | sed 's/^/other-table /'
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
	listing=$(list_table)
	elements=$(list_elements "$(shown_sets "$loaded")")
	printf 'state %s\n' "$(if is_pending; then echo pending; else echo guarded; fi)"
	printf 'owner %s\ntoken %s\nmarker %s\n' "$(field owner "$loaded")" "$(field token "$loaded")" "$(marker "$loaded")"
	applied=$(stat -c %Y "$loaded/marker") && printf 'applied %s\n' "$applied"
	found=$(findings "$loaded" "$script")
	printf 'observed %s\n' "$(
		{
			text <"$state/attempt"
			[ -z "$listing" ] || printf '%s\n' "$listing"
			boot_digest
			printf '%s' "$found"
		} | digest
	)"
	[ -z "$found" ] || printf '%s\n' "$found" | awk '
		++lines <= 50 { print "finding " $0 }
		END { if (lines > 50) print "finding and " lines - 50 " more" }'
	[ ! -e "$state/rolled-back" ] || printf 'rolled-back\n'
	counters "$loaded"
	token_lines "$loaded"
	refused_ports "$loaded"
	! has_line blacklist "$loaded" || printf 'blacklisted %s\n' "$(printf '%s\n' "$elements" | grep -c '^pk_blacklist')"
}

# prefixed WORD: standard input with that word before each line.
prefixed() {
	local line
	while read -r line; do
		printf '%s %s\n' "$1" "$line"
	done
}

# shown_sets GENERATION: the sets of its rules of which a report tells.
shown_sets() {
	printf 'admitted4 admitted6 flows4 flows6 connections refusals refused'
	! has_knockers "$1" || printf ' windows4 windows6 entries'
	! has_line blacklist "$1" || printf ' blacklist4 blacklist6'
	! has_tokens "$1" || printf ' filled'
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
	printf '%s\n' "$elements" | awk '
		function whose(names) { return names ~ / / ? names : "- " names }
		file == "manifest" && $1 == "service" { name[$2] = $3 }
		file == "manifest" && $1 == "knocker" { name[$2] = $4 " " name[$3] }
		file == "manifest" { next }
		{ sub(/^pk_/, "", $1) }
		$1 ~ /^windows/ && $5 in name && $2 != "never-ending" { print "window", whose(name[$5]), $4, int($2 / 1000) }
		$1 == "entries" && $4 in name { print $1, whose(name[$4]), $3 }
		$1 ~ /^(admitted|flows)/ && $5 in name && $2 != "never-ending" { print substr($1, 1, length($1) - 1), name[$5], $4, int($2 / 1000) }
		$1 ~ /^(connections|refusals)$/ && $4 in name { print $1, name[$4], $3 }' file=manifest "$1/manifest" file=listed -
}

# The ten most refused ports, without those of sequences: knocks are refused like everything else.
refused_ports() {
	printf '%s\n' "$elements" | awk '
		function comes_before(a, b) {
			if (packets[a] != packets[b]) return packets[a] > packets[b]
			if (protocol[a] != protocol[b]) return protocol[a] < protocol[b]
			return port[a] < port[b]
		}
		file == "manifest" && $1 == "sequence" { split($2, knocks, ","); for (i in knocks) is_knock[knocks[i]] }
		file == "listed" && $1 == "pk_refused" {
			name = $4 == 6 ? "tcp" : $4 == 17 ? "udp" : $4
			if (name !~ /^(tcp|udp)$/ || ($5 "/" name) in is_knock) next
			packets[++refused] = $3 + 0
			protocol[refused] = name
			port[refused] = $5 + 0
		}
		END {
			for (shown = 0; shown < 10 && shown < refused; shown++) {
				first = 0
				for (i = 1; i <= refused; i++) if (!(i in printed) && (!first || comes_before(i, first))) first = i
				printed[first]
				print "refused-port", protocol[first], port[first], packets[first]
			}
		}' file=manifest "$1/manifest" file=listed -
}

# What other tables do to packets that come in, for whoever compares it with our rules; `incomplete` where nft cannot
# show all of it: rules of an iptables whose extensions are missing, or of one that the kernel keeps elsewhere.
other_tables() {
	local family name
	{ read -r _ </proc/net/ip_tables_names || read -r _ </proc/net/ip6_tables_names; } 2>/dev/null && echo incomplete
	printf '%s\n' "$tables" | while read -r _ family name; do
		case "$family $name" in 'inet portknock' | 'inet portknock_overlap' | ' ') continue ;; esac
		nft -s -t list table "$family" "$name" 2>&1 | awk '
			/type filter hook (ingress|prerouting|input|output) / { filters = 1 }
			/XT .* not found/ { line[++lines] = "incomplete" }
			/^table |^\t(chain .*)?[{}]|\t(type filter hook|.*(accept|drop|reject|notrack|jump|goto|return|vmap|queue|xt target))/ { line[++lines] = $0 }
			END { if (filters) for (i = 1; i <= lines; i++) print line[i] }'
	done
}

script_digest() {
	[ ! -e "$state/host.sh" ] || digest <"$state/host.sh"
}

digest() {
	local sum
	sum=$(sha256sum) && printf '%s\n' "${sum%% *}"
}
