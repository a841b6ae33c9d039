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
	local set family
	{
		cat /proc/uptime
		for set in admitted flows; do
			for family in 4 6; do
				granted $set $family | sed "s/^/$set $family /"
			done
		done
	} >"$confirmed/windows"
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
	local family
	if [ -n "$2" ]; then
		for family in 4 6; do
			carried_windows admitted $family "$1" "$2"
			carried_windows flows $family "$1" "$2"
			carried_sources $family "$1"
		done
		[ -z "$(field identity "$2")" ] || return 0
	fi
	connected_sources "$1"
}

# carried_windows SET FAMILY NEW OLD: a window, or flows, of the service of the same name if its sequence is the same.
# Who is admitted stays trusted.
carried_windows() {
	{ noted_windows "$1" "$2" "$3"; granted "$1" "$2"; } |
		awk -v set="$1" -v family="$2" '
			FNR == 1 { file++ }
			file < 3 && $1 == "service" { sequence[file, $2] = $5 }
			file == 1 && $1 == "service" && set == "admitted" { longest[$2] = $4 }
			file == 1 && $1 == "flows" && set == "flows" { longest[$2] = $3 }
			file == 1 && $1 == "trusted" && set == "admitted" { trusted = $2 }
			file == 3 && $3 != "never-ending" && ($2 in longest) && ($4 == "noted" || sequence[1, $2] == sequence[2, $2]) {
				print "pk_" set family, $3, longest[$2], $1 " . " $2
				if (trusted) print "pk_trusted" family, $3, trusted, $1
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

# Statements that add these elements, each with the longest time that a line gives it, and never more than granted.
put_back() {
	awk '
		{
			left = $2 < $3 * 1000 ? $2 : $3 * 1000
			key = $0
			sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", key)
			if (left > longest[$1, key]) {
				longest[$1, key] = left
				set[$1, key] = $1
				element[$1, key] = key " timeout " $3 "s expires " sprintf("%.0f", left) "ms"
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
