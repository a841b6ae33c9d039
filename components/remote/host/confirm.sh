# shellcheck shell=dash
# Over a new connection: keeps what was applied, also for the next boot.

# The decision is one rename, that of `confirmed`. Before it the timer and a boot bring the old rules back, behind it
# both keep the new ones, and a repeated confirm finishes what is missing.
confirm() {
	attempt=$(field attempt "$2")
	if is_attempt "$candidate" "$attempt"; then
		prepare_boot "$candidate"
		point confirmed "$(generation_of "$candidate")" || fail_to_write "$state"
	elif is_attempt "$confirmed" "$attempt"; then
		prepare_boot "$confirmed"
	else
		fail 'there is nothing to confirm: this host put its old rules back; run pulumi up again'
	fi
	finish_boot
	rm -f "$candidate"
	disarm_all_but none
	sweep
	printf 'portknock: confirmed\n'
}

# is_attempt POINTER ATTEMPT: whether it points to what that apply loaded, whole.
is_attempt() {
	[ -e "$1/listing" ] && is_same "$1" "$state/generations/$2"
}
