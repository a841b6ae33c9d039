# shellcheck shell=sh
# Stands before what travels on standard input of `sh -s VERB MARKER DONE`: a folder that only root may enter, and that is
# gone when the shell ends. It fails in words where it is full.
portknock_open_folder() {
	umask 077
	portknock_work=$(mktemp -d /run/portknock.XXXXXXXX 2>/dev/null || mktemp -d) || return 1
	trap 'rm -rf "$portknock_work"' EXIT
	trap 'exit 1' HUP INT TERM
}
portknock_full() {
	echo "portknock: $portknock_work could not be written; make room there" >&2
	return 1
}
# Once the manifest is in the folder: whose host this is, and that we are root there.
portknock_begin() {
	portknock_host=$(sed -n 's/^owner .*\///p' "$portknock_work/manifest")
	[ "$(id -u)" = 0 ] ||
		portknock_refuse "user $(id -un) may not become root; connect as root, or give this user passwordless sudo"
}
portknock_refuse() {
	echo "portknock: $portknock_host: $1" >&2
	return 1
}
