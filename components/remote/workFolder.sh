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
