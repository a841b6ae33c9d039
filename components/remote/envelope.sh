# shellcheck shell=sh disable=SC2154 # portknock_work is that of workFolder.sh
# What travels to apply: its payload, and which host script it is for. Everything stands inside of functions, and what calls
# them is the last line, so a truncated stream runs nothing. The payload is part of the script text because dash reads its
# input in blocks: what follows the last line never reaches a `cat`.
# The lines between the here-document marks are filled in by envelope.ts.
portknock_unpack() {
	portknock_open_folder || return 1
	cat >"$portknock_work/manifest" <<'PORTKNOCK_MANIFEST' || portknock_full || return 1
PORTKNOCK_MANIFEST
	portknock_begin || return 1
	portknock_name_staged
	trap 'rm -rf "$portknock_work"; portknock_unstage' EXIT
	base64 -d <<'PORTKNOCK_RULESET' | gzip -d >"$portknock_work/ruleset.nft" || portknock_failed || return 1
PORTKNOCK_RULESET
	if [ "$1" = remove ]; then
		portknock_remove "$2" || return 1
	else
		portknock_take /var/lib/portknock/host.sh || portknock_take "$portknock_staged" ||
			portknock_refuse 'this host has not got the script that it is to run; run pulumi up again, which brings it' ||
			return 1
		portknock_run "$1" "$2" || return 1
	fi
	exit "${3:-0}"
}
# portknock_take FILE: as the script to run, if it is the right one.
portknock_take() {
	portknock_copy "$1" && portknock_is_wanted
}
portknock_copy() {
	[ -f "$1" ] && { cp "$1" "$portknock_work/host.sh" 2>/dev/null || portknock_full; }
}
portknock_run() {
	sh "$portknock_work/host.sh" "$1" "$2" "$portknock_work" </dev/null
}
# A removal comes long after what it removes, and from no program: whichever script is installed knows what there is, if it is
# whole. An engine that replaces apply lets it follow at once, so the script is left for that.
portknock_remove() {
	# shellcheck disable=SC2016 # it is the last line of the host script, of every version
	if portknock_copy /var/lib/portknock/host.sh && [ "$(tail -n 1 "$portknock_work/host.sh")" = 'portknock_main "$@"' ]; then
		portknock_run remove "$1" || return 1
		[ -e /var/lib/portknock ] || ! portknock_is_wanted || ! portknock_stage || trap 'rm -rf "$portknock_work"' EXIT
		return 0
	fi
	portknock_tables=$(PATH=$PATH:/usr/sbin:/sbin nft list tables 2>/dev/null) ||
		portknock_refuse 'nft could not list the tables; see what is wrong with nft there, then try again' || return 1
	case $portknock_tables in
	*'table inet portknock'*) ;;
	*)
		if [ ! -e /var/lib/portknock ] && [ ! -e /etc/portknock ] && [ ! -e /etc/systemd/system/portknock.service ]; then
			rm -rf /var/lib/portknock.gone
			echo 'portknock: there is nothing of ours here'
			return 0
		fi
		;;
	esac
	portknock_refuse 'the host script is gone, and nothing can be removed without it; run pulumi up with this host in hosts, then try again'
}
portknock_unpack "$@"
