# shellcheck shell=dash
# What differs between the host and what was applied to it, in words.

# findings GENERATION SCRIPT: of `tables`, `listing` and `elements`; SCRIPT is the digest of the host script.
findings() {
	table_findings "$1"
	window_findings "$1"
	network_findings "$1"
	script_findings "$2"
	if is_listed portknock_overlap; then
		echo 'the table portknock_overlap was left behind by a run that died'
	fi
	is_pending || boot_findings "$1"
}

# Timers run it, and a removal. It may be newer than the rules, whose update was refused or rolled back; an earlier version did
# not note which one it is.
script_findings() {
	if [ -z "$1" ]; then
		echo 'the host script is missing'
	elif [ -e "$installed" ] && [ "$1" != "$(text <"$installed")" ]; then
		echo 'the host script was changed'
	fi
}

boot_findings() {
	local units
	if [ ! -e "$boot_file" ]; then
		echo 'the boot file is missing'
	elif ! cmp -s "$boot_file" "$1/ruleset.nft"; then
		echo 'the boot file was changed'
	fi
	units=$(list_units)
	flush_unit_findings
	token_unit_findings "$1"
	if [ ! -e "$unit_file" ]; then
		echo "the unit $unit_name is missing"
	elif ! holds "$unit_file" "$(unit_text)"; then
		echo "the unit $unit_name was changed"
	elif is_unit "$unit_name" dropped-in; then
		echo "the unit $unit_name has drop-ins that are not ours"
	elif ! [ "$wants_link" -ef "$unit_file" ]; then
		echo "the unit $unit_name is disabled"
	elif ! is_active "$unit_name"; then
		echo "the unit $unit_name is not active"
	fi
}

# list_units: lines `NAME STATE`, `NAME dropped-in`, `NAME outdated` and `NAME unread` of the units that we look at, by one call: the
# last two where systemd has not read their files as they are, and where it does not know our drop-in. Before version 257 a folder
# of drop-ins that is new makes nothing outdated.
list_units() {
	systemctl show --property=Id --property=ActiveState --property=LoadState --property=DropInPaths --property=NeedDaemonReload \
		"$unit_name" nftables.service "${reload_unit_file##*/}" "${stop_unit_file##*/}" "$tokens_timer" "$tokens_service" 2>/dev/null | awk -v ours="$dropin_file" '
		function print_unit() {
			print name, state
			if (dropped_in) print name, "dropped-in"
			if (outdated) print name, "outdated"
			if (name == "nftables.service" && loaded && !index(" " paths " ", " " ours " ")) print name, "unread"
			dropped_in = outdated = loaded = 0
			paths = ""
		}
		sub(/^Id=/, "") { name = $0 }
		sub(/^ActiveState=/, "") { state = $0 }
		/^LoadState=loaded$/ { loaded = 1 }
		sub(/^DropInPaths=/, "") { paths = $0; dropped_in = paths != ""; next }
		/^NeedDaemonReload=yes$/ { outdated = 1 }
		NF == 0 { print_unit() }
		END { print_unit() }'
}

# is_unit NAME STATE|dropped-in|outdated|unread: by `units`.
is_unit() {
	case "
$units
" in
	*"
$1 $2
"*) ;;
	*) false ;;
	esac
}

# is_active UNIT: as systemctl has it.
is_active() {
	is_unit "$1" active || is_unit "$1" reloading
}

table_findings() {
	local expected lost
	if ! is_listed portknock; then
		echo 'the table is missing'
	elif [ ! -e "$1/listing" ]; then
		echo 'the last apply did not finish'
	elif [ "$(text <"$1/nft-version")" = "$nft_version" ]; then
		printf '%s\n' "$listing" | compare_listings "$1/listing"
	else
		# Another nft prints the same rules in another way: let it print ours, in a network of its own.
		expected=$(mktemp /run/portknock.XXXXXXXX)
		list_in_own_network "$1/ruleset.nft" 2>/dev/null |
			without_traffic >"$expected"
		if [ -s "$expected" ]; then
			printf '%s\n' "$listing" | compare_listings "$expected"
			lost=$(lost_timeouts "$1/ruleset.nft" <"$expected")
			[ -z "$lost" ] || echo "nft $nft_version loses timeouts on their way to the kernel: $lost"
		else
			echo "nft was upgraded to $nft_version and the rules cannot be compared with what it prints"
		fi
		rm -f "$expected"
	fi
}

# A door that somebody propped open by hand is in no listing.
window_findings() {
	printf '%s\n' "$elements" | awk '
		file == "manifest" && $1 == "service" { longest["pk_admitted4", $2] = longest["pk_admitted6", $2] = $4 * 1000 }
		file == "manifest" && $1 == "flows" { longest["pk_flows4", $2] = longest["pk_flows6", $2] = $3 * 1000 }
		file == "listed" && /^pk_(admitted|flows)[46] / {
			if ($1 in said || (($1, $5) in longest && $2 != "never-ending" && $2 <= longest[$1, $5])) next
			said[$1]
			print "set " $1 " admits somebody for longer than any knock does"
		}' file=manifest "$1/manifest" file=listed -
}

# What differs between the listing in a file and the one on standard input, by object and by our own comments.
compare_listings() {
	awk '
		FNR == 1 { file++ }
		/^\t[a-z]/ && !/[{]$/ && file == 2 { print "table: has " $1 " that are not ours" }
		/^\t[a-z].*[{]$/ {
			object = $0
			gsub(/^\t| [{]$/, "", object)
			known[file, object] = 1
			if (file == 1) wanted[++objects] = object
			else if (!((1, object) in known)) print object " is not ours"
			next
		}
		/^\t\t/ && file == 1 { rule[++rules] = $0; owner[rules] = object; wants[object, $0]++; body[1, object] = body[1, object] $0 }
		/^\t\t/ && file == 2 {
			body[2, object] = body[2, object] $0
			if (wants[object, $0] > found[object, $0]) found[object, $0]++
			else if ((1, object) in known) foreign[object]++
		}
		END {
			for (i = 1; i <= rules; i++) {
				if (owner[i] !~ /^chain/ || !((2, owner[i]) in known)) continue
				if (found[owner[i], rule[i]]-- > 0) continue
				comment = rule[i]
				if (!sub(/.*comment "/, "", comment)) comment = "hook\""
				sub(/".*/, "", comment)
				print owner[i] ": the rule \"" comment "\" is missing or was changed"
				explained[owner[i]] = 1
			}
			for (i = 1; i <= objects; i++) {
				object = wanted[i]
				if (!((2, object) in known)) print object " is missing"
				else if (foreign[object] && object ~ /^chain/) print object ": has a rule that is not ours"
				else if (body[1, object] != body[2, object] && !explained[object])
					print object (object ~ /^chain/ ? ": its rules are in another order" : " was changed")
			}
		}' "$1" -
}
