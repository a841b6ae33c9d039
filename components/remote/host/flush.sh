# shellcheck shell=dash
# nftables.service flushes every table, ours too, when it starts, reloads and stops: a drop-in brings ours back.
# What sources were granted is noted before that and put back after it.

write_flush_units() {
	replace_file "$reload_unit_file" 644 "$(reload_unit_text)"
	replace_file "$stop_unit_file" 644 "$(stop_unit_text)"
	replace_file "$dropin_file" 644 "$(dropin_text)"
}

# Without them only windows can be lost, so that an update goes on; the next probe says it.
start_flush_units() {
	systemctl start "${reload_unit_file##*/}" "${stop_unit_file##*/}" 2>/dev/null || true
}

flush_units_stand() {
	holds "$dropin_file" "$(dropin_text)" &&
		holds "$reload_unit_file" "$(reload_unit_text)" &&
		holds "$stop_unit_file" "$(stop_unit_text)"
}

# Only commands of its own run before anybody who waits for it goes on. Where our unit is disabled, somebody wants
# the table gone.
dropin_text() {
	local back
	back=$(bring_back "[ ! -e $wants_link ] ||" "exec timeout 20 sh $state/host.sh put-back")
	text <<-UNIT
		[Unit]
		Wants=${reload_unit_file##*/} ${stop_unit_file##*/}

		[Service]
		ExecStartPre=-$(noting)
		ExecStartPost=-$back
		ExecReload=-$back
		ExecStopPost=-$back
	UNIT
}

# What a drop-in runs for a reload or a stop comes after the unit's own commands (systemd 247 to 257). Before them
# run units that the job is handed on to: reloads in the order of Before=, stops in the reverse of After=.
reload_unit_text() {
	text <<-UNIT
		[Unit]
		Description=portknock: notes who is admitted before nftables.service reloads
		DefaultDependencies=no
		Before=nftables.service
		ReloadPropagatedFrom=nftables.service

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/bin/true
		ExecReload=-$(noting)
	UNIT
}

stop_unit_text() {
	text <<-UNIT
		[Unit]
		Description=portknock: notes who is admitted before nftables.service stops
		DefaultDependencies=no
		After=nftables.service
		PartOf=nftables.service

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStop=-$(noting)
	UNIT
}

noting() {
	printf "/bin/sh -c '[ ! -e %s ] || exec timeout 20 sh %s note'" "$state/host.sh" "$state/host.sh"
}

# Kept where no reboot finds it. What an earlier run left behind, or belongs to other rules, is worth nothing.
note_granted() {
	rm -f "$noted"
	nft -t list table inet portknock >/dev/null 2>&1 && [ -e "$confirmed" ] || return 0
	{
		printf '%s %s\n' "$(cat /proc/uptime)" "$(readlink "$confirmed")"
		carried "$(readlink "$confirmed")" "$(live)"
	} >"$noted.new" && mv "$noted.new" "$noted"
}

# Tokens are not put back: one that was used meanwhile would come back with them.
put_noted_back() {
	! has_tokens "$confirmed" || systemctl --no-block start "$tokens_service"
	[ -e "$noted" ] || return 0
	awk -v generation="$(readlink "$confirmed")" '
		NR == 1 { now = $1; next }
		FNR == 1 { if ($3 != generation) exit; elapsed = (now - $1) * 1000; next }
		$2 > elapsed { $2 = sprintf("%.0f", $2 - elapsed); print }' /proc/uptime "$noted" | without_openers | put_back | nft -f - 2>/dev/null
	rm -f "$noted"
}

flush_unit_findings() {
	if ! flush_units_stand; then
		if holds "$dropin_file" "$(dropin_text)"; then
			echo 'our units beside nftables.service are missing or were changed'
		else
			echo 'our drop-in for nftables.service is missing or was changed'
		fi
	elif is_unit nftables.service unread; then
		echo 'our drop-in for nftables.service was not read by systemd'
	elif is_active nftables.service; then
		is_active "${reload_unit_file##*/}" && is_active "${stop_unit_file##*/}" ||
			echo 'our units beside nftables.service are not active'
	fi
}

remove_flush_units() {
	local unit
	systemctl --quiet stop "${reload_unit_file##*/}" "${stop_unit_file##*/}" 2>/dev/null
	for unit in "$reload_unit_file" "$stop_unit_file" "$dropin_file"; do
		rm -f "$unit" "$unit.new"
	done
	[ ! -d "${dropin_file%/*}" ] || rmdir --ignore-fail-on-non-empty "${dropin_file%/*}" ||
		fail "${dropin_file%/*} could not be removed; try again"
	rm -f "$noted" "$noted.new"
}
