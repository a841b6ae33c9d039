# shellcheck shell=sh disable=SC2154 # portknock_work is that of workFolder.sh
# Between its delivery and apply the host script stands in /run, where only root makes files, under a name for each owner: so
# nobody else's apply takes it away. What runs is a copy that was compared with what the manifest names, whatever stands there.
portknock_name_staged() {
	portknock_owner=$(sed -n 's/^owner //p' "$portknock_work/manifest" | sha256sum | cut -c 1-16)
	portknock_staged=/run/portknock-script.$portknock_owner
	portknock_timer=portknock-script-$portknock_owner
}
# Whether the script in the work folder is the one that the manifest names.
portknock_is_wanted() {
	[ "$(sha256sum <"$portknock_work/host.sh")" = "$(sed -n 's/^script //p' "$portknock_work/manifest")  -" ]
}
# By one rename, and for an hour: nobody may come for it.
portknock_stage() {
	portknock_unstage
	systemd-run --quiet --collect --unit="$portknock_timer" --on-active=1h rm -f "$portknock_staged" &&
		mv -fT "$portknock_work/host.sh" "$portknock_staged"
}
portknock_unstage() {
	[ -e "$portknock_staged" ] || [ -L "$portknock_staged" ] || return 0
	rm -rf "$portknock_staged"
	systemctl --quiet stop "$portknock_timer.timer" 2>/dev/null || :
}
