# shellcheck shell=dash
# What fills tokens again and again: a unit and its timer, of rules that have any.

# write_token_units GENERATION: those of rules with tokens. What rules without them leave goes once that is decided.
write_token_units() {
	has_tokens "$1" || return 0
	systemctl stop "$tokens_timer" 2>/dev/null
	replace_file "$unit_folder/$tokens_service" 644 "$(tokens_service_text)"
	replace_file "$unit_folder/$tokens_timer" 644 "$(tokens_timer_text)"
}

# Old rules that took the place of others have none where those had none, and no timer where a confirm had stopped it.
bring_tokens_back() {
	! has_tokens "$confirmed" || systemctl --no-block start "$tokens_timer" "$tokens_service" 2>/dev/null || true
}

# The timer of rules that have tokens; the others have none.
start_token_timer() {
	has_tokens "$confirmed" || return 0
	{ systemctl --quiet enable "$tokens_timer" && systemctl start "$tokens_timer"; } 2>/dev/null ||
		fail "systemd could not start the timer $tokens_timer; see journalctl -b -p err"
}

# token_units_stand GENERATION
token_units_stand() {
	if has_tokens "$1"; then
		holds "$unit_folder/$tokens_service" "$(tokens_service_text)" &&
			holds "$unit_folder/$tokens_timer" "$(tokens_timer_text)"
	else
		[ ! -e "$unit_folder/$tokens_service" ] && [ ! -e "$unit_folder/$tokens_timer" ]
	fi
}

# token_unit_findings GENERATION
token_unit_findings() {
	if ! token_units_stand "$1"; then
		echo 'our units that fill tokens are missing or were changed'
	elif has_tokens "$1" && ! is_active "$tokens_timer"; then
		echo "the timer $tokens_timer is not active: tokens run out"
	fi
}

# Where the files are gone already, systemd may still know of them.
remove_token_units() {
	systemctl --quiet disable "$tokens_timer" 2>/dev/null
	systemctl stop "$tokens_timer" "$tokens_service" 2>/dev/null
	rm -f "$unit_folder/$tokens_service" "$unit_folder/$tokens_timer" "$tokens_link"
	systemctl daemon-reload
	# One that was ended is a failed one, and is listed until somebody says so.
	systemctl reset-failed "$tokens_timer" "$tokens_service" 2>/dev/null
	check_gone "$unit_folder/$tokens_service" "$unit_folder/$tokens_timer"
}

tokens_service_text() {
	text <<-UNIT
		[Unit]
		Description=portknock: fills tokens for single packets
		After=$unit_name
		StartLimitIntervalSec=0

		[Service]
		Type=oneshot
		ExecStart=/bin/sh -c '[ ! -e $state/host.sh ] || exec timeout 180 sh $state/host.sh fill'
	UNIT
}

# Also where somebody sets the clock.
tokens_timer_text() {
	text <<-UNIT
		[Unit]
		Description=portknock: fills tokens for single packets
		StartLimitIntervalSec=0

		[Timer]
		OnActiveSec=0
		OnUnitActiveSec=5min
		OnClockChange=yes
		AccuracySec=1s

		[Install]
		WantedBy=timers.target
	UNIT
}
