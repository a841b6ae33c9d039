# shellcheck shell=dash
# What a verb works on arrives on standard input: the manifest, and for apply and remove an empty line and the packed ruleset (packing.ts). And
# where the script of an apply waits for it.

# take_payload VERB: into a work folder that only root may enter, and that is gone when the run ends.
take_payload() {
	work=$(mktemp -d /run/portknock.XXXXXXXX 2>/dev/null || mktemp -d) || fail '/run cannot be written; make room there'
	trap 'end 1' HUP INT TERM
	{ cat >"$work/payload" && sed '/^$/,$d' "$work/payload" >"$work/manifest"; } 2>/dev/null || fail_for_room
	host_name=$(field owner "$work")
	host_name=${host_name##*/}
	[ "$1" = confirm ] || cp "$0" "$work/host.sh" 2>/dev/null || fail_for_room
	[ "$1" != apply ] || unpack_ruleset
}

fail_for_room() {
	fail "$work could not be written; make room there"
}

unpack_ruleset() {
	is_wanted_script || fail 'the host script was replaced just now; try again'
	unstage
	{ dictionary && sed '1,/^$/d' "$work/payload" | base64 -d; } 2>/dev/null | gzip -d >"$work/unpacked" 2>/dev/null &&
		tail -c "+$((dictionary_bytes + 1))" "$work/unpacked" >"$work/ruleset.nft" 2>/dev/null && return
	{ command -v base64 && command -v gzip; } >/dev/null ||
		fail 'base64 or gzip is missing; install the packages coreutils and gzip'
	fail 'the rules did not arrive as they were sent; make room on /run, then try again'
}

is_wanted_script() {
	[ "$(digest <"$work/host.sh")" = "$(field script "$work")" ]
}

# Between its delivery and apply the script stands in /run, where only root makes files, under a name for each owner: so nobody
# else's apply takes it away. It stays for an hour, for nobody may come for it.
deliver() {
	stage || fail 'the host script could not be kept in /run; see what is wrong with /run or with systemd there'
}

stage() {
	local unit path
	unit=$(staged_unit)
	path=$(staged_path "$unit")
	systemctl --quiet stop "$unit.timer" 2>/dev/null
	rm -rf "$path"
	systemd-run --quiet --collect --unit="$unit" --on-active=1h rm -f "$path" 2>/dev/null &&
		mv -fT "$work/host.sh" "$path"
}

unstage() {
	local unit path
	unit=$(staged_unit)
	path=$(staged_path "$unit")
	[ ! -e "$path" ] || {
		systemctl --quiet stop "$unit.timer" 2>/dev/null
		rm -rf "$path"
	}
}

# The timer that takes it away.
staged_unit() {
	printf '%s-%.16s\n' "$staged" "$(field owner "$work" | digest)"
}

# staged_path UNIT
staged_path() {
	printf '/run/%s.%s\n' "$staged" "${1##*-}"
}
