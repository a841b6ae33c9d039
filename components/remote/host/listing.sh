# shellcheck shell=dash
# What nft says of the tables in the kernel, and how it is read.

# stands TABLE: 0 or 1, and 2 where nft does not say: a failure is no proof that a table is gone.
stands() {
	local tables
	tables=$(list_tables) || return 2
	case "
$tables
" in
	*"
table inet $1
"*) return 0 ;;
	*) return 1 ;;
	esac
}

# list_tables: lines `table inet NAME`. An nft before 1.1 reads every element of every table before it says their names, of
# a hundred thousand tokens in a second; 1.0 does not before it lists the rules without elements.
list_tables() {
	local ruleset
	if has_tokens "$(live)"; then
		ruleset=$(nft -t list ruleset 2>/dev/null) && printf '%s\n' "$ruleset" | sed -n 's/^\(table [^ ]* [^ ]*\) {.*/\1/p'
	else
		nft list tables 2>/dev/null
	fi
}

# is_listed TABLE: where nft does not say, it counts as gone.
is_listed() {
	if has_tokens "$(live)"; then
		stands "$1"
	else
		nft -t list table inet "$1" >/dev/null 2>&1
	fi
}

# A listing without tokens, and without what was filled: one that is used meanwhile would come back with it.
without_tokens() {
	awk -v names="$token_sets" '
		/^\t[a-z]/ { tokens = $2 ~ names }
		/^\t\telements = / && tokens { skipping = 1 }
		!skipping { print }
		/}/ { skipping = 0 }'
}

list_table() {
	if reads_all || ! nft list map inet portknock pk_filled >/dev/null 2>&1; then
		nft -s list table inet portknock 2>/dev/null
	else
		list_without_tokens
	fi | without_traffic
}

# Whether nft reads every element of every table before it lists anything, so that one listing costs what all do.
reads_all() {
	[ "${nft_version%%.*}" = 0 ]
}

# As nft lists the table, but for what packets write: of a hundred thousand tokens that takes seconds. One set at a time: of
# several in one go nft 1.0 finds the first.
list_without_tokens() {
	local brief kind name
	brief=$(nft -s -t list ruleset 2>/dev/null) || return 1
	brief=$(printf '%s\n' "$brief" | awk '/^table / { ours = /^table inet portknock [{]/ } ours { print } /^}/ { ours = 0 }')
	{
		printf '%s\n' "$brief" | awk '
			/^\t(set|map) / { kind = $1; name = $2; dynamic = 0 }
			/^\t\tflags (.*,)?dynamic/ { dynamic = 1 }
			/^\t}/ && name != "" { if (!dynamic) print kind, name; name = "" }' |
			while read -r kind name; do
				nft -s list "$kind" inet portknock "$name" 2>/dev/null </dev/null
			done
		echo 'portknock brief'
		printf '%s\n' "$brief"
	} | awk '
		$0 == "portknock brief" { brief = 1; next }
		/^\t(set|map|chain) / { name = $2 }
		!brief && /^\t/ { whole[name, ++lines[name]] = $0 }
		!brief { next }
		/^\t(set|map) / { skipping = name in lines; for (i = 1; skipping && i <= lines[name]; i++) print whole[name, i] }
		!skipping { print }
		/^\t}/ { skipping = 0 }'
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

# list_many GENERATION: its table without tokens, for an nft that reads all of it for each of its sets; else nothing.
list_many() {
	! has_tokens "$1" || ! reads_all || nft list table inet portknock 2>/dev/null | awk '
		/^\t[a-z]/ { tokens = $2 == "pk_tokens" }
		!tokens { print }'
}

# list_set SET set|map: as nft lists it, or as it stands in `listed`, which is what list_many printed.
list_set() {
	if [ -n "$listed" ]; then
		printf '%s\n' "$listed" | awk -v name="$1" '/^\t[a-z]/ { found = $2 == name } found { print }'
	else
		nft list "$2" inet "$table" "$1" 2>/dev/null
	fi
}

# elements SET [map]: lines `MILLISECONDS-LEFT PACKETS KEY…`.
elements() {
	list_set "$1" "${2:-set}" | tr -d '\n\t' |
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
