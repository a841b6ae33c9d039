#!/bin/sh
# Stands before every command of a host under its own name. Counts the calls, and lets a fault happen at one of them:
# the plan is `COMMAND CALL FAULT`, its command may be `any`.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
name=${0##*/}
[ -e /run/faults/plan ] || exec "$name" "$@"
read -r planned call fault </run/faults/plan
case $planned in
any | "$name") ;;
*) exec "$name" "$@" ;;
esac

number=
read -r number 2>/dev/null </run/faults/last
number=${number:-1}
set -C
until { true >"/run/faults/calls/$number"; } 2>/dev/null; do number=$((number + 1)); done
set +C
echo "$number" >/run/faults/last
printf '%s %.50s' "$name" "$1" >"/run/faults/calls/$number"

# callers: those of this command that run the host script, the nearest first.
callers() {
	pid=$PPID
	while [ "$pid" -gt 1 ]; do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		"sh /"*"/host.sh "* | "sh /run/portknock-script."* | "sh -s "*) echo "$pid" ;;
		esac
		pid=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")
	done
}

# The script's own shell, not those that it forked; where it is not there yet, the one that reads it.
end_script() {
	victim=
	for pid in $(callers); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		"sh /"*) victim=$pid ;;
		*) victim=${victim:-$pid} ;;
		esac
	done
	kill -9 "$victim"
}

# A service is a process group of its own, and so is a run of the tests.
end_tree() {
	read -r _ _ _ _ group _ </proc/$$/stat
	kill -9 "-$group"
}

take_room() {
	for pid in $(callers); do prlimit --pid "$pid" --fsize=0; done
	prlimit --pid $$ --fsize=0
}

if [ "$fault" = broken ] && [ "$number" -ge "$call" ]; then
	true >/run/faults/hit
	exit 1
fi
[ "$number" = "$call" ] || exec "$name" "$@"
true >/run/faults/hit
case $fault in
script-before)
	end_script
	exit 137
	;;
tree-before) end_tree ;;
script-after)
	"$name" "$@"
	end_script
	;;
tree-after)
	"$name" "$@"
	end_tree
	;;
fails) exit 1 ;;
fails-after)
	"$name" "$@"
	exit 1
	;;
full)
	take_room
	exec "$name" "$@"
	;;
esac
