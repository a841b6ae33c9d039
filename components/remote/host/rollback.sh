# shellcheck shell=dash
# Back to the rules before: those that were confirmed last, or none.

# The service that runs it starts it again until it ends well.
rollback() {
	if is_pending && is_same "$candidate" "$state/generations/$1"; then
		roll_back
		printf 'portknock: nobody confirmed the new rules; the old ones are back\n'
	elif is_same "$confirmed" "$state/generations/$1"; then
		# Its confirm died.
		prepare_boot "$confirmed"
		finish_boot
		sweep
	elif [ -n "$(live)" ]; then
		sweep
	else
		# The first apply died before it loaded anything.
		forget_state
	fi
}

roll_back() {
	restore "$(generation_of "$confirmed")" "$candidate" ||
		fail 'the old rules could not be loaded; this host still runs the rules that nobody confirmed'
	if [ -e "$confirmed" ]; then
		touch "$state/rolled-back" 2>/dev/null
		rm -f "$candidate" || fail 'the candidate could not be removed; see whether /var can be written'
		bring_tokens_back
		sweep
	elif [ -e "$candidate/stray.nft" ]; then
		forget_state
	else
		forget_everything
	fi
}

# restore OLD NEW: the rules of OLD in place of those of NEW; without OLD, what NEW found.
restore() {
	if [ -n "$1" ]; then
		# A full disk holds no transaction: then without the windows and the tokens, which no single failure takes.
		list_table | cmp -s - "$1/listing" ||
			load "$1" "$(live)" || load "$1" "$(live)" || replace_table "$1/ruleset.nft"
	elif [ -e "$2/stray.nft" ]; then
		keep_tokens_of_stray "$2/stray.nft" || keep_tokens_of_stray "$2/stray.nft" || nft -f "$2/stray.nft" 2>/dev/null
	else
		delete_if_there portknock
	fi && remove_overlap && { set_routes "$1" || true; }
}

# keep_tokens_of_stray LISTING: that in place of the rules, but for the tokens, which nobody could make anew. Fails where there
# are none.
keep_tokens_of_stray() {
	local emptied transaction outcome
	grep -q '^	map pk_tokens ' "$1" && emptied=$(emptied_but_tokens) && [ -n "$emptied" ] || return 1
	transaction=$(mktemp "$state/transaction.XXXXXXXX") &&
		{ printf '%s\n' "$emptied" && by_commands "$1"; } >"$transaction" &&
		nft -f "$transaction" 2>/dev/null
	outcome=$?
	rm -f "$transaction"
	return $outcome
}

# Who does not own the host leaves it alone: it was adopted, or goes on under another name. What is left to the owner
# and not removed is an error, or nobody would own the host.
remove() {
	local ours theirs old recent wanted
	ours=$(field owner "$2")
	theirs=$(owner_of "$(live)")
	old=$(owner_of "$(generation_of "$confirmed")")
	if [ "${theirs:-$ours}" != "$ours" ]; then
		[ "$old" != "$ours" ] ||
			fail "nothing was removed: $theirs has loaded its rules here and not confirmed them yet; run this again once it has, or once they were rolled back"
		printf 'portknock: this host belongs to %s now; nothing was removed\n' "$theirs"
		return 0
	fi
	if [ "${old:-$ours}" != "$ours" ]; then
		roll_back
		rm -f "$state/rolled-back"
		disarm_all_but none
		printf 'portknock: removed; the rules of %s are back\n' "$old"
		return 0
	fi
	recent=
	[ ! -e "$state/wanted" ] || recent=$(find "$state/wanted" -mmin -30) || fail "$state/wanted could not be read; try again"
	if [ -n "$recent" ]; then
		read -r wanted <"$state/wanted"
		# Whoever runs this again means it.
		rm -f "$state/wanted"
		fail "nothing was removed: $wanted was refused here just now and may be the new name of $ours; if so, set adopt to \"$ours\" on this host, otherwise run this again"
	fi
	forget_everything
	disarm_all_but none
	# An engine that replaces apply lets it follow at once, and no program comes between them.
	! is_wanted_script || stage || unstage
	printf 'portknock: removed\n'
}

# owner_of GENERATION
owner_of() {
	[ -z "$1" ] || field owner "$1"
}

# The state, which names the owner, goes last: a run that died half-way can be repeated.
forget_everything() {
	delete_table
	remove_boot
	set_routes '' || fail_to_route
	# Until our drop-in was gone, nftables.service could bring it back.
	delete_table
	forget_state
}

delete_table() {
	{ remove_overlap && delete_if_there portknock; } || fail 'the table could not be deleted; it is still in force'
}
