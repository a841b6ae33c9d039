# shellcheck shell=sh
# What travels to confirm: which attempt it is. The host script is on the host since that attempt. Where it is not, the host
# took back what it had loaded, and all that came with it.
run() {
	is_root || return 1
	[ -e /var/lib/portknock/host.sh ] ||
		refuse 'there is nothing to confirm: this host put its old rules back; run pulumi up again' || return 1
	sh /var/lib/portknock/host.sh "$1" "$2" <<'PAYLOAD' && exit "${3:-0}"
PAYLOAD
}
run "$@"
