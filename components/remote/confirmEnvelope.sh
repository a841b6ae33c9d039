# shellcheck shell=sh disable=SC2154 # portknock_work is that of workFolder.sh
# What travels to confirm: which attempt it is. The host script is on the host since that attempt. Where it is not, the host
# took back what it had loaded, and all that came with it.
portknock_unpack() {
	portknock_open_folder || return 1
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_full || return 1
PORTKNOCK_MANIFEST
	portknock_begin || return 1
	[ -e /var/lib/portknock/host.sh ] ||
		portknock_refuse 'there is nothing to confirm: this host put its old rules back; run pulumi up again' || return 1
	sh /var/lib/portknock/host.sh "$1" "$2" "$portknock_work" </dev/null && exit "${3:-0}"
}
portknock_unpack "$@"
