# shellcheck shell=sh disable=SC2154 # host is filled in by envelope.ts
# Stands before what travels on standard input of `sh -s VERB MARKER DONE`.
is_root() {
	[ "$(id -u)" = 0 ] ||
		refuse "user $(id -un) may not become root; connect as root, or give this user passwordless sudo"
}
refuse() {
	echo "portknock: $host: $1" >&2
	return 1
}
