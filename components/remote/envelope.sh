# shellcheck shell=sh disable=SC2154 # script and staged are filled in by envelope.ts
# What travels to apply, and stands in a state for remove: the payload, and for which host script it is. Everything stands
# inside of functions, and what calls them is the last line, so a truncated stream runs nothing. The payload is part of the
# script text because dash reads its input in blocks: what follows the last line never reaches a `cat`.
run() {
	is_root || return 1
	at=/var/lib/portknock/host.sh
	if [ "$1" = remove ]; then
		# It comes long after what it removes, and from no program: whichever script is installed knows what there is, if it
		# ends as each of them does.
		tail -n 1 $at 2>/dev/null | grep -q '^portknock_main ' || at=
	else
		is_wanted || at=$staged
		is_wanted || { rm -rf "$staged" && at=; }
	fi
	if [ -z "$at" ]; then
		[ "$1" != remove ] || is_there || exit "${3:-0}"
		refuse 'the host script for this is not here; run pulumi up with this host in hosts, which brings it, then try again'
		return 1
	fi
	sh "$at" "$1" "$2" <<'PAYLOAD' && exit "${3:-0}"
PAYLOAD
}
is_wanted() {
	[ -f "$at" ] && [ "$(sha256sum <"$at")" = "$script  -" ]
}
# Whether anything of ours is there; what a removal left that died at its end, or an apply that died before it loaded anything, is not.
is_there() {
	rm -rf /var/lib/portknock.gone
	find /run -maxdepth 1 -name 'portknock.*' -mmin +10 -exec rm -rf {} +
	(flock -n 9 && ! ls -d /var/lib/portknock/c* && rm -rf /var/lib/portknock) 9</etc/systemd/system
	ls -d /var/lib/portknock /etc/portknock || PATH=$PATH:/usr/sbin nft list table inet portknock
} >/dev/null 2>&1
run "$@"
