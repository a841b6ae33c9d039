# shellcheck shell=sh
# The first line of standard input, made of these lines by envelope.ts. The command text takes that line alone: when
# it finds it, nothing has read standard input before. What follows on standard input is for the `sh -s` in here.
# That one ends well too when nothing follows, or not all of it: so a script that ran to its end says 99.
# A shell that can start no process ends at once (dash), so the words for that wait in a trap.
portknock() {
	trap 'echo "portknock: no more processes can be started on this host; end some, then try again" >&2; exit 1' EXIT;
	set -- timeout -k 10 180 sh -s "$@" 99;
	[ "$(id -u)" = 0 ] || ! sudo -n true </dev/null >/dev/null 2>&1 || set -- sudo -n "$@";
	(nest 8) 2>/dev/null || exit;
	"$@";
	set -- $?;
	[ "$1" != 125 ] || exit;
	trap - EXIT;
	case $1 in
		99) return 0;;
		1) return 1;;
		124) set -- 'it took longer than 180 seconds and was ended';;
		*) set -- 'the script did not run to its end';;
	esac;
	echo "portknock: $1; try again" >&2;
	return 1;
};
# One process inside the other, so that they are there at once: as many as come before the host script can say it.
nest() { [ "$1" = 0 ] || (nest $(($1 - 1))); }
