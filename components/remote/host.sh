# shellcheck shell=sh
# Runs on a guarded host, as root, sent over SSH:
#
#   apply MARKER DIR     load the ruleset in DIR and arm the rollback timer
#   confirm MARKER DIR   over a new connection: keep what was applied, also for the next boot
#   rollback ATTEMPT     run by a timer when nobody confirmed that attempt: back to the confirmed rules
#   remove MARKER DIR    leave the host as it was, if it still belongs to the owner named in DIR
#   status [SSH_CONNECTION]   read-only report for the probe
#
# DIR holds `manifest` and `ruleset.nft`. Nothing secret is ever an argument, an environment variable or output.
# Every state on disk is reached by one rename, so dying at any line leaves a state that the next run mends.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

state=/var/lib/portknock
confirmed=$state/confirmed
candidate=$state/candidate
boot_folder=/etc/portknock
boot_file=$boot_folder/ruleset.nft
unit_name=portknock.service
unit_file=/etc/systemd/system/$unit_name
wants_link=/etc/systemd/system/sysinit.target.wants/$unit_name
dropin_file=/etc/systemd/system/nftables.service.d/portknock.conf
timer=portknock-rollback
boot_id=/proc/sys/kernel/random/boot_id
oldest_nft=0.9.8

portknock_main() {
	umask 077
	host_name=
	verb=${1:-}
	case $verb in
	apply | confirm | remove)
		host_name=$(field owner "$3")
		host_name=${host_name##*/}
		preflight && with_lock "$verb" "$2" "$3"
		;;
	rollback) preflight && with_lock rollback "${2:-}" ;;
	status) preflight && status "${2:-}" ;;
	*) fail 'unknown verb; use apply, confirm, rollback, remove or status' ;;
	esac
}

# With the host's name from the program where it is known: many hosts may fail in one update.
fail() {
	printf 'portknock: %s%s\n' "${host_name:+$host_name: }" "$1" >&2
	exit 1
}

preflight() {
	if [ "$(id -u)" != 0 ]; then
		fail "user $(id -un) may not become root; connect as root, or give this user passwordless sudo"
	fi
	command -v nft >/dev/null || fail 'nft is missing; install the package nftables'
	[ -d /run/systemd/system ] || fail 'systemd does not run this host; only hosts with systemd can be guarded'
	command -v flock >/dev/null || fail 'flock is missing; install the package util-linux'
	nft_version=$(nft --version | sed -n 's/^nftables v\([0-9.]*\).*/\1/p')
	if [ "$(printf '%s\n' "$oldest_nft" "$nft_version" | sort -V | head -n 1)" != "$oldest_nft" ]; then
		fail "nft $nft_version is too old; upgrade the package nftables to $oldest_nft or newer"
	fi
}

# The folder itself is the lock, so that none is left behind. The rollback must run, however long it waits.
with_lock() {
	exec 9</etc/systemd/system
	if [ "$1" = rollback ]; then
		flock 9
	else
		flock -w 60 9 || fail 'another run holds the lock of this host; try again when it is done'
	fi
	is_pending || rm -f "$candidate"
	"$@"
}

# --- apply ---------------------------------------------------------------------------------------------------

apply() {
	before=$(live)
	check_owner "$2"
	prepare_candidate "$1" "$2"
	if ! complaint=$(nft -c -f "$next/ruleset.nft" 2>&1); then
		refuse_candidate
	fi
	is_pending || note_windows
	note_stray_table
	arm_rollback
	point candidate "$next"
	if ! load "$next" "$before"; then
		refuse_candidate
	fi
	disarm_all_but "$next"
	list_table >"$next/listing" || fail_to_write "$next"
	sweep
	printf 'portknock: loaded; rolls back in %s seconds unless confirmed\n' "$(field rollback "$next")"
	printf 'attempt %s\n' "$attempt"
}

# The same component may take over from another of its own host names: that is a rename, and the engine runs the
# old name's `remove` after this apply.
check_owner() {
	[ -n "$before" ] || return 0
	ours=$(field owner "$1")
	theirs=$(field owner "$before")
	[ "${ours%/*}" = "${theirs%/*}" ] && return 0
	[ "$(field adopt "$1")" = "$theirs" ] && return 0
	note_wanted "$1"
	fail "this host is guarded by $theirs; destroy it there, or set adopt to \"$theirs\" on this host"
}

# A new owner who is refused may be the old one renamed, and an engine that goes on after errors deletes the old
# name next. That must not open the host.
note_wanted() {
	if [ -n "$before" ] && [ "$(field owner "$1")" != "$(field owner "$before")" ]; then
		write_file "$state/wanted" "$(field owner "$1")" || true
	fi
}

prepare_candidate() {
	mkdir -p "$state/generations" 2>/dev/null || fail_to_write "$state"
	chmod 700 "$state"
	attempt=$(cat /proc/sys/kernel/random/uuid)
	next=$state/generations/$attempt
	if ! fill_generation "$1" "$2" 2>/dev/null; then
		rm -rf "$next"
		[ -n "$before" ] || rm -rf "$state"
		fail_to_write "$state"
	fi
}

# A full disk must end the run: rules that were cut short may well be rules that nft accepts.
fill_generation() {
	mkdir "$next" &&
		cp "$2/manifest" "$2/ruleset.nft" "$boot_id" "$next" &&
		mv "$next/boot_id" "$next/boot-id" &&
		printf '%s\n' "$1" >"$next/marker" &&
		printf '%s\n' "$nft_version" >"$next/nft-version" &&
		cp "$2/host.sh" "$state/host.sh.new" &&
		mv "$state/host.sh.new" "$state/host.sh" &&
		rm -f "$state/rolled-back" "$state/wanted" &&
		# From here on an observer can tell that there was another attempt, however it ends.
		write_file "$state/attempt" "$attempt"
}

# Back to what was loaded before this run. An earlier candidate that nobody confirmed yet keeps its timer.
# nft quotes the rules that it refuses, so only a line number and a message without numbers leave this host.
refuse_candidate() {
	reason=$(printf '%s\n' "$complaint" |
		awk -F ': Error: ' '/: Error: / { split($1, at, ":"); gsub(/[0-9]+/, "N", $2); print "line " at[2] ": " $2; exit }')
	if [ "$before" = "$(readlink "$confirmed")" ]; then
		rm -f "$candidate"
	else
		point candidate "$before"
	fi
	disarm_all_but "$before"
	note_wanted "$next"
	sweep
	[ -n "$before" ] || rm -rf "$state"
	fail "nft $nft_version refused the ruleset (${reason:-no reason given}); nothing was changed, the old rules stand"
}

# Each attempt has a timer of its own, so that there is none without one, and a timer that fires while another
# run holds the lock finds that the candidate is not the one that it was armed for.
arm_rollback() {
	if ! systemd-run --quiet --collect --unit="$timer-$attempt" --on-active="$(field rollback "$next")" \
		--timer-property=AccuracySec=200ms sh "$state/host.sh" rollback "$attempt" 2>/dev/null; then
		sweep
		[ -n "$before" ] || rm -rf "$state"
		fail 'the rollback timer could not be armed; nothing was changed'
	fi
}

# disarm_all_but GENERATION: all timers but that one's.
disarm_all_but() {
	for armed in $(systemctl list-units --all --plain --no-legend "$timer-*.timer" | cut -d ' ' -f 1); do
		[ "$armed" = "$timer-${1##*/}.timer" ] || systemctl stop "$armed" 2>/dev/null
	done
}

# --- confirm -------------------------------------------------------------------------------------------------

confirm() {
	attempt=$(field attempt "$2")
	if is_attempt "$candidate" "$attempt"; then
		install_boot "$candidate"
		point confirmed "$(readlink "$candidate")"
		rm -f "$candidate"
	elif is_attempt "$confirmed" "$attempt"; then
		install_boot "$confirmed"
	else
		fail 'there is nothing to confirm: this host put its old rules back; run pulumi up again'
	fi
	disarm_all_but none
	sweep
	printf 'portknock: confirmed\n'
}

# is_attempt POINTER ATTEMPT: whether it points to what that apply loaded, whole.
is_attempt() {
	[ -e "$1/listing" ] && [ "$(readlink "$1")" = "$state/generations/$2" ]
}

install_boot() {
	mkdir -p "$boot_folder"
	cmp -s "$1/ruleset.nft" "$boot_file" || replace_file "$boot_file" "$(cat "$1/ruleset.nft")"
	if ! units_stand; then
		mkdir -p "${dropin_file%/*}"
		chmod 755 "${dropin_file%/*}"
		replace_file "$unit_file" "$(unit_text)"
		replace_file "$dropin_file" "$(dropin_text)"
		chmod 644 "$unit_file" "$dropin_file"
		systemctl daemon-reload
	fi
	systemctl --quiet enable "$unit_name" 2>/dev/null
	# Starting it loads nothing while our table stands, so open windows stay.
	systemctl start "$unit_name"
}

units_stand() {
	[ "$(unit_text)" = "$(cat "$unit_file" 2>/dev/null)" ] && [ "$(dropin_text)" = "$(cat "$dropin_file" 2>/dev/null)" ]
}

unit_text() {
	cat <<-UNIT
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
		ExecStart=$(bring_back '')

		[Install]
		WantedBy=sysinit.target
	UNIT
}

# Debian's nftables.service flushes every table, ours too, when it starts, reloads and stops. Only commands of its
# own run before anybody who waits for it goes on. Where our unit is disabled, somebody wants the table gone.
dropin_text() {
	cat <<-UNIT
		[Service]
		ExecStartPost=-$(bring_back "[ ! -e $wants_link ] ||")
		ExecReload=-$(bring_back "[ ! -e $wants_link ] ||")
		ExecStopPost=-$(bring_back "[ ! -e $wants_link ] ||")
	UNIT
}

# bring_back UNLESS: leaves a present table alone. nft quotes the rules that it cannot load, and the journal is not the place for them.
bring_back() {
	printf "/bin/sh -c '%snft list table inet portknock >/dev/null 2>&1 || exec nft -f %s 2>/dev/null'" "${1:+$1 }" "$boot_file"
}

remove_boot() {
	systemctl --quiet disable --now "$unit_name" 2>/dev/null || true
	rm -f "$unit_file" "$unit_file.new" "$dropin_file" "$dropin_file.new"
	rmdir "${dropin_file%/*}" 2>/dev/null || true
	rm -rf "$boot_folder"
	systemctl daemon-reload
}

# --- rollback and remove -------------------------------------------------------------------------------------

rollback() {
	is_pending && [ "$(readlink "$candidate")" = "$state/generations/$1" ] || return 0
	if [ -e "$confirmed" ]; then
		# A full disk holds no transaction: then without the windows.
		tries=0
		until load "$(readlink "$confirmed")" "$(live)" || replace_table "$confirmed/ruleset.nft"; do
			tries=$((tries + 1))
			[ "$tries" -lt 10 ] ||
				fail 'the old rules could not be loaded; this host still runs the rules that nobody confirmed'
			sleep 2
		done
		install_boot "$confirmed"
		rm -f "$candidate"
		sweep
		touch "$state/rolled-back" 2>/dev/null || true
	elif [ -e "$candidate/stray.nft" ]; then
		{ printf 'delete table inet portknock\n'; cat "$candidate/stray.nft"; } | nft -f - 2>/dev/null
		rm -rf "$state"
	else
		forget_everything
	fi
	printf 'portknock: nobody confirmed the new rules; the old ones are back\n'
}

remove() {
	live=$(live)
	if [ -n "$live" ] && [ "$(field owner "$live")" != "$(field owner "$2")" ]; then
		printf 'portknock: this host belongs to %s now; nothing was removed\n' "$(field owner "$live")"
		return 0
	fi
	if [ -n "$(find "$state/wanted" -mmin -30 2>/dev/null)" ]; then
		printf 'portknock: %s was refused here just now; nothing was removed\n' "$(cat "$state/wanted")"
		return 0
	fi
	disarm_all_but none
	forget_everything
	printf 'portknock: removed\n'
}

# The state, which names the owner, goes last: a run that died half-way can be repeated.
forget_everything() {
	remove_boot
	remove_overlap
	if nft list table inet portknock >/dev/null 2>&1; then
		nft delete table inet portknock 2>/dev/null || fail 'the table could not be deleted; it is still in force'
	fi
	rm -rf "$state"
}

# --- state on disk -------------------------------------------------------------------------------------------

# The generation whose rules are loaded: the candidate, or without one what was confirmed.
live() {
	if is_pending; then
		readlink "$candidate"
	elif [ -e "$confirmed" ]; then
		readlink "$confirmed"
	fi
}

# A candidate does not outlive its boot: the boot file held what was confirmed, and the timer is gone.
is_pending() {
	[ -e "$candidate" ] && cmp -s "$candidate/boot-id" "$boot_id"
}

field() {
	sed -n "s/^$1 //p" "$2/manifest"
}

marker() {
	cat "$1/marker"
}

point() {
	sync "$2"/*
	ln -sfn "$2" "$state/$1.new"
	mv -T "$state/$1.new" "$state/$1"
}

replace_file() {
	write_file "$1" "$2" || fail_to_write "$1"
}

write_file() {
	printf '%s\n' "$2" 2>/dev/null >"$1.new" && sync "$1.new" && mv "$1.new" "$1"
}

fail_to_write() {
	rm -f "$1.new"
	fail "$1 could not be written; make room on the disk"
}

sweep() {
	rm -f "$state"/*.new "$state"/transaction.*
	is_pending || rm -f "$confirmed/windows"
	for generation in "$state"/generations/*; do
		if [ "$generation" != "$(readlink "$candidate")" ] && [ "$generation" != "$(readlink "$confirmed")" ]; then
			rm -rf "$generation"
		fi
	done
}

# --- the kernel ----------------------------------------------------------------------------------------------

# load NEW OLD: the rules of NEW, in which what OLD granted and NEW still grants is put back.
load() {
	complaint=
	transaction=$(mktemp "$state/transaction.XXXXXXXX") &&
		{ cat "$1/ruleset.nft" && carried "$1" "$2" | put_back; } >"$transaction" &&
		replace_table "$transaction"
	outcome=$?
	rm -f "$transaction"
	return $outcome
}

# One transaction is not enough: a packet that is in the old rules when the kernel commits finds their sets empty
# and passes (about 3 of 1600 a reload under a flood, kernel 6.18). So a copy under another name guards meanwhile.
replace_table() {
	if nft list table inet portknock >/dev/null 2>&1; then
		complaint=$(sed 's/inet portknock/&_overlap/' "$1" | nft -f - 2>&1) || return 1
	fi
	complaint=$(nft -f "$1" 2>&1)
	replaced=$?
	remove_overlap
	return $replaced
}

remove_overlap() {
	nft delete table inet portknock_overlap 2>/dev/null || true
}

# carried NEW OLD: lines `SET MILLISECONDS-LEFT GRANTED-SECONDS KEY`.
carried() {
	if [ -n "$2" ]; then
		for family in 4 6; do
			carried_windows $family "$1" "$2"
			carried_sources $family "$1"
		done
		[ -z "$(field identity "$2")" ] || return 0
	fi
	connected_sources "$1"
}

# A window is carried over to the service of the same name if its sequence is the same. Its source stays trusted.
carried_windows() {
	{ noted_windows "$1" "$2"; admitted "$1"; } |
		awk -v family="$1" '
			FNR == 1 { file++ }
			file < 3 && $1 == "service" { sequence[file, $2] = $5; window[file, $2] = $4 }
			file == 1 && $1 == "trusted" { trusted = $2 }
			file == 3 && $3 != "never-ending" && sequence[1, $2] != "" && ($4 == "noted" || sequence[1, $2] == sequence[2, $2]) {
				print "pk_admitted" family, $3, window[1, $2], $1 " . " $2
				if (trusted) print "pk_trusted" family, $3, trusted, $1
			}' "$2/manifest" "$3/manifest" -
}

carried_sources() {
	for name in blacklist trusted; do
		granted=$(field $name "$2")
		[ -z "$granted" ] || elements "pk_$name$1" | awk -v set="pk_$name$1" -v granted="$granted" '
			{ print set, $1 == "never-ending" ? granted "000" : $1, granted, $3 }'
	done
}

# Connection tracking may begin with our rules: the next packet of an older connection then looks like an attack.
# So who is connected is trusted for a day, as far as the set holds them.
connected_sources() {
	masks=$(field identity "$1")
	[ -n "$masks" ] && command -v ss >/dev/null || return 0
	ss -Htn state established 2>/dev/null | awk -v mask4="${masks% *}" -v mask6="${masks#* }" '
		{
			peer = $4
			sub(/:[0-9]+$/, "", peer)
			gsub(/\[|\]|%.*/, "", peer)
			if (peer ~ /[.]/) sub(/^::ffff:/, "", peer)
			if (!known[peer]++ && ++sources <= 30000)
				print "pk_trusted" (peer ~ /:/ ? 6 : 4), 86400000, 86400, peer " & " (peer ~ /:/ ? mask6 : mask4)
		}'
}

# Statements that add these elements, each with the longest time that a line gives it, and never more than granted.
put_back() {
	awk '
		{
			left = $2 < $3 * 1000 ? $2 : $3 * 1000
			key = $0
			sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", key)
			if (left > longest[$1, key]) {
				longest[$1, key] = left
				set[$1, key] = $1
				element[$1, key] = key " timeout " $3 "s expires " sprintf("%.0f", left) "ms"
				sets[$1]
			}
		}
		END {
			for (name in sets) {
				separator = "add element inet portknock " name " {\n"
				for (key in element) {
					if (set[key] != name) continue
					printf "%s\t%s", separator, element[key]
					separator = ",\n"
				}
				print "\n}"
			}
		}'
}

# A table without our records of it: a host that lost them. Nobody but us uses its name.
note_stray_table() {
	[ -n "$before" ] || nft list table inet portknock >"$next/stray.nft" 2>/dev/null || rm -f "$next/stray.nft"
}

# Who is admitted under the confirmed rules when a candidate takes their place: what it closes comes back with
# them. Written once, whatever number of candidates follow each other.
note_windows() {
	[ -e "$confirmed" ] || return 0
	{
		cat /proc/uptime
		admitted 4 | sed 's/^/4 /'
		admitted 6 | sed 's/^/6 /'
	} >"$confirmed/windows"
}

# noted_windows FAMILY GENERATION: lines as of `admitted`, with what is left of them now and the word `noted`.
noted_windows() {
	[ ! -e "$2/windows" ] ||
		awk -v family="$1" '
			NR == 1 { now = $1; next }
			FNR == 1 { elapsed = now - $1; next }
			$1 == family { printf "%s %s %d noted\n", $2, $3, $4 - elapsed * 1000 }
		' /proc/uptime "$2/windows"
}

# Lines `ADDRESS SERVICE-ID MILLISECONDS-LEFT` of who is admitted; who was put there by hand may be `never-ending`.
admitted() {
	elements "pk_admitted$1" | awk '{ print $3, $4, $1 }'
}

# elements SET: lines `MILLISECONDS-LEFT PACKETS KEY…`.
elements() {
	nft list set inet portknock "$1" 2>/dev/null | tr -d '\n\t' |
		sed -n 's/.*elements = { *\([^}]*\)}.*/\1/p' | tr ',' '\n' |
		awk '
			function milliseconds(text,   total, size) {
				total = 0
				while (match(text, /^[0-9]+[a-z]+/)) {
					size = substr(text, 1, RLENGTH)
					text = substr(text, RLENGTH + 1)
					if (size ~ /ms$/) total += size + 0
					else if (size ~ /s$/) total += 1000 * size
					else if (size ~ /m$/) total += 60000 * size
					else if (size ~ /h$/) total += 3600000 * size
					else if (size ~ /d$/) total += 86400000 * size
				}
				return total
			}
			NF > 0 {
				left = "never-ending"
				packets = 0
				key = ""
				word = 1
				for (; word <= NF && $word !~ /^(timeout|expires|counter)$/; word++) if ($word != ".") key = key " " $word
				for (; word < NF; word++) {
					if ($word == "expires") left = milliseconds($(word + 1))
					else if ($word == "packets") packets = $(word + 1)
				}
				print left == "never-ending" ? left : sprintf("%.0f", left), packets key
			}'
}

list_table() {
	nft -s list table inet portknock 2>/dev/null | without_traffic
}

# A listing without what packets write into it: the elements of dynamic sets. nft 1.1 appends counts of elements.
without_traffic() {
	awk '
		/^\t[a-z]/ { dynamic = 0 }
		/^\t\tflags (.*,)?dynamic/ { dynamic = 1 }
		/^\t\telements = / && dynamic { skipping = 1 }
		{ sub(/[ \t]*# count [0-9]+$/, "") }
		!skipping { print }
		/}/ { skipping = 0 }'
}

# --- status --------------------------------------------------------------------------------------------------

status() {
	# shellcheck disable=SC2086 # four words: client address and port, server address and port
	set -- $1
	printf 'portknock-status 1\n'
	printf 'nft %s\n' "$nft_version"
	[ $# != 4 ] || printf 'deployer %s %s\n' "$1" "$4"
	other_tables | sed 's/^/other-table /'
	live=$(live)
	if [ -z "$live" ]; then
		printf 'state unguarded\n'
		if nft list table inet portknock >/dev/null 2>&1; then
			printf 'finding the table stands without our records of it\n'
		fi
		# Changes when our state folder comes or goes: a host that lost it is not taken for one never seen.
		printf 'observed %s\n' "$({ cat /etc/machine-id; stat -c %z /var/lib; } | digest)"
		return
	fi
	printf 'state %s\n' "$(if is_pending; then echo pending; else echo guarded; fi)"
	printf 'owner %s\ntoken %s\nmarker %s\n' "$(field owner "$live")" "$(field token "$live")" "$(marker "$live")"
	findings=$(findings "$live")
	printf 'observed %s\n' "$({ cat "$state/attempt"; list_table; boot_digest; printf '%s' "$findings"; } | digest)"
	printf '%s\n' "$findings" | sed '/^$/d; s/^/finding /'
	[ ! -e "$state/rolled-back" ] || printf 'rolled-back\n'
	counters "$live"
	refused_ports "$live"
	if [ -n "$(field blacklist "$live")" ]; then
		printf 'blacklisted %s\n' "$({ elements pk_blacklist4; elements pk_blacklist6; } | wc -l)"
	fi
}

# Who is admitted and what was counted, with the names of the services.
counters() {
	for set in admitted4 admitted6 connections refusals; do
		elements "pk_$set" | sed "s/^/$set /"
	done | awk '
		FNR == 1 { file++ }
		file == 1 { if ($1 == "service") name[$2] = $3; next }
		/^admitted/ && $5 in name && $2 != "never-ending" { print "admitted", name[$5], $4, int($2 / 1000) }
		!/^admitted/ && $4 in name { print $1, name[$4], $3 }' "$1/manifest" -
}

# The ten most refused ports, without those of sequences: knocks are refused like everything else.
refused_ports() {
	elements pk_refused | sort -k 2,2nr -k 3,3n -k 4,4n | awk '
		FNR == 1 { file++ }
		file == 1 && $1 == "sequence" { split($2, knocks, ","); for (i in knocks) is_knock[knocks[i]] }
		file == 1 { next }
		{ protocol = $3 == 6 ? "tcp" : $3 == 17 ? "udp" : $3 }
		protocol ~ /^(tcp|udp)$/ && !($4 "/" protocol in is_knock) && shown++ < 10 { print "refused-port", protocol, $4, $2 }
	' "$1/manifest" -
}

# What other tables do to packets that come in, for whoever compares it with our rules; `incomplete` where nft cannot
# show all of it: rules of an iptables whose extensions are missing, or of one that the kernel keeps elsewhere.
other_tables() {
	! grep -qs . /proc/net/ip_tables_names /proc/net/ip6_tables_names || echo incomplete
	nft list tables | grep -vx 'table inet portknock\(_overlap\)\{0,1\}' | while read -r _ family name; do
		nft -s -t list table "$family" "$name" 2>&1 | awk '
			/type filter hook (ingress|prerouting|input) / { filters = 1 }
			/XT .* not found/ { line[++lines] = "incomplete" }
			/^table |^\t(chain .*)?[{}]|\t(type filter hook|.*(accept|drop|reject|jump|goto|return|vmap|queue|xt target))/ { line[++lines] = $0 }
			END { if (filters) for (i = 1; i <= lines; i++) print line[i] }'
	done
}

digest() {
	sha256sum | cut -d ' ' -f 1
}

boot_digest() {
	digest 2>/dev/null <"$boot_file"
}

findings() {
	table_findings "$1"
	window_findings "$1"
	if nft list table inet portknock_overlap >/dev/null 2>&1; then
		echo 'the table portknock_overlap was left behind by a run that died'
	fi
	is_pending || boot_findings "$1"
}

boot_findings() {
	if [ ! -e "$boot_file" ]; then
		echo 'the boot file is missing'
	elif ! cmp -s "$boot_file" "$1/ruleset.nft"; then
		echo 'the boot file was changed'
	fi
	if [ "$(dropin_text)" != "$(cat "$dropin_file" 2>/dev/null)" ]; then
		echo 'our drop-in for nftables.service is missing or was changed'
	fi
	if [ ! -e "$unit_file" ]; then
		echo "the unit $unit_name is missing"
	elif [ "$(unit_text)" != "$(cat "$unit_file")" ]; then
		echo "the unit $unit_name was changed"
	elif [ -n "$(systemctl show --property DropInPaths --value "$unit_name")" ]; then
		echo "the unit $unit_name has drop-ins that are not ours"
	elif ! systemctl --quiet is-enabled "$unit_name" 2>/dev/null; then
		echo "the unit $unit_name is disabled"
	elif ! systemctl --quiet is-active "$unit_name"; then
		echo "the unit $unit_name is not active"
	fi
}

table_findings() {
	if ! nft list table inet portknock >/dev/null 2>&1; then
		echo 'the table is missing'
	elif [ ! -e "$1/listing" ]; then
		echo 'the last apply did not finish'
	elif [ "$(cat "$1/nft-version")" = "$nft_version" ]; then
		list_table | compare_listings "$1/listing"
	else
		# Another nft prints the same rules in another way: let it print ours, in a network of its own.
		expected=$(mktemp /run/portknock.XXXXXXXX)
		# shellcheck disable=SC2016 # $1 is the inner shell's
		unshare -n sh -c 'nft -f "$1" && nft -s list table inet portknock' sh "$1/ruleset.nft" 2>/dev/null |
			without_traffic >"$expected"
		if [ -s "$expected" ]; then
			list_table | compare_listings "$expected"
		else
			echo "nft was upgraded to $nft_version and the rules cannot be compared with what it prints"
		fi
		rm -f "$expected"
	fi
}

# A door that somebody propped open by hand is in no listing.
window_findings() {
	for family in 4 6; do
		admitted $family | awk -v set="pk_admitted$family" '
			FNR == 1 { file++ }
			file == 1 && $1 == "service" { longest[$2] = $4 * 1000 }
			file == 2 && (!($2 in longest) || $3 == "never-ending" || $3 > longest[$2]) {
				print "set " set " admits somebody for longer than any knock does"
				exit
			}' "$1/manifest" -
	done
}

# What differs between the listing in a file and the one on standard input, by object and by our own comments.
compare_listings() {
	awk '
		FNR == 1 { file++ }
		/^\t[a-z]/ && !/[{]$/ && file == 2 { print "table: has " $1 " that are not ours" }
		/^\t[a-z].*[{]$/ {
			object = $0
			gsub(/^\t| [{]$/, "", object)
			known[file, object] = 1
			if (file == 1) wanted[++objects] = object
			else if (!((1, object) in known)) print object " is not ours"
			next
		}
		/^\t\t/ && file == 1 { rule[++rules] = $0; owner[rules] = object; wants[object, $0]++; body[1, object] = body[1, object] $0 }
		/^\t\t/ && file == 2 {
			body[2, object] = body[2, object] $0
			if (wants[object, $0] > found[object, $0]) found[object, $0]++
			else if ((1, object) in known) foreign[object]++
		}
		END {
			for (i = 1; i <= rules; i++) {
				if (owner[i] !~ /^chain/ || !((2, owner[i]) in known)) continue
				if (found[owner[i], rule[i]]-- > 0) continue
				comment = rule[i]
				if (!sub(/.*comment "/, "", comment)) comment = "hook\""
				sub(/".*/, "", comment)
				print owner[i] ": the rule \"" comment "\" is missing or was changed"
				explained[owner[i]] = 1
			}
			for (i = 1; i <= objects; i++) {
				object = wanted[i]
				if (!((2, object) in known)) print object " is missing"
				else if (foreign[object] && object ~ /^chain/) print object ": has a rule that is not ours"
				else if (body[1, object] != body[2, object] && !explained[object])
					print object (object ~ /^chain/ ? ": its rules are in another order" : " was changed")
			}
		}' "$1" -
}

portknock_main "$@"
