# shellcheck shell=sh disable=SC2154 # portknock_work is that of workFolder.sh
# What travels before an apply to a host that has not got the host script: that script, packed. It stands inside of a function,
# and what calls it is the last line, so a truncated stream runs nothing.
# The lines between the here-document marks are filled in by envelope.ts.
portknock_unpack() {
	portknock_open_folder || return 1
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_full || return 1
PORTKNOCK_MANIFEST
	portknock_begin || return 1
	base64 -d <<'PORTKNOCK_HOST_SH' | gzip -d >"$portknock_work/host.sh" || portknock_failed || return 1
PORTKNOCK_HOST_SH
	portknock_is_wanted || portknock_refuse 'the host script did not arrive as it was sent; try again' || return 1
	portknock_name_staged
	if ! portknock_stage; then
		portknock_unstage
		portknock_refuse 'the host script could not be kept in /run; see what is wrong with /run or with systemd there'
		return 1
	fi
	exit "${3:-0}"
}
portknock_unpack "$@"
