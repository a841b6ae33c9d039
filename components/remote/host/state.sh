# shellcheck shell=dash
# What is on disk. Every state is reached by one rename, so dying at any line leaves one that the next run mends.

# What decides runs no command of its own: one that fails where memory or processes are short must not look like a
# host that nobody guards.

# The generation whose rules are loaded: the candidate, or without one what was confirmed.
live() {
	if is_pending; then
		generation_of "$candidate"
	else
		generation_of "$confirmed"
	fi
}

# generation_of POINTER
generation_of() {
	local generation
	for generation in "$state"/generations/*; do
		! is_same "$generation" "$1" || printf '%s\n' "$generation"
	done
}

is_same() {
	[ "$1" -ef "$2" ]
}

# A candidate does not outlive its boot: that loaded what was confirmed, and the timer is gone. One that is confirmed
# is none any more: confirm died behind its decision.
is_pending() {
	local its_boot this_boot
	# Not with cmp: a file of /proc says that it is empty, so `cmp -s` (diffutils 3.8) takes it for another without a look.
	[ -e "$candidate" ] && ! is_same "$candidate" "$confirmed" &&
		read -r its_boot <"$candidate/boot-id" && read -r this_boot <"$boot_id" && [ "$its_boot" = "$this_boot" ]
}

field() {
	local name value
	while read -r name value; do
		[ "$name" != "$1" ] || printf '%s\n' "$value"
	done <"$2/manifest"
}

# text: what is on standard input, by no command of its own.
text() {
	local line IFS=
	while read -r line || [ -n "$line" ]; do
		printf '%s\n' "$line"
	done
}

# holds FILE TEXT
holds() {
	[ -e "$1" ] && [ "$(text <"$1")" = "$2" ]
}

# has_line NAME GENERATION: whether its manifest says something of that kind.
has_line() {
	local name rest
	[ -e "$2/manifest" ] || return 1
	while read -r name rest; do
		[ "$name" != "$1" ] || return 0
	done <"$2/manifest"
	return 1
}

marker() {
	text <"$1/marker"
}

# point candidate|confirmed GENERATION
point() {
	sync "$2"/* "$2" "${2%/*}" &&
		ln -sfn "$2" "$state/$1.new" &&
		mv -T "$state/$1.new" "$state/$1" &&
		sync "$state"
}

# replace_file PATH MODE TEXT
replace_file() {
	write_file "$@" || fail_to_write "$1"
}

write_file() {
	# 600 is what the umask leaves.
	printf '%s\n' "$3" 2>/dev/null >"$1.new" && { [ "$2" = 600 ] || chmod "$2" "$1.new"; } && sync "$1.new" && mv "$1.new" "$1"
}

fail_to_write() {
	rm -f "$1.new"
	fail "$1 could not be written; make room on the disk"
}

# No run takes longer than its time limit, so older work folders are nobody's.
sweep_work_folders() {
	find /run -maxdepth 1 -name 'portknock.*' -mmin +10 -exec rm -rf {} + 2>/dev/null
}

# What runs that died left behind.
sweep() {
	local generation
	rm -rf "$state.gone" "$state"/*.new "$state"/transaction.* "$boot_file.new" "$unit_file.new" "$dropin_file.new" \
		"$reload_unit_file.new" "$stop_unit_file.new" "$bounds_file.new"
	is_pending || rm -f "$confirmed/windows" "$confirmed/stray.nft"
	for generation in "$state"/generations/*; do
		is_same "$generation" "$candidate" || is_same "$generation" "$confirmed" || rm -rf "$generation"
	done
}

# At one stroke: who dies meanwhile has forgotten all of it, or nothing.
forget_state() {
	forget_fills
	rm -rf "$state.gone"
	[ ! -e "$state" ] || mv -T "$state" "$state.gone" 2>/dev/null || rm -rf "$state"
	rm -rf "$state.gone"
	check_gone "$state" "$state.gone"
}

check_gone() {
	local path
	for path in "$@"; do
		[ ! -e "$path" ] || fail "$path could not be removed; try again"
	done
}
