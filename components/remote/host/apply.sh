# shellcheck shell=dash
# Loads the new rules behind a rollback timer.

apply() {
	local lost
	before=$(live)
	check_owner "$2"
	prepare_candidate "$1" "$2"
	! has_tokens "$next" || command -v basenc >/dev/null ||
		refuse 'tokens need basenc of coreutils 8.31 or newer on this host; upgrade the package coreutils'
	try_out "$next" || refuse "nft $nft_version refused the ruleset ($(reason))"
	lost=$(printf '%s\n' "$trial" | lost_timeouts "$next/ruleset.nft")
	[ -z "$lost" ] || refuse "nft $nft_version loses timeouts on their way to the kernel ($lost); upgrade the package nftables"
	is_pending || note_windows || abandon 'nft could not list who is admitted; nothing was changed'
	note_stray_table || abandon 'nft could not list the tables; nothing was changed'
	arm_rollback || abandon 'the rollback timer could not be armed; nothing was changed'
	point candidate "$next" || take_back "$state could not be written; make room on the disk"
	load "$next" "$before" || take_back "nft $nft_version could not load the ruleset ($(reason))"
	set_routes "$next" || take_back 'the local route of the network of tokens could not be set; see ip -6 route show table local'
	fill_tokens "$next" || take_back 'the tokens of this host could not be made; make room on /run and on the disk'
	record_listing || take_back 'what was loaded could not be recorded; make room on the disk'
	disarm_all_but "$next"
	sweep
	printf 'portknock: loaded; rolls back in %s seconds unless confirmed\n' "$(field rollback "$next")"
	printf 'attempt %s\n' "$attempt"
}

# The same component may take over from another of its own host names: that is a rename, and the engine runs the
# old name's `remove` after this apply.
check_owner() {
	[ -n "$before" ] || return 0
	local ours theirs
	ours=$(field owner "$1")
	theirs=$(field owner "$before")
	[ "${ours%/*}" = "${theirs%/*}" ] && return 0
	[ "$(field adopt "$1")" = "$theirs" ] && return 0
	note_wanted "$1"
	fail "this host is guarded by $theirs; destroy it there, or set adopt to \"$theirs\" on this host"
}

# A new owner in the same stack who is refused may be the old one renamed, and an engine that goes on after errors
# deletes the old name next. That must not open the host. Another stack deletes nothing of this one's.
note_wanted() {
	[ -n "$before" ] || return 0
	local ours theirs
	ours=$(field owner "$1")
	theirs=$(field owner "$before")
	if [ "$ours" != "$theirs" ] && [ "$(stack_of "$ours")" = "$(stack_of "$theirs")" ]; then
		write_file "$state/wanted" 600 "$ours" || true
	fi
}

# stack_of OWNER: its project and its stack.
stack_of() {
	printf '%s\n' "$1" | cut -d / -f 1,2
}

prepare_candidate() {
	mkdir -p "$state/generations" 2>/dev/null || fail_to_write "$state"
	chmod 700 "$state"
	read -r attempt </proc/sys/kernel/random/uuid
	next=$state/generations/$attempt
	fill_generation "$1" "$2" 2>/dev/null || abandon "$state could not be written; make room on the disk"
}

# A full disk must end the run: rules that were cut short may well be rules that nft accepts.
fill_generation() {
	mkdir "$next" &&
		cp "$2/manifest" "$2/ruleset.nft" "$boot_id" "$next" &&
		mv "$next/boot_id" "$next/boot-id" &&
		printf '%s\n' "$1" >"$next/marker" &&
		printf '%s\n' "$nft_version" >"$next/nft-version" &&
		install_script "$2" &&
		rm -f "$state/rolled-back" "$state/wanted" &&
		# From here on an observer can tell that there was another attempt, however it ends.
		write_file "$state/attempt" 600 "$attempt"
}

# install_script FOLDER: nothing where it is installed, as after most applies: what is written waits for the disk.
install_script() {
	cmp -s "$1/host.sh" "$state/host.sh" && holds "$installed" "$(field script "$1")" && return
	cp "$1/host.sh" "$state/host.sh.new" &&
		sync "$state/host.sh.new" &&
		mv "$state/host.sh.new" "$state/host.sh" &&
		write_file "$installed" 600 "$(field script "$1")"
}

# In one piece: a confirm takes the candidate for whole where it is there. An nft that was ended leaves half of it.
record_listing() {
	list_table 2>/dev/null >"$next/listing.new" &&
		[ "$(tail -n 1 "$next/listing.new")" = '}' ] &&
		mv "$next/listing.new" "$next/listing"
}

# nft quotes the rules that it refuses, so only a line number and a message without numbers leave this host.
reason() {
	printf '%s\n' "$complaint" | awk -F ': Error: ' '
		/: Error: / { split($1, at, ":"); gsub(/[0-9]+/, "N", $2); found = (at[2] == "" ? "" : "line " at[2] ": ") $2; exit }
		END { print found == "" ? "no reason given" : found }'
}

# take_back MESSAGE: back to what was loaded before this run. What nft did not say it did may be done nonetheless.
# Where the old rules cannot be loaded, the timer goes on trying.
take_back() {
	{ restore "$before" "$next" && point_back; } || fail "$1; the old rules come back within $(field rollback "$next") seconds"
	note_wanted "$next"
	abandon "$1; the old rules are back"
}

# An earlier candidate that nobody confirmed yet keeps its timer.
point_back() {
	if [ -z "$before" ] || is_same "$before" "$confirmed"; then
		rm -f "$candidate"
	else
		point candidate "$before"
	fi
}

refuse() {
	note_wanted "$next"
	abandon "$1; nothing was changed, the old rules stand"
}

# abandon MESSAGE: ends a run whose candidate is none.
abandon() {
	disarm_all_but "$before"
	sweep
	[ -n "$before" ] || forget_state
	fail "$1"
}

# Each attempt has a timer of its own, so that there is none without one, and a timer that fires while another
# run holds the lock finds that the candidate is not the one that it was armed for. Whatever ends the rollback before
# it is done, or holds it up, it starts again. No semicolon: systemd 252 reads it back from its own unit as another
# command after a reload.
arm_rollback() {
	systemd-run --quiet --collect --unit="$timer-$attempt" --on-active="$(field rollback "$next")" \
		--timer-property=AccuracySec=200ms --property=Restart=on-failure --property=RestartSec=1s \
		--property=RuntimeMaxSec=900 --property=TimeoutStopSec=10 \
		--property=StartLimitIntervalSec=0 --property=RestartForceExitStatus='SIGHUP SIGINT SIGPIPE SIGTERM' \
		sh -c "[ ! -e $state/host.sh ] && rm -rf $state.gone || exec sh $state/host.sh rollback $attempt" 2>/dev/null
}

# disarm_all_but GENERATION: all timers but that one's.
disarm_all_but() {
	local armed
	# Where systemd has the units of systemd-run.
	for armed in /run/systemd/transient/"$timer"-*.timer; do
		armed=${armed##*/}
		case $armed in
		*'*'* | "$timer-${1##*/}.timer") ;;
		*) systemctl stop "$armed" 2>/dev/null ;;
		esac
	done
}
