# shellcheck shell=sh
# What travels on standard input of `sh -s VERB MARKER DONE` to apply: the host script and its payload, packed. Everything
# stands inside a function that is called on the last line, so a truncated stream runs nothing. The payload is part of the
# script text because dash reads its input in blocks: what follows the last line never reaches a `cat`.
# A command text that an earlier version left in a state knows no DONE and takes 0 for success.
# The lines between the here-document marks are filled in by envelope.ts.
portknock_failed() {
	if command -v base64 >/dev/null && command -v gzip >/dev/null; then
		echo "portknock: $portknock_work could not be written; make room there" >&2
	else
		echo 'portknock: base64 or gzip is missing; install the packages coreutils and gzip' >&2
	fi
	return 1
}
portknock_unpack() {
	umask 077
	portknock_work=$(mktemp -d /run/portknock.XXXXXXXX 2>/dev/null || mktemp -d) || return 1
	trap 'rm -rf "$portknock_work"' EXIT
	trap 'exit 1' HUP INT TERM
	base64 -d <<'PORTKNOCK_HOST_SH' | gzip -d >"$portknock_work/host.sh" || portknock_failed || return 1
PORTKNOCK_HOST_SH
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_failed || return 1
PORTKNOCK_MANIFEST
	base64 -d <<'PORTKNOCK_RULESET' | gzip -d >"$portknock_work/ruleset.nft" || portknock_failed || return 1
PORTKNOCK_RULESET
	sh "$portknock_work/host.sh" "$1" "$2" "$portknock_work" </dev/null && exit "${3:-0}"
}
portknock_unpack "$@"
