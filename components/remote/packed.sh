# shellcheck shell=sh
# What is said where something packed could not be unpacked into the work folder.
portknock_failed() {
	if command -v base64 >/dev/null && command -v gzip >/dev/null; then
		portknock_full
	else
		echo 'portknock: base64 or gzip is missing; install the packages coreutils and gzip' >&2
		return 1
	fi
}
