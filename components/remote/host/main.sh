# shellcheck shell=dash
# Runs on a guarded host, as root. What is sent over SSH:
#
#   deliver MARKER       keep this script for an apply
#   apply MARKER         load the ruleset and arm the rollback timer
#   confirm MARKER       over a new connection: keep what was applied, also for the next boot
#   rollback ATTEMPT     run by a timer when nobody confirmed that attempt: back to the confirmed rules
#   remove MARKER        leave the host as it was, if it still belongs to the owner
#   status [SSH_CONNECTION [NETWORK [DONE]]]   read-only report for the probe; refuses where addresses of NETWORK cannot
#                        be tokens, and ends with the exit status DONE
#   note, put-back       run by systemd around a flush of all tables: what sources were granted
#   fill                 run by a timer: tokens for single packets, until a day from now, and the route of their network
#
# What those four work on arrives on standard input (payload.sh). Nothing secret is ever an argument, an environment variable or output.
# Every state on disk is reached by one rename, so dying at any line leaves a state that the next run mends.
# `local` and `-ef` are no POSIX; dash, bash and busybox have them.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# nft prints and reads moments in the time zone of whoever runs it.
export PATH LC_ALL=C TZ=UTC0

table=portknock
state=/var/lib/portknock
confirmed=$state/confirmed
candidate=$state/candidate
# The digest of the script that was installed last.
installed=$state/script
boot_folder=/etc/portknock
boot_file=$boot_folder/ruleset.nft
unit_name=portknock.service
unit_folder=/etc/systemd/system
unit_file=$unit_folder/$unit_name
wants_link=$unit_folder/sysinit.target.wants/$unit_name
dropin_file=$unit_folder/nftables.service.d/portknock.conf
reload_unit_file=$unit_folder/portknock-before-reload.service
stop_unit_file=$unit_folder/portknock-before-stop.service
noted=/run/portknock-noted
timer=portknock-rollback
staged=portknock-script
tokens_service=portknock-tokens.service
tokens_timer=portknock-tokens.timer
tokens_link=$unit_folder/timers.target.wants/$tokens_timer
token_sets='^pk_(tokens|spent|early|filled)$'
bounds_file=/var/lib/portknock-tokens
clock_file=/run/portknock-clock
begun_file=/run/portknock-begun
# By it we know routes of ours from those of others: rtnetlink(7) leaves such numbers to who administers a host.
route_protocol=107
# For so long a bound must hold: until the timer has come again.
bound_seconds=400
# Off by so much, a clock was set.
step_seconds=30
boot_id=/proc/sys/kernel/random/boot_id
within_a_minute='timeout --foreground -k 5 60'
nft_hangs='nft does not return on this host, or is killed; find out why (dmesg, ps), then try again'

# What a run finds out, for all its steps. Every other variable is local to a function.
host_name=
work=
nft_version=
before=
attempt=
next=
trial=
units_run=
tables=
listing=
elements=
complaint=

portknock_main() {
	local verb="${1:-}"
	umask 077
	trap out_of_processes EXIT
	case $verb in
	apply | confirm | remove | deliver)
		require_processes
		take_payload "$verb"
		# What it cannot do without, apply says.
		[ "$verb" = deliver ] || preflight
		[ "$verb" != apply ] || { require_powers && require_network "$(token_network "$work")"; }
		if [ "$verb" = deliver ]; then
			deliver
		else
			with_lock "$verb" "$2" "$work"
		fi
		;;
	rollback) preflight && with_lock rollback "${2:-}" ;;
	status)
		require_processes && preflight && require_powers && require_network "${3:-}" &&
			status "${2:-}" "${3:-}" && end "${4:-0}"
		;;
	note) note_granted ;;
	put-back) put_noted_back ;;
	fill) preflight && with_lock fill ;;
	*) fail 'unknown verb; use deliver, apply, confirm, rollback, remove or status' ;;
	esac
	set -- $?
	clean_up
	return "$1"
}

# With the host's name from the program where it is known: many hosts may fail in one update.
fail() {
	# Where processes are short, whatever failed may have failed for that.
	require_processes
	complain "$1"
	end 1
}

complain() {
	printf 'portknock: %s%s\n' "${host_name:+$host_name: }" "$1" >&2
}

end() {
	clean_up
	exit "$1"
}

clean_up() {
	trap - EXIT
	[ -z "$work" ] || rm -rf "$work"
}

# Runs where the shell ends by itself: dash does when it can start no process. A rollback goes on with what there is.
out_of_processes() {
	complain 'no more processes can be started on this host; end some, then try again'
	end 1
}

# As many as our deepest pipelines have: where some of their commands are missing, a report would be wrong, and windows
# would be lost. One inside the other, so that they are there at once.
require_processes() {
	(nest 18) 2>/dev/null || out_of_processes
}

nest() {
	[ "$1" = 0 ] || (nest $(($1 - 1)))
}

preflight() {
	if [ "$(id -u)" != 0 ]; then
		fail "$(why_not_root "$(id -un)")"
	fi
	nft_version=$(nft --version 2>/dev/null)
	set -- $?
	[ "$1" != 127 ] || fail 'nft is missing; install the package nftables'
	! never_returned "$1" || fail "$nft_hangs"
	nft_version=${nft_version#nftables v}
	nft_version=${nft_version%%[!0-9.]*}
	[ -d /run/systemd/system ] || fail 'systemd does not run this host; only hosts with systemd can be guarded'
	command -v flock >/dev/null || fail 'flock is missing; install the package util-linux'
	case $nft_version in
	'' | 0.[0-8] | 0.[0-8].* | 0.9 | 0.9.[0-7])
		fail "nft $nft_version is too old; upgrade the package nftables to 0.9.8 or newer"
		;;
	esac
}

# What an apply would need, before anything is touched. A rollback tries whatever it can do without.
require_powers() {
	local folder
	tables=$(list_tables)
	set -- $?
	! never_returned "$1" || fail "$nft_hangs"
	[ "$1" = 0 ] ||
		fail 'nft may not read or change the rules here; give this container, or what starts sshd, the capability CAP_NET_ADMIN'
	{ command -v base64 && command -v gzip; } >/dev/null ||
		fail 'base64 or gzip is missing; install the packages coreutils and gzip'
	for folder in "${unit_file%/*}" "${boot_folder%/*}" "${state%/*}" /run; do
		[ -w "$folder" ] ||
			fail "$folder cannot be written; mount it read-write: what survives a reboot is kept there"
	done
}

why_not_root() {
	if ! command -v sudo >/dev/null; then
		echo "user $1 is not root, and sudo is missing; connect as root, or install sudo and give this user passwordless sudo"
		return
	fi
	local refusal
	refusal=$(sudo -n true 2>&1 </dev/null | head -n 1)
	case $refusal in
	*'have a tty'*)
		echo "sudo wants a terminal from user $1; switch requiretty off in sudoers (Defaults:$1 !requiretty)"
		;;
	*'password is required'* | *'not allowed'*)
		if sudo -n -l >/dev/null 2>&1 </dev/null; then
			echo "sudo lets user $1 run some commands without a password, and not all; give this user passwordless sudo for all ($1 ALL=(ALL) NOPASSWD: ALL)"
		else
			echo "user $1 may not become root; connect as root, or give this user passwordless sudo"
		fi
		;;
	*) echo "sudo refuses user $1 (${refusal#sudo: }); connect as root, or give this user passwordless sudo" ;;
	esac
}

# The folder itself is the lock, so that none is left behind. The rollback must run, however long it waits.
with_lock() {
	exec 9</etc/systemd/system
	if [ "$1" = rollback ]; then
		flock 9 || fail 'the lock of this host could not be taken; this is tried again'
	else
		flock -w 60 9 || fail 'another run holds the lock of this host; try again when it is done'
	fi
	sweep_work_folders
	is_pending || [ ! -L "$candidate" ] || rm -f "$candidate"
	"$@"
}

portknock_main "$@"
