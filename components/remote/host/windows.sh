# shellcheck shell=dash
# What sources were granted, carried over from the old rules to the new ones.

# granted SET FAMILY: lines `ADDRESS SERVICE-ID MILLISECONDS-LEFT` of who is admitted, or has flows; who was put there by
# hand may be `never-ending`.
granted() {
	elements "pk_$1$2" | awk '{ print $3, $4, $1 }'
}

# Who is admitted, and whose flows go on, under the confirmed rules when a candidate takes their place: what it closes
# comes back with them. Written once, whatever number of candidates follow each other.
note_windows() {
	[ -e "$confirmed" ] || return 0
	local sets='admitted flows' set family listed
	listed=$(list_many "$confirmed")
	! has_knockers "$confirmed" || sets="$sets windows flow_windows"
	{
		cat /proc/uptime
		for set in $sets; do
			for family in 4 6; do
				granted "$set" $family | sed "s/^/$set $family /"
			done
		done
	} >"$confirmed/windows"
}

# has_knockers GENERATION: whether its rules say who opened a window.
has_knockers() {
	grep -qs '^knocker ' "$1/manifest"
}

# noted_windows SET FAMILY GENERATION: lines as of `granted`, with what is left of them now and the word `noted`.
noted_windows() {
	[ ! -e "$3/windows" ] ||
		awk -v set="$1" -v family="$2" '
			NR == 1 { now = $1; next }
			FNR == 1 { elapsed = now - $1; next }
			$1 == set && $2 == family { printf "%s %s %d noted\n", $3, $4, $5 - elapsed * 1000 }
		' /proc/uptime "$3/windows"
}

# carried NEW OLD: lines `SET MILLISECONDS-LEFT GRANTED-SECONDS KEY`.
carried() {
	local family listed=
	if [ -n "$2" ]; then
		listed=$(list_many "$2")
		for family in 4 6; do
			carried_windows admitted $family "$1" "$2"
			carried_windows flows $family "$1" "$2"
			carried_sources $family "$1"
		done
		[ -z "$(field identity "$2")" ] || return 0
	fi
	connected_sources "$1"
}

# carried_windows SET FAMILY NEW OLD: a window, or flows, of the service of the same name as long as one of those who
# opened it still may: with the same sequence, and before his end. Without knockers that is the service's own sequence.
# Who is admitted stays trusted.
carried_windows() {
	local owners=windows
	[ "$1" = admitted ] || owners=flow_windows
	{
		echo owners
		noted_windows $owners "$2" "$3"
		! has_knockers "$4" || granted $owners "$2"
		echo granted
		noted_windows "$1" "$2" "$3"
		granted "$1" "$2"
	} |
		awk -v set="$1" -v owners="pk_$owners$2" -v family="$2" -v now="$(date +%s)" '
			function least(a, b) { return a < b ? a : b }
			function most(a, b) { return a > b ? a : b }
			function keep_owner(address, id, left, from,   service) {
				service = service_of[1, id]
				if (owned[from, address, service] < left) {
					owned[from, address, service] = left
					opener[address, service] = id
				}
				if (knows[1]) print owners, left, set == "flows" ? flow_window : longest[service], address " . " id
			}
			FNR == 1 { file++ }
			file < 3 && $1 == "service" { sequence[file, $2] = $5; service_of[file, $2] = $2 }
			file < 3 && $1 == "knocker" { sequence[file, $2] = $6; service_of[file, $2] = $3; until[file, $2] = $5; knows[file] = 1 }
			file == 1 && $1 == "service" && set == "admitted" { longest[$2] = $4; name[$2] = $3 }
			file == 1 && $1 == "knocker" { is_knocked[$3] }
			file == 1 && $1 == "flows" && set == "flows" { longest[$2] = $3 }
			file == 1 && $1 == "flow-windows" { flow_window = $2 }
			file == 1 && $1 == "trusted" && set == "admitted" { trusted = $2 }
			file != 3 { next }
			NF == 1 { kind = $1; next }
			{
				from = $4 == "noted" ? 1 : 2
				service = service_of[1, $2]
				if ($3 == "never-ending" || !(service in longest) || service_of[from, $2] != service) next
				if (sequence[1, $2] != sequence[from, $2]) {
					# Others may have opened it, whose windows come before.
					if (kind == "owners" || !knows[from]) next
				}
			}
			kind == "owners" {
				left = until[1, $2] > 0 ? least($3, (until[1, $2] - now) * 1000) : $3
				if (left > 0) keep_owner($1, $2, left, from)
				next
			}
			{
				left = $3
				if (knows[from]) left = least(left, owned[from, $1, $2])
				else keep_owner($1, $2, left, from)
				if (left <= 0) next
				print "pk_" set family, left, longest[$2], $1 " . " $2
				if (trusted) print "pk_trusted" family, left, trusted, $1
			}
			END {
				for (key in opener) {
					split(key, part, SUBSEP)
					if (set != "admitted" || !(part[2] in is_knocked)) continue
					left = most(owned[1, part[1], part[2]], owned[2, part[1], part[2]])
					print "pk_opener_" name[part[2]] family, left, longest[part[2]], part[1] " : " opener[key]
				}
			}' "$3/manifest" "$4/manifest" -
}

carried_sources() {
	local name longest
	for name in blacklist trusted; do
		longest=$(field $name "$2")
		[ -z "$longest" ] || elements "pk_$name$1" | awk -v set="pk_$name$1" -v granted="$longest" '
			{ print set, $1 == "never-ending" ? granted "000" : $1, granted, $3 }'
	done
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
		{
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
