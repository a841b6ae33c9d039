# shellcheck shell=dash
# Tokens are made with the tools of every host: awk for the texts, basenc and split for bytes, sha256sum for the hashes.

# token_elements FOLDER NOW PART: lines `ID KEY SLOT NUMBER BEGIN` to two tokens each, or to four addresses with that begin.
# HMAC-SHA-256 is two hashes, of 77 and of 96 bytes; sha256sum takes files.
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
			digest = $6
			value = substr($1, 1, length($1) - 2) sprintf("%02x", $3 % 255 + 1)
			if ($5 == "-") $5 = ""
			width = 32 - length($5)
			for (place = 1; place < 64; place += width)
				print "0x" $5 substr(digest, place, width) " timeout " left "s : " value ","
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
