# shellcheck shell=dash
# Single packets that open once: what the host fills its map with, and up to which slot no token comes back.
#
# What keeps one that was used from coming back is that its slot is never filled again. By the fingerprint of each secret
# a file says the newest slot whose tokens may have been used before anybody writes there again. It outlives a removal:
# the same secret may guard this host again before its slot is over. A table that is new, after a boot or a flush, is
# filled from the slot behind that one on, and from a slot that has not begun. Within a table the clock does not matter:
# the kernel counts the seconds to the begin and to the end of a slot.

has_tokens() {
	grep -qs '^token-key ' "$1/manifest"
}

# Run by a timer.
fill() {
	local generation
	generation=$(live)
	[ -z "$generation" ] || fill_tokens "$generation" ||
		fail 'the tokens of this host could not be filled; see whether /var and /run can be written, and nft list table inet portknock works'
}

# fill_tokens GENERATION: tokens of its knockers, until a day from now. Nothing is filled before it is written down.
fill_tokens() {
	local work now outcome
	has_tokens "$1" || return 0
	now=$(date +%s)
	work=$(mktemp -d /run/portknock.XXXXXXXX) || return 1
	plan_tokens "$1" "$now" "$(former_time "$now")" >"$work/plan" &&
		note_bounds "$work/plan" &&
		token_batch "$work" "$now" >"$work/batch" &&
		nft -f "$work/batch" 2>/dev/null &&
		note_begun "$work/plan" &&
		note_clock "$now"
	outcome=$?
	rm -rf "$work"
	return $outcome
}

# note_begun PLAN: by fingerprint, the first slot that a new table was filled with, for who asks since when there are tokens.
note_begun() {
	{
		cat "$begun_file" 2>/dev/null
		awk '$1 == "key" && $8 == "-" && $5 <= $6 { print $2, $5 }' "$1"
	} | awk '{ first[$1] = $2 } END { for (key in first) print key, first[key] }' >"$begun_file.new" &&
		mv "$begun_file.new" "$begun_file"
}

# What fills that were killed left behind, with keys in it; none runs while somebody has the lock.
forget_fills() {
	local plan
	for plan in /run/portknock.*/plan; do
		[ ! -e "$plan" ] || rm -rf "${plan%/*}"
	done
}

# The seconds since boot at which 1970 was: they change where somebody sets the clock.
clock_origin() {
	awk -v now="$1" '{ printf "%d\n", now - $1 }' /proc/uptime
}

# former_time NOW: where the clock was set since the last fill, what time it would be without that.
former_time() {
	[ ! -e "$clock_file" ] || clock_origin "$1" | cat "$clock_file" - | awk -v most=$step_seconds -v now="$1" '
		{ origin[NR] = $1 }
		END { if (origin[2] - origin[1] > most || origin[1] - origin[2] > most) print now + origin[1] - origin[2] }'
}

note_clock() {
	clock_origin "$1" >"$clock_file.new" && mv "$clock_file.new" "$clock_file"
}

# plan_tokens GENERATION NOW FORMER: `step` where there is a former time, then lines `key NAMED ID KEY FROM TO BOUND FILLED`, the
# first and the last slot to fill, and `slot SECONDS SKEW TOKENS`.
plan_tokens() {
	{
		[ ! -e "$bounds_file" ] || sed 's/^/bound /' "$bounds_file"
		[ -n "$3" ] || elements pk_filled map | sed 's/^/filled /'
		cat "$1/manifest"
	} | awk -v now="$2" -v former="$3" -v noted=$bound_seconds '
		function most(a, b) { return a > b ? a : b }
		function number(handle,   half, value, place, digit) {
			split(handle, half, ":")
			half[2] = substr("0000" half[2], length(half[2]) + 1)
			value = 0
			for (place = 1; place <= length(half[1] half[2]); place++) {
				digit = index("0123456789abcdef", substr(half[1] half[2], place, 1)) - 1
				value = value * 16 + digit
			}
			return value
		}
		BEGIN { if (former != "") print "step" }
		$1 == "bound" { bound[$2] = most(bound[$2], $3); next }
		$1 == "filled" { filled[$4] = number($6); handle[$4] = $6; next }
		$1 == "tokens" { seconds = $2; skew = $3; ahead = $5; print "slot", seconds, skew, $4 }
		$1 == "token-key" {
			newest = int((most(now, former + 0) + skew) / seconds)
			oldest = int((now - skew) / seconds)
			from = $3 in filled ? most(filled[$3] + 1, oldest) : $6 in bound ? most(bound[$6], newest) + 1 : oldest
			to = int((now + ahead) / seconds)
			if ($6 in bound) bound[$6] = most(bound[$6], newest)
			print "key", $6, $3, $4, from, to, most(bound[$6], int((now + skew + noted) / seconds)), $3 in filled ? handle[$3] : "-"
		}'
}

# note_bounds PLAN
note_bounds() {
	local bounds
	bounds=$(
		{
			cat "$bounds_file" 2>/dev/null
			awk '$1 == "key" { print $2, $7 }' "$1"
		} | awk '$2 > bound[$1] { bound[$1] = $2 } END { for (key in bound) print key, bound[key] }'
	)
	[ "$bounds" = "$(cat "$bounds_file" 2>/dev/null)" ] || write_file "$bounds_file" 600 "$bounds"
}

# token_batch FOLDER NOW: what nft adds. The work is done for so many at a time, since each needs a file.
token_batch() {
	local part
	awk -v now="$2" '
		function element(set, key) { print "add element inet portknock " set " { " key " }" }
		$1 == "step" { print "flush map inet portknock pk_tokens\nflush set inet portknock pk_early\nflush map inet portknock pk_filled" }
		$1 == "slot" { seconds = $2; skew = $3 }
		$1 == "key" && $5 <= $6 {
			for (slot = $5; slot <= $6; slot++) {
				left = slot * seconds - skew - now
				if (left > 0 && !early[slot]++) element("pk_early", sprintf("0:%x timeout %ds", slot % 255 + 1, left))
			}
			if ($8 != "-") print "delete element inet portknock pk_filled { " $3 " : " $8 " }"
			element("pk_filled", sprintf("%s : %x:%x", $3, int($6 / 65536), $6 % 65536))
		}' "$1/plan"
	awk '$1 == "slot" { pairs = $4 / 2 }
		$1 == "key" { for (slot = $5; slot <= $6; slot++) for (pair = 0; pair < pairs; pair++) print $3, $4, slot, pair }' "$1/plan" |
		split -l 2000 -a 4 - "$1/part."
	for part in "$1"/part.*; do
		[ ! -e "$part" ] || token_elements "$1" "$2" "$part" || return 1
	done
}

# token_elements FOLDER NOW PART: lines `ID KEY SLOT PAIR` to two tokens each. HMAC-SHA-256 is two hashes, of 77 and of 96
# bytes; sha256sum takes files.
token_elements() {
	{
		mkdir "$1/blocks" &&
			keyed 36 "$3" | sed 's/.* //' | blocks 77 "$1" &&
			digests "$1" >"$1/inner" &&
			keyed 5C "$3" | paste -d ' ' - "$1/inner" | awk '{ print $1 toupper($3) }' | blocks 96 "$1" &&
			digests "$1" | paste -d ' ' "$3" - >"$1/made"
	} || return 1
	rmdir "$1/blocks"
	[ "$(grep -c ' [0-9a-f]\{64\}$' "$1/made")" = "$(wc -l <"$3")" ] || return 1
	awk -v now="$2" '
		FNR == 1 { file++ }
		file == 1 { if ($1 == "slot") { seconds = $2; skew = $3 } next }
		FNR == 1 { print "add element inet portknock pk_tokens {" }
		{
			left = ($3 + 1) * seconds + skew - now
			value = substr($1, 1, length($1) - 2) sprintf("%02x", $3 % 255 + 1)
			for (half = 0; half < 2; half++)
				print "0x" substr($5, 1 + 32 * half, 32) " timeout " left "s : " value ","
		}
		END { print "}" }' "$1/plan" "$1/made"
}

# keyed PAD PART: the block of an HMAC that the key makes with this byte, then the message, in hexadecimal digits.
keyed() {
	awk -v pad="$1" '
		function digit(c) { return index("0123456789ABCDEF", c) - 1 }
		function xor(a, b,   bit, sum) {
			sum = 0
			for (bit = 8; bit >= 1; bit /= 2) {
				if (int(a / bit) % 2 != int(b / bit) % 2) sum += bit
			}
			return substr("0123456789ABCDEF", sum + 1, 1)
		}
		function block(key,   text, place) {
			text = ""
			for (place = 1; place <= 128; place++)
				text = text xor(digit(place > length(key) ? 0 : substr(key, place, 1)), digit(substr(pad, 2 - place % 2, 1)))
			return text
		}
		{
			if (!($2 in blocks)) blocks[$2] = block(toupper($2))
			message = sprintf("%010d%03d", $3, $4)
			gsub(/./, "3&", message)
			print blocks[$2], blocks[$2] message
		}' "$2"
}

# blocks BYTES FOLDER: hexadecimal digits on standard input as so many bytes a file.
blocks() {
	basenc --base16 -d -i | split -b "$1" -a 4 - "$2/blocks/"
}

# digests FOLDER: a line for each file, in the order of their names; they are gone then.
digests() {
	(cd "$1/blocks" && printf '%s\n' * | xargs sha256sum | cut -d ' ' -f 1 && printf '%s\n' * | xargs rm -f)
}

# write_token_units GENERATION: those of rules with tokens. What rules without them leave goes once that is decided.
write_token_units() {
	has_tokens "$1" || return 0
	systemctl stop "$tokens_timer" 2>/dev/null
	replace_file "$unit_folder/$tokens_service" 644 "$(tokens_service_text)"
	replace_file "$unit_folder/$tokens_timer" 644 "$(tokens_timer_text)"
}

# Old rules that took the place of others without tokens have none until they are filled.
bring_tokens_back() {
	! has_tokens "$confirmed" || systemctl --no-block start "$tokens_service" 2>/dev/null || true
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
		[ "$(tokens_service_text)" = "$(cat "$unit_folder/$tokens_service" 2>/dev/null)" ] &&
			[ "$(tokens_timer_text)" = "$(cat "$unit_folder/$tokens_timer" 2>/dev/null)" ]
	else
		[ ! -e "$unit_folder/$tokens_service" ] && [ ! -e "$unit_folder/$tokens_timer" ]
	fi
}

# token_unit_findings GENERATION
token_unit_findings() {
	if ! token_units_stand "$1"; then
		echo 'our units that fill tokens are missing or were changed'
	elif has_tokens "$1" && ! systemctl --quiet is-active "$tokens_timer"; then
		echo "the timer $tokens_timer is not active: tokens run out"
	fi
}

remove_token_units() {
	[ -e "$unit_folder/$tokens_timer" ] || [ -e "$unit_folder/$tokens_service" ] || return 0
	systemctl --quiet disable "$tokens_timer" 2>/dev/null
	systemctl stop "$tokens_timer" "$tokens_service" 2>/dev/null
	rm -f "$unit_folder/$tokens_service" "$unit_folder/$tokens_timer" "$unit_folder/timers.target.wants/$tokens_timer"
	systemctl daemon-reload
	check_gone "$unit_folder/$tokens_service" "$unit_folder/$tokens_timer"
}

tokens_service_text() {
	cat <<-UNIT
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
	cat <<-UNIT
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

# token_lines GENERATION: `tokens alice FINGERPRINT FROM UNTIL`: from when to when there are some, and what time it is here, all in
# seconds since 1970.
token_lines() {
	has_tokens "$1" || return 0
	{
		[ ! -e "$begun_file" ] || sed 's/^/begun /' "$begun_file"
		plan_tokens "$1" "$(date +%s)" ''
	} | awk -v now="$(date +%s)" '
		FNR == 1 { file++ }
		file == 1 && $1 == "token-key" { name[$6] = $5; fingerprint[$6] = $2 }
		file == 1 { next }
		$1 == "begun" { begun[$2] = $3 }
		$1 == "slot" { seconds = $2; skew = $3 }
		$1 == "key" {
			first = $8 == "-" ? $5 : begun[$2]
			print "tokens", name[$2], fingerprint[$2], first ? first * seconds - skew : 0, $8 == "-" ? 0 : $5 * seconds + skew
		}
		END { print "clock", now }' "$1/manifest" -
}
