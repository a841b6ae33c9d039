# shellcheck shell=dash
# What differs between the host and what was applied to it, in words.

findings() {
	table_findings "$1"
	window_findings "$1"
	network_findings "$1"
	script_findings
	if is_listed portknock_overlap; then
		echo 'the table portknock_overlap was left behind by a run that died'
	fi
	is_pending || boot_findings "$1"
}

# Timers run it, and a removal. It may be newer than the rules, whose update was refused or rolled back; an earlier version did
# not note which one it is.
script_findings() {
	if [ ! -e "$state/host.sh" ]; then
		echo 'the host script is missing'
	elif [ -e "$installed" ] && [ "$(script_digest)" != "$(cat "$installed")" ]; then
		echo 'the host script was changed'
	fi
}

boot_findings() {
	if [ ! -e "$boot_file" ]; then
		echo 'the boot file is missing'
	elif ! cmp -s "$boot_file" "$1/ruleset.nft"; then
		echo 'the boot file was changed'
	fi
	flush_unit_findings
	token_unit_findings "$1"
	if [ ! -e "$unit_file" ]; then
		echo "the unit $unit_name is missing"
	elif [ "$(unit_text)" != "$(cat "$unit_file")" ]; then
		echo "the unit $unit_name was changed"
	elif [ -n "$(systemctl show --property DropInPaths --value "$unit_name")" ]; then
		echo "the unit $unit_name has drop-ins that are not ours"
	elif ! systemctl --quiet is-enabled "$unit_name" 2>/dev/null; then
		echo "the unit $unit_name is disabled"
	elif ! systemctl --quiet is-active "$unit_name"; then
		echo "the unit $unit_name is not active"
	fi
}

table_findings() {
	local expected lost
	if ! is_listed portknock; then
		echo 'the table is missing'
	elif [ ! -e "$1/listing" ]; then
		echo 'the last apply did not finish'
	elif [ "$(cat "$1/nft-version")" = "$nft_version" ]; then
		list_table | compare_listings "$1/listing"
	else
		# Another nft prints the same rules in another way: let it print ours, in a network of its own.
		expected=$(mktemp /run/portknock.XXXXXXXX)
		list_in_own_network "$1/ruleset.nft" 2>/dev/null |
			without_traffic >"$expected"
		if [ -s "$expected" ]; then
			list_table | compare_listings "$expected"
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
	local set family
	for set in admitted flows; do
		for family in 4 6; do
			granted $set $family | awk -v set="$set" -v family="$family" '
				FNR == 1 { file++ }
				file == 1 && $1 == "service" && set == "admitted" { longest[$2] = $4 * 1000 }
				file == 1 && $1 == "flows" && set == "flows" { longest[$2] = $3 * 1000 }
				file == 2 && (!($2 in longest) || $3 == "never-ending" || $3 > longest[$2]) {
					print "set pk_" set family " admits somebody for longer than any knock does"
					exit
				}' "$1/manifest" -
		done
	done
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
