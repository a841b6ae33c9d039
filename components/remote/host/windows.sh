# shellcheck shell=dash
# What sources were granted, carried over from the old rules to the new ones.

# Who is admitted, and whose flows go on, under the confirmed rules when a candidate takes their place: what it closes
# comes back with them. Written once, whatever number of candidates follow each other. Fails where nft did not say.
note_windows() {
	[ -e "$confirmed" ] || return 0
	local elements
	elements=$(list_elements "$(window_sets "$confirmed")") || return 1
	{
		text </proc/uptime
		printf '%s\n' "$elements" | awk 'NF { print substr($1, 4, length($1) - 4), substr($1, length($1)), $4, $5, $2 }'
	} >"$confirmed/windows"
	return 0
}

# window_sets GENERATION: the sets of its rules that say who is admitted, whose flows go on, and who opened it.
window_sets() {
	printf 'admitted4 admitted6 flows4 flows6'
	! has_knockers "$1" || printf ' windows4 windows6 flow_windows4 flow_windows6'
}

# has_knockers GENERATION: whether its rules say who opened a window.
has_knockers() {
	has_line knocker "$1"
}

# carried NEW OLD: lines `SET MILLISECONDS-LEFT GRANTED-SECONDS KEY`. Fails where nft did not say what OLD granted.
carried() {
	local sets elements
	if [ -n "$2" ]; then
		sets=$(window_sets "$2")
		! has_line blacklist "$2" || sets="$sets blacklist4 blacklist6"
		! has_line trusted "$2" || sets="$sets trusted4 trusted6"
		elements=$(list_elements "$sets") || return 1
		if [ -n "$elements" ] || [ -e "$1/windows" ]; then
			carried_windows "$1" "$2"
		fi
		[ -z "$elements" ] || carried_sources "$1"
		[ -z "$(field identity "$2")" ] || return 0
	fi
	connected_sources "$1"
}

# carried_windows NEW OLD: of `elements`, and of what was noted under NEW, a window, or flows, of the service of the same name as long
# as one of those who opened it still may: with the same sequence, and before his end. Without knockers that is the service's own
# sequence. Who is admitted stays trusted.
carried_windows() {
	local noted=/dev/null
	[ ! -e "$1/windows" ] || noted=$1/windows
	printf '%s\n' "$elements" |
		awk -v now="$(date +%s)" '
			function least(a, b) { return a < b ? a : b }
			function most(a, b) { return a > b ? a : b }
			function keep_owner(set, family, address, id, left, of,   service) {
				service = service_of["new", id]
				if (owned[of, set, family, address, service] < left) {
					owned[of, set, family, address, service] = left
					opener[set, family, address, service] = id
				}
				if (knows["new"])
					print "pk_" owners_of[set] family, left, set == "flows" ? flow_window : longest["admitted", service], address " . " id
			}
			# of: under whose rules, whose sequences are those that opened it.
			function take(of, kind, family, address, id, left,   set, service) {
				if (!(kind in set_of)) return
				set = set_of[kind]
				service = service_of["new", id]
				if (left == "never-ending" || !((set, service) in longest) || service_of[of, id] != service) return
				# Others may have opened it, whose windows come before.
				if (sequence["new", id] != sequence[of, id] && (kind != set || !knows[of])) return
				if (kind == set) {
					granted[++grants] = of " " set " " family " " address " " id " " left
				} else {
					if (until["new", id] > 0) left = least(left, (until["new", id] - now) * 1000)
					if (left > 0) keep_owner(set, family, address, id, left, of)
				}
			}
			BEGIN {
				owners_of["admitted"] = "windows"
				owners_of["flows"] = "flow_windows"
				for (set in owners_of) { set_of[set] = set; set_of[owners_of[set]] = set }
			}
			file == "uptime" { uptime = $1; next }
			file == "new" || file == "old" {
				if ($1 == "service") { sequence[file, $2] = $5; service_of[file, $2] = $2 }
				if ($1 == "knocker") { sequence[file, $2] = $6; service_of[file, $2] = $3; until[file, $2] = $5; knows[file] = 1 }
			}
			file == "new" {
				if ($1 == "service") { longest["admitted", $2] = $4; name[$2] = $3 }
				if ($1 == "knocker") is_knocked[$3]
				if ($1 == "flows") longest["flows", $2] = $3
				if ($1 == "flow-windows") flow_window = $2
				if ($1 == "trusted") trusted = $2
			}
			file == "noted" && NF == 2 { elapsed = uptime - $1 }
			file == "noted" && NF == 5 {
				left = $5
				if (left != "never-ending") left = int(left - elapsed * 1000)
				take("new", $1, $2, $3, $4, left)
			}
			file == "listed" && NF { take("old", substr($1, 4, length($1) - 4), substr($1, length($1)), $4, $5, $2) }
			END {
				for (i = 1; i <= grants; i++) {
					split(granted[i], part, " ")
					of = part[1]; set = part[2]; family = part[3]; address = part[4]; id = part[5]; left = part[6]
					if (knows[of]) left = least(left, owned[of, set, family, address, id])
					else keep_owner(set, family, address, id, left, of)
					if (left <= 0) continue
					print "pk_" set family, left, longest[set, id], address " . " id
					if (set == "admitted" && trusted) print "pk_trusted" family, left, trusted, address
				}
				for (key in opener) {
					split(key, part, SUBSEP)
					set = part[1]; family = part[2]; address = part[3]; service = part[4]
					if (set != "admitted" || !(service in is_knocked)) continue
					left = most(owned["new", set, family, address, service], owned["old", set, family, address, service])
					print "pk_opener_" name[service] family, left, longest[set, service], address " : " opener[key]
				}
			}' file=uptime /proc/uptime file=new "$1/manifest" file=old "$2/manifest" file=noted "$noted" file=listed -
}

# carried_sources NEW: of `elements`, the blacklist and who is trusted.
carried_sources() {
	printf '%s\n' "$elements" | awk '
		file == "new" { longest["pk_" $1 "4"] = longest["pk_" $1 "6"] = $2; next }
		/^pk_(blacklist|trusted)/ && longest[$1] > 0 { print $1, $2 == "never-ending" ? longest[$1] "000" : $2, longest[$1], $4 }
	' file=new "$1/manifest" file=listed -
}

# Connection tracking may begin with our rules: the next packet of an older connection then looks like an attack.
# So who is connected is trusted for a day, as far as the set holds them.
connected_sources() {
	local masks
	masks=$(field identity "$1")
	[ -n "$masks" ] && command -v ss >/dev/null || return 0
	ss -Htn state established 2>/dev/null | awk -v mask4="${masks% *}" -v mask6="${masks#* }" '
		{
			peer = $4
			sub(/:[0-9]+$/, "", peer)
			gsub(/\[|\]|%.*/, "", peer)
			if (peer ~ /[.]/) sub(/^::ffff:/, "", peer)
			if (!known[peer]++ && ++sources <= 30000)
				print "pk_trusted" (peer ~ /:/ ? 6 : 4), 86400000, 86400, peer " & " (peer ~ /:/ ? mask6 : mask4)
		}'
}

# Who opened a window last, who knocks meanwhile may have written as well: another value of an element that is there is an
# error, and takes all the others with it.
without_openers() {
	awk '$1 !~ /^pk_opener_/'
}

# Statements that add these elements, each with the longest time that a line gives it, and never more than granted. A key
# of a map ends in ` : VALUE`.
put_back() {
	awk '
		NF {
			left = $2 < $3 * 1000 ? $2 : $3 * 1000
			key = $0
			sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", key)
			if (left > longest[$1, key]) {
				longest[$1, key] = left
				set[$1, key] = $1
				value = key
				if (!sub(/.* : /, " : ", value)) value = ""
				element[$1, key] = substr(key, 1, length(key) - length(value)) " timeout " $3 "s expires " sprintf("%.0f", left) "ms" value
				sets[$1]
			}
		}
		END {
			for (name in sets) {
				separator = "add element inet portknock " name " {\n"
				for (key in element) {
					if (set[key] != name) continue
					printf "%s\t%s", separator, element[key]
					separator = ",\n"
				}
				print "\n}"
			}
		}'
}
