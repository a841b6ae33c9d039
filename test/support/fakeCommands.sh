# shellcheck shell=dash
# Stands behind the host script's functions, before their calls: commands that say what was recorded.

nft() {
	if [ "$*" = '-f -' ]; then
		cat
	else
		# Whether it is there.
		[ "$*" != '-t list table inet portknock' ] || set -- list table inet portknock
		awk -v wanted="\$ nft $*" '
			/^\$ / { printing = $0 == wanted; if (printing) known = 1; next }
			!printing { next }
			/^! / { print substr($0, 3) >"/dev/stderr"; next }
			/^[?] / { code = $2; next }
			{ print }
			END { exit known ? code : 1 }' "$RECORDED"
	fi
}

unshare() {
	true
}

# There the rules are listed as they are here.
list_in_own_network() {
	nft -s list table inet portknock
}

id() {
	echo 0
}

flock() {
	true
}

# The connections of a host, as `ss` of iproute2 lists them.
ss() {
	cat /run/connections
}
