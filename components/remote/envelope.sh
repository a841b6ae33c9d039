# shellcheck shell=sh disable=SC2154 # portknock_work is that of workFolder.sh
# What travels to apply: the host script and its payload, packed. Everything stands inside of functions, and what calls them is
# the last line, so a truncated stream runs nothing. The payload is part of the script text because dash reads its input in
# blocks: what follows the last line never reaches a `cat`.
# A command text that an earlier version left in a state knows no DONE and takes 0 for success.
# The lines between the here-document marks are filled in by envelope.ts.
portknock_failed() {
	if command -v base64 >/dev/null && command -v gzip >/dev/null; then
		portknock_full
	else
		echo 'portknock: base64 or gzip is missing; install the packages coreutils and gzip' >&2
		return 1
	fi
}
portknock_unpack() {
	portknock_open_folder || return 1
	base64 -d <<'PORTKNOCK_HOST_SH' | gzip -d >"$portknock_work/host.sh" || portknock_failed || return 1
PORTKNOCK_HOST_SH
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_full || return 1
PORTKNOCK_MANIFEST
	base64 -d <<'PORTKNOCK_RULESET' | gzip -d >"$portknock_work/ruleset.nft" || portknock_failed || return 1
PORTKNOCK_RULESET
	sh "$portknock_work/host.sh" "$1" "$2" "$portknock_work" </dev/null && exit "${3:-0}"
}
portknock_unpack "$@"
