# shellcheck shell=sh
# What travels on standard input of `sh -s VERB MARKER DONE` to confirm: which attempt it is. The host script is on the
# host since that attempt. Where it is not, the host took back what it had loaded, and all that came with it.
portknock_full() {
	echo "portknock: $portknock_work could not be written; make room there" >&2
	return 1
}
portknock_unpack() {
	umask 077
	portknock_work=$(mktemp -d /run/portknock.XXXXXXXX 2>/dev/null || mktemp -d) || return 1
	trap 'rm -rf "$portknock_work"' EXIT
	trap 'exit 1' HUP INT TERM
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_full || return 1
PORTKNOCK_MANIFEST
	portknock_host=$(sed -n 's/^owner .*\///p' "$portknock_work/manifest")
	if [ "$(id -u)" != 0 ]; then
		echo "portknock: $portknock_host: user $(id -un) may not become root; connect as root, or give this user passwordless sudo" >&2
		return 1
	fi
	if [ ! -e /var/lib/portknock/host.sh ]; then
		echo "portknock: $portknock_host: there is nothing to confirm: this host put its old rules back; run pulumi up again" >&2
		return 1
	fi
	sh /var/lib/portknock/host.sh "$1" "$2" "$portknock_work" </dev/null && exit "${3:-0}"
}
portknock_unpack "$@"
