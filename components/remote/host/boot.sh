# shellcheck shell=dash
# What brings the rules back at boot.

# prepare_boot GENERATION: all that can fail, before anything is decided. A boot in between loads what was confirmed.
prepare_boot() {
	{ mkdir -p "$boot_folder" 2>/dev/null && chmod 700 "$boot_folder"; } || fail_to_write "$boot_folder"
	rm -f "$boot_file.new"
	if ! cmp -s "$1/ruleset.nft" "$boot_file"; then
		{ cp "$1/ruleset.nft" "$boot_file.new" 2>/dev/null && sync "$boot_file.new"; } || fail_to_write "$boot_file"
	fi
	units_run=
	! do_units_run "$1" || units_run=yes
	[ -n "$units_run" ] || install_units "$1"
	sync "$boot_folder" "$wants_link" "${wants_link%/*}" "${dropin_file%/*}" "${unit_file%/*}" 2>/dev/null
}

# do_units_run GENERATION: whether our units stand, and systemd knows them so and runs them: then it is asked for nothing more.
do_units_run() {
	local units unit
	units_stand "$1" && [ "$wants_link" -ef "$unit_file" ] || return 1
	units=$(list_units)
	for unit in "$unit_name" "${reload_unit_file##*/}" "${stop_unit_file##*/}"; do
		is_active "$unit" || return 1
	done
	! has_tokens "$1" || { is_active "$tokens_timer" && [ -e "$tokens_link" ]; } || return 1
	case $units in *' outdated'* | *' unread'*) return 1 ;; esac
}

install_units() {
	if ! units_stand "$1"; then
		{ mkdir -p "${dropin_file%/*}" 2>/dev/null && chmod 755 "${dropin_file%/*}"; } || fail_to_write "$dropin_file"
		replace_file "$unit_file" 644 "$(unit_text)"
		write_flush_units
		write_token_units "$1"
	fi
	# It makes systemd read the files anew as well, also those that a run wrote which died then.
	systemctl --quiet enable "$unit_name" 2>/dev/null ||
		fail "systemd could not enable the unit $unit_name; see journalctl -b -p err"
}

finish_boot() {
	if [ -e "$boot_file.new" ]; then
		{ mv "$boot_file.new" "$boot_file" && sync "$boot_folder"; } || fail_to_write "$boot_file"
	fi
	[ -n "$units_run" ] || start_units
}

start_units() {
	# Starting it loads nothing while our table stands, so open windows stay.
	systemctl start "$unit_name" 2>/dev/null ||
		fail "systemd could not start the unit $unit_name; see journalctl -b -u $unit_name"
	start_flush_units
	start_token_timer
	has_tokens "$confirmed" || token_units_stand "$confirmed" || remove_token_units
}

# units_stand GENERATION
units_stand() {
	holds "$unit_file" "$(unit_text)" && flush_units_stand && token_units_stand "$1"
}

unit_text() {
	text <<-UNIT
		[Unit]
		Description=portknock: ports hidden behind knock sequences
		DefaultDependencies=no
		Wants=network-pre.target
		Before=network-pre.target shutdown.target
		After=nftables.service
		Conflicts=shutdown.target
		RequiresMountsFor=$boot_folder

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=$(bring_back '' true)

		[Install]
		WantedBy=sysinit.target
	UNIT
}

# bring_back UNLESS THEN: leaves a present table alone. What is confirmed is decided in the state folder; where that is
# lost, or not mounted yet, the boot file stands in. nft quotes the rules that it cannot load, and the journal is not
# the place for them.
bring_back() {
	printf "/bin/sh -c '%snft -t list table inet portknock >/dev/null 2>&1 || { %s && %s; }'" \
		"${1:+$1 }" "{ nft -f $confirmed/ruleset.nft 2>/dev/null || nft -f $boot_file 2>/dev/null; }" "$2"
}

# Whether the unit is known depends on where the last run died, so what counts is what is left of it.
remove_boot() {
	systemctl --quiet disable "$unit_name" 2>/dev/null
	systemctl stop "$unit_name" 2>/dev/null
	rm -f "$wants_link" "$unit_file" "$unit_file.new"
	remove_flush_units
	remove_token_units
	rm -rf "$boot_folder"
	check_gone "$wants_link" "$unit_file" "$dropin_file" "$reload_unit_file" "$stop_unit_file" "$boot_folder"
	if ! systemctl daemon-reload ||
		systemctl --quiet is-active "$unit_name" "${reload_unit_file##*/}" "${stop_unit_file##*/}" "$tokens_timer" "$tokens_service"; then
		fail 'systemd still runs units of ours; try again'
	fi
}

boot_digest() {
	digest 2>/dev/null <"$boot_file"
}
