# shellcheck shell=dash
# Single packets that open once: what the host fills its map with, and up to which slot no token comes back.
#
# What keeps one that was used from coming back is that its slot is never filled again. For each secret
# and name of the host a file says the newest slot whose tokens may have been used before anybody writes there again. It
# outlives a removal: the same secret may guard this host again before its slot is over. A table that is new, after a boot or a flush, is
# filled from the slot behind that one on, and from a slot that has not begun. Within a table the clock does not matter:
# the kernel counts the seconds to the begin and to the end of a slot.

has_tokens() {
	has_line token-key "$1"
}

# Run by a timer.
fill() {
	local generation
	generation=$(live)
	[ -n "$generation" ] || return 0
	fill_tokens "$generation" ||
		fail 'the tokens of this host could not be filled; see whether /var and /run can be written, and nft list table inet portknock works'
	set_routes "$generation" || fail_to_route
}

# fill_tokens GENERATION: tokens of its knockers, until a day from now. Nothing is filled before it is written down.
fill_tokens() {
	local work now former elements outcome
	has_tokens "$1" || return 0
	now=$(date +%s) && former=$(former_time "$now") && elements=$(list_elements filled) || return 1
	work=$(mktemp -d /run/portknock.XXXXXXXX) || return 1
	plan_tokens "$1" "$now" "$former" >"$work/plan" &&
		note_bounds "$work/plan" &&
		token_batch "$work" "$now" >"$work/batch" &&
		note_begun "$work/plan" &&
		{ nft -f "$work/batch" 2>/dev/null || take_begun_back; } &&
		note_clock "$now"
	outcome=$?
	rm -rf "$work"
	return $outcome
}

# note_begun PLAN: by what bounds are kept under, the first slot that a new table is filled with, for who asks since when there are tokens.
note_begun() {
	rm -f "$begun_file.old"
	[ ! -e "$begun_file" ] || cp "$begun_file" "$begun_file.old" || return 1
	{
		{ [ ! -e "$begun_file" ] || cat "$begun_file"; } &&
			awk '$1 == "key" && $8 == "-" && $5 <= $6 { print $2, $5 }' "$1" && echo all-read
	} | awk '
		$1 == "all-read" { read = 1; next }
		{ first[$1] = $2 }
		END { for (key in first) print key, first[key]; exit !read }' >"$begun_file.new" &&
		mv "$begun_file.new" "$begun_file"
}

# What nft did not take did not begin. Where even that comes to nothing, it is told of for a slot too late.
take_begun_back() {
	if [ -e "$begun_file.old" ]; then
		mv "$begun_file.old" "$begun_file"
	else
		rm -f "$begun_file"
	fi
	return 1
}

# What fills that were killed left behind, with keys in it; none runs while somebody has the lock.
forget_fills() {
	local plan
	rm -f "$bounds_file.new" "$begun_file.new" "$begun_file.old" "$clock_file.new"
	for plan in /run/portknock.*/plan; do
		[ ! -e "$plan" ] || rm -rf "${plan%/*}"
	done
}

# The seconds since boot at which 1970 was: they change where somebody sets the clock.
clock_origin() {
	awk -v now="$1" '{ printf "%d\n", now - $1 }' /proc/uptime
}

# former_time NOW: where the clock was set since the last fill, what time it would be without that. Fails where it cannot
# tell: a clock that was set takes all tokens away.
former_time() {
	[ ! -s "$clock_file" ] || clock_origin "$1" | cat "$clock_file" - | awk -v most=$step_seconds -v now="$1" '
		{ origin[NR] = $1 }
		END { if (NR != 2) exit 1; if (origin[2] - origin[1] > most || origin[1] - origin[2] > most) print now + origin[1] - origin[2] }'
}

note_clock() {
	clock_origin "$1" >"$clock_file.new" && mv "$clock_file.new" "$clock_file"
}

# plan_tokens GENERATION NOW FORMER, of `elements`: `step` where there is a former time, then `slot SECONDS SKEW TOKENS` and lines
# `key NAME ID KEY FROM TO BOUND FILLED UNDER BEGIN HASHES`: what the bound is kept under, the first and the last slot to
# fill, what pk_filled has and under which number; then what all of these tokens begin with, and how many hashes a slot is.
# Fails where not all could be read: without a bound tokens that were used come back.
plan_tokens() {
	{
		{ [ ! -e "$bounds_file" ] || sed 's/^/bound /' "$bounds_file"; } &&
			{ [ -n "$3" ] || printf '%s\n' "$elements"; } &&
			cat "$1/manifest" && echo all-read
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
		$1 == "pk_filled" { filled[$4] = number($6); handle[$4] = $6; next }
		$1 == "tokens" { seconds = $2; skew = $3; ahead = $5; begin = "-"; hashes = $4 / 2; print "slot", seconds, skew, $4 }
		$1 == "token-network" { begin = $3; hashes = $4 }
		$1 == "token-key" || $1 == "address-key" {
			under = $1 == "address-key" ? $7 : $3
			newest = int((most(now, former + 0) + skew) / seconds)
			oldest = int((now - skew) / seconds)
			from = under in filled ? most(filled[under] + 1, oldest) : $6 in bound ? most(bound[$6], newest) + 1 : oldest
			to = int((now + ahead) / seconds)
			if ($6 in bound) bound[$6] = most(bound[$6], newest)
			print "key", $6, $3, $4, from, to, most(bound[$6], int((now + skew + noted) / seconds)), under in filled ? handle[under] : "-", under, begin, hashes
		}
		$1 == "all-read" { read = 1 }
		END { exit !read }'
}

# note_bounds PLAN
note_bounds() {
	local bounds
	bounds=$(
		{
			{ [ ! -e "$bounds_file" ] || cat "$bounds_file"; } && awk '$1 == "key" { print $2, $7 }' "$1" && echo all-read
		} | awk '
			$1 == "all-read" { read = 1; next }
			$2 > bound[$1] { bound[$1] = $2 }
			END { for (key in bound) print key, bound[key]; exit !read }'
	) || return 1
	[ "$bounds" = "$(cat "$bounds_file" 2>/dev/null)" ] || write_file "$bounds_file" 600 "$bounds"
}

# token_batch FOLDER NOW: what nft adds. The work is done for so many at a time, since each needs a file. Where a map was filled
# already, and that could not be read, `create` fails.
token_batch() {
	local part
	awk -v now="$2" '
		function element(set, key, verb) { print (verb ? verb : "add") " element inet portknock " set " { " key " }" }
		$1 == "step" { print "flush map inet portknock pk_tokens\nflush set inet portknock pk_early\nflush map inet portknock pk_filled" }
		$1 == "slot" { seconds = $2; skew = $3 }
		$1 == "key" && $5 <= $6 {
			for (slot = $5; slot <= $6; slot++) {
				left = slot * seconds - skew - now
				if (left > 0 && !early[slot]++) element("pk_early", sprintf("0:%x timeout %ds", slot % 255 + 1, left))
			}
			if ($8 != "-" && !deleted[$9]++) print "delete element inet portknock pk_filled { " $9 " : " $8 " }"
			element("pk_filled", sprintf("%s : %x:%x", $9, int($6 / 65536), $6 % 65536), $8 == "-" && !created[$9]++ ? "create" : "add")
		}' "$1/plan" || return 1
	awk '$1 == "key" { for (slot = $5; slot <= $6; slot++) for (hash = 0; hash < $11; hash++) print $3, $4, slot, hash, $10 }' "$1/plan" >"$1/all" &&
		split -l 2000 -a 4 "$1/all" "$1/part." || return 1
	for part in "$1"/part.*; do
		[ ! -e "$part" ] || token_elements "$1" "$2" "$part" || return 1
	done
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
		$1 == "key" && $10 == "-" {
			first = $8 == "-" ? $5 : begun[$2]
			print "tokens", name[$2], fingerprint[$2], first ? first * seconds - skew : 0, $8 == "-" ? 0 : $5 * seconds + skew
		}
		END { print "clock", now }' "$1/manifest" -
}
