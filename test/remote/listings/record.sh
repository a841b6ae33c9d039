#!/bin/sh
# Records what the nft of each Debian release prints, as transcripts in a folder for each version:
#
#   sh test/remote/listings/record.sh && npx vitest run --project pure --update=all test/remote/listed
#
# As root, where set-up has made the bases of the throwaway hosts. No host is booted: nft runs in a base, in a network of
# its own. Tables of iptables are recorded where its programs are installed; else that transcript stays as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
golden=$here/../../golden
bases=${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-portknock/bases

# record TRANSCRIPT COMMAND…: each command is the arguments of an nft.
record() {
	transcript=$1
	shift
	for arguments in "$@"; do
		printf '$ nft %s\n' "$arguments"
		code=0
		# shellcheck disable=SC2086 # words
		chroot "$base" nft $arguments 2>"$work/stderr" >"$work/stdout" || code=$?
		sed 's/^/! /' "$work/stderr"
		cat "$work/stdout"
		[ "$code" = 0 ] || printf '? %s\n' "$code"
	done >"$folder/$transcript.txt"
}

# load FILE, by the nft that is recorded.
load() {
	cp "$1" "$work/load.nft"
	chroot "$base" nft -f /mnt/load.nft
}

# add FILE, by the newest nft: 0.9.8 crashes on elements with counters, which packets add in life.
add() {
	chroot "$newest" nft -f - <"$1"
}

# record_table TRANSCRIPT: the table, its rules and its elements.
record_table() {
	record "$1" 'list tables' '-s list table inet portknock' 'list table inet portknock' 'list set inet portknock pk_admitted4'
}

record_all() {
	version=$(chroot "$base" nft --version | sed 's/^nftables v\([0-9.]*\).*/\1/')
	folder=$here/$version
	mkdir -p "$folder"
	mount --bind "$work" "$base/mnt"
	newest=$bases/trixie
	mount --bind /dev "$newest/dev"
	record version '--version'

	load "$golden/flows/ruleset.nft"
	add "$here/flows.elements.nft"
	record_table flows
	load "$here/flows.tampering.nft"
	record tampered 'list tables' '-s list table inet portknock'

	load "$golden/baseline-full/ruleset.nft"
	add "$here/baseline-full.elements.nft"
	record_table baseline-full

	load "$golden/knockers-baseline/ruleset.nft"
	add "$here/knockers-baseline.elements.nft"
	record_table knockers-baseline

	# What nft 0.9.8 loses on its way to the kernel.
	sed 's/{ ip saddr : meta priority }/{ ip saddr timeout 5s : meta priority }/' "$golden/minimal/ruleset.nft" >"$work/timeouts.nft"
	load "$work/timeouts.nft"
	record timeouts 'list tables' '-s list table inet portknock'
	chroot "$base" nft delete table inet portknock
	record unguarded 'list tables' '-s list table inet portknock'

	cp "$here"/refused.*.nft "$work"
	for file in "$here"/refused.*.nft; do
		name=${file##*/}
		record "${name%.nft}" "-f /mnt/$name"
	done

	load "$here/neighbours.nft"
	record neighbours 'list tables' '-s -t list table inet f2b-table' '-s -t list table ip nat' '-s -t list table inet mine'
	chroot "$base" nft flush ruleset

	command -v iptables-nft >/dev/null || return 0
	iptables-nft -A INPUT -p tcp --dport 22 -m recent --name knockers --rcheck -j ACCEPT
	iptables-nft -A INPUT -p tcp --dport 23 -j REJECT
	iptables-nft -P INPUT DROP
	record iptables 'list tables' '-s -t list table ip filter'
}

if [ "${1:-}" != inside ]; then
	for base in "$bases"/bullseye "$bases"/bookworm "$bases"/trixie; do
		unshare -nm sh "$0" inside "$base"
	done
else
	base=$2
	work=$(mktemp -d)
	trap 'rm -r "$work"' EXIT
	record_all
fi
