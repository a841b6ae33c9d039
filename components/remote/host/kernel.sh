# shellcheck shell=dash
# The tables in the kernel: loading and deleting.

# An nft that does not return is ended, and fails. It gets longer than a probe waits for an answer: that must not be
# told of drift where nothing was seen. Until it is gone it holds the lock: what it loads may still come into force.
nft() {
	$within_a_minute nft "$@"
	say_ended $?
}

# say_ended STATUS: what nft said nothing of; returns it.
say_ended() {
	! never_returned "$1" || echo 'nft: Error: it was killed, or did not return within a minute' >&2
	return "$1"
}

# never_returned STATUS: of a timeout, or of a kill: by the timeout, or where memory is short.
never_returned() {
	[ "$1" = 124 ] || [ "$1" = 137 ]
}

# load NEW OLD: the rules of NEW, in which what OLD granted and NEW still grants is put back.
load() {
	local transaction outcome
	complaint=
	transaction=$(mktemp "$state/transaction.XXXXXXXX") &&
		fill_transaction whole "$1" "$2" >"$transaction" &&
		load_overlap "$transaction" &&
		# Once more, for whom the old rules admitted in the meantime.
		fill_transaction replacement "$1" "$2" >"$transaction" &&
		complaint=$(nft -f "$transaction" 2>&1) &&
		move_windows_of_overlap "$1"
	outcome=$?
	rm -f "$transaction"
	remove_overlap && return $outcome
}

# try_out GENERATION: whether nft takes the rules, in a network of their own where there may be one: then `trial` is
# what the kernel made of them.
try_out() {
	trial=$(list_in_own_network "$1/ruleset.nft" 2>&1) && return
	complaint=$trial
	trial=
	case $complaint in
	*'unshare: '*) complaint=$(nft -c -f "$1/ruleset.nft" 2>&1) ;;
	*) false ;;
	esac
}

# list_in_own_network RULESET: what the kernel makes of it.
list_in_own_network() {
	unshare -n sh -c "$within_a_minute nft -f \"\$1\" && $within_a_minute nft -s list table inet portknock" sh "$1"
	say_ended $?
}

# lost_timeouts RULESET: with the kernel's listing on standard input, the first rule, or the set, whose timeout did not
# reach the kernel. nft 0.9.8, and some builds of 1.0.2, drop that of a map's update without a word.
lost_timeouts() {
	awk '
		function seconds(text,   total, size) {
			total = 0
			while (match(text, /^[0-9]+[a-z]+/)) {
				size = substr(text, 1, RLENGTH)
				text = substr(text, RLENGTH + 1)
				if (size ~ /ms$/) total += size / 1000
				else if (size ~ /s$/) total += size
				else if (size ~ /m$/) total += 60 * size
				else if (size ~ /h$/) total += 3600 * size
				else if (size ~ /d$/) total += 86400 * size
			}
			return total
		}
		FNR == 1 { file++ }
		file == 2 && /^table / { listed = 1 }
		/^\t[a-z].*[{]$/ { object = $2; next }
		!/(^\t\t| )timeout [0-9]/ { next }
		/^\t\ttimeout / { name = object }
		!/^\t\ttimeout / {
			if (!sub(/ comment "/, "\n")) next
			name = $0
			sub(/.*\n/, "", name)
			sub(/"$/, "", name)
			name = object ", " name
			sub(/.* timeout /, "timeout ")
		}
		{ value = seconds($2) }
		file == 1 { wanted[++count] = name; wants[name] = value }
		file == 2 { has[name] = value }
		END {
			for (i = 1; listed && i <= count; i++) if (wants[wanted[i]] != has[wanted[i]]) { print wanted[i]; exit }
		}' "$1" -
}

# fill_transaction whole|replacement NEW OLD: the text of it.
fill_transaction() {
	local granted
	"$1" "$2" "$3" || return 1
	granted=$(carried "$2" "$3") || {
		complaint='nft: Error: it does not say who is admitted'
		return 1
	}
	[ -z "$granted" ] || printf '%s\n' "$granted" | put_back
}

whole() {
	cat "$1/ruleset.nft"
}

# replacement NEW OLD: what puts these rules in the place of those that are loaded. Tokens stay where they are: a packet that
# uses one up between a listing and the commit would find it back again, and so would who overheard it.
replacement() {
	local emptied=
	if has_tokens "$1" && is_same_host "$1" "$2"; then
		emptied=$(emptied_but_tokens) || return 1
	fi
	if [ -n "$emptied" ]; then
		printf '%s\n' "$emptied" && by_commands "$1/ruleset.nft"
	else
		whole "$1"
	fi
}

# is_same_host NEW OLD: tokens are made for the name that a host has in the program; those of another name are worth nothing.
# Where the records are lost, nothing speaks for another name.
is_same_host() {
	local owner
	[ -n "$2" ] || return 0
	owner=$(field owner "$2")
	[ "$(field owner "$1" | sed 's/.*\///')" = "${owner##*/}" ]
}

# by_commands RULESET: sets and maps by commands of their own, behind the chains that they lead to: nft 0.9.8 crashes where
# a table that is there gets a new set of networks in its block.
by_commands() {
	awk '
		/^\tchain / { name = $2; chains[++chain] = name }
		/^\t\ttype filter hook / { hooked[name] = 1 }
		END { for (i = 1; i <= chain; i++) if (!(chains[i] in hooked)) print "add chain inet portknock " chains[i] }' "$1"
	awk '
		/^\t(set|map) / { in_set = 1; sub(/^\t/, "add "); sub(/ pk_/, " inet portknock pk_") }
		in_set { print }
		/^\t}/ { in_set = 0 }' "$1"
	awk '
		/^\t(set|map) / { in_set = 1 }
		NR > 2 && !in_set { print }
		/^\t}/ { in_set = 0 }' "$1"
}

# Statements that leave nothing of our table but its tokens; none where it has no tokens, or what is not ours is in it and
# may go with the whole of it only. Maps of verdicts are emptied before the chains go that they lead to.
emptied_but_tokens() {
	local ruleset
	ruleset=$(nft -t list ruleset 2>/dev/null) || return 1
	printf '%s\n' "$ruleset" | awk -v kept_names="$token_sets" '
		function is_kept(name) { return name ~ kept_names }
		/^table / { ours = /^table inet portknock [{]/ }
		!ours { next }
		/^\t[a-z]/ && !/^\t(set|map|chain) / { foreign = 1 }
		/^\t(set|map) / && !is_kept($2) { sets[++set] = $1 " inet portknock " $2 }
		/^\t(set|map) / && is_kept($2) { kept++ }
		/^\tchain / { chains[++chain] = $2 }
		END {
			if (kept < 4 || foreign) exit
			print "flush table inet portknock"
			for (i = 1; i <= set; i++) print "flush " sets[i]
			for (i = 1; i <= set; i++) print "delete " sets[i]
			for (i = 1; i <= chain; i++) print "delete chain inet portknock " chains[i]
		}'
}

# The rules of a file as they are, for when nothing else will do.
replace_table() {
	local replaced
	load_overlap "$1" && complaint=$(nft -f "$1" 2>&1)
	replaced=$?
	remove_overlap && return $replaced
}

# One transaction is not enough: a packet that is in the old rules when the kernel commits finds their sets empty
# and passes (about 3 of 1600 a reload under a flood, kernel 6.18). So a copy under another name guards meanwhile.
load_overlap() {
	stands portknock
	case $? in
	0) complaint=$(sed 's/inet portknock/&_overlap/' "$1" | nft -f - 2>&1) ;;
	1) true ;;
	*) false ;;
	esac
}

# Who knocked while the copy stood was admitted by the old rules, which are gone, and by the copy. Windows that cannot
# be moved are no reason to undo what was loaded. What is called from here sees its `table`.
move_windows_of_overlap() {
	local table=portknock_overlap elements
	elements=$(list_elements "$(window_sets "$1")") && [ -n "$elements" ] || return 0
	carried_windows "$1" "$1" | without_openers | put_back | nft -f - 2>/dev/null || true
}

remove_overlap() {
	delete_if_there portknock_overlap
}

delete_if_there() {
	nft delete table inet "$1" 2>/dev/null && return
	stands "$1"
	[ $? = 1 ]
}

# A table without our records of it: a host that lost them. Nobody but us uses its name. In one file with what makes
# room for it: from a pipe nft takes half of it as well, and an nft that was ended leaves half.
note_stray_table() {
	[ -z "$before" ] || return 0
	stands portknock
	case $? in
	0)
		nft list table inet portknock 2>/dev/null >"$next/listed" &&
			[ "$(tail -n 1 "$next/listed")" = '}' ] &&
			{
				printf 'table inet portknock\ndelete table inet portknock\n' && without_tokens <"$next/listed"
			} >"$next/stray.new" &&
			mv "$next/stray.new" "$next/stray.nft" &&
			rm -f "$next/listed"
		;;
	1) true ;;
	*) false ;;
	esac
}
