# shellcheck shell=dash
# What nft says of the tables in the kernel, and how it is read.

# stands TABLE: 0 or 1, and 2 where nft does not say: a failure is no proof that a table is gone.
stands() {
	local tables
	tables=$(list_tables) || return 2
	is_listed "$1"
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

# is_listed TABLE: whether `tables` has it, which is what nft said at the begin of a run.
is_listed() {
	case "
$tables
" in
	*"
table inet $1
"*) ;;
	*) false ;;
	esac
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
	if lists_in_one_go; then
		nft -s list table inet portknock 2>/dev/null
	else
		list_without_tokens
	fi | without_traffic
}

# Whether there is no cheaper way to read our table than to list it. It may have tokens of the rules that come or of those that go.
lists_in_one_go() {
	reads_all || ! { has_tokens "$candidate" || has_tokens "$confirmed"; }
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

# list_elements SETS: lines `SET MILLISECONDS-LEFT PACKETS KEY…` of those of these sets that `table` has. Fails where nft did not say.
list_elements() {
	{ list_sets "$1" && echo all-listed; } | awk -v names="$1" '
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
		function print_element(text,   words, word, i, left, packets, key) {
			words = split(text, word, " ")
			if (words == 0) return
			left = "never-ending"
			packets = 0
			key = ""
			for (i = 1; i <= words && word[i] !~ /^(timeout|expires|counter)$/; i++) if (word[i] != ".") key = key " " word[i]
			for (; i < words; i++) {
				if (word[i] == "expires") left = milliseconds(word[i + 1])
				else if (word[i] == "packets") packets = word[i + 1]
			}
			print set, (left == "never-ending" ? left : sprintf("%.0f", left)), packets key
		}
		BEGIN { count = split(names, name, " "); for (i = 1; i <= count; i++) wanted["pk_" name[i]] }
		$0 == "all-listed" { whole = 1 }
		/^\t[a-z]/ { set = $2 }
		/^\t\telements = / { in_elements = set in wanted; sub(/^[^{]*[{]/, "") }
		!in_elements { next }
		{
			ends = sub(/}.*/, "")
			count = split($0, element, ",")
			for (i = 1; i <= count; i++) print_element(element[i])
			if (ends) in_elements = 0
		}
		END { exit !whole }'
}

# list_sets SETS: as nft lists them, and what stands around them. One after the other where our table has tokens, all of which nft
# would list: an nft before 1.0 reads all of it for each. A table or a set that is not there has no elements.
list_sets() {
	local set kind brief=
	case $1 in
	*' '*) ! lists_in_one_go || set -- ;;
	esac
	if [ $# = 0 ]; then
		nft list table inet "$table" 2>/dev/null && return
		stands "$table"
		[ $? = 1 ]
		return
	fi
	for set in $1; do
		kind='set'
		[ "$set" != filled ] || kind=map
		nft list $kind inet "$table" "pk_$set" 2>/dev/null </dev/null && continue
		[ -n "$brief" ] || brief=$(nft -t list ruleset 2>/dev/null) || return 1
		printf '%s\n' "$brief" | awk -v ours="table inet $table {" -v name="pk_$set" '
			/^table / { is_ours = $0 == ours }
			is_ours && /^\t(set|map) / && $2 == name { found = 1 }
			END { exit !found }'
		[ $? = 1 ] || return 1
	done
}
