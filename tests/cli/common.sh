# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # The tests use them.
#
# What the command-line tests share. Each test is a bash script that sources
# this file, makes disks out of loop devices, and states claims; the output is
# TAP. "refused" is the heart: a refused command says one line, exits with the
# right status and leaves every byte of every disk as it was.

set -uo pipefail

tandem=${TANDEM:-$(dirname "${BASH_SOURCE[0]}")/../../build/bin/tandem}
here=$(dirname "${BASH_SOURCE[0]}")
dir=$(mktemp -d "${TMPDIR:-/tmp}/tandem-cli.XXXXXX")
loops=()
mounts=()	# on a loop device
stores=()	# below one
parted=()	# loop devices with partitions
files=()
claims=0

skip()
{
	echo "skipped: $*"
	exit 77
}

finish()
{
	local status=$? each

	for each in "${mounts[@]}"; do umount "$each"; done
	for each in "${parted[@]}"; do partx --delete "$each"; done
	for each in "${loops[@]}"; do losetup -d "$each" 2> /dev/null; done
	for each in "${stores[@]}"; do umount "$each"; done
	rm -rf "$dir"
	echo "1..$claims"
	exit $status
}

[ "$(id -u)" -eq 0 ] || skip "loop devices need root"
[ -e /dev/loop-control ] || skip "this kernel has no loop devices"
probe=$(mktemp "$dir/probe.XXXXXX")
truncate -s 1M "$probe"
probe_loop=$(losetup --find --show "$probe" 2> /dev/null) || skip "no loop device can be set up"
losetup -d "$probe_loop"
trap finish EXIT
# A name that no other test, running at the same time, uses.
name=t$$

# attach VARIABLE FILE [losetup options]: a loop device over FILE
attach()
{
	local -n device=$1
	local file=$2

	shift 2
	device=$(losetup --find --show "$@" "$file") || exit 1
	loops+=("$device")
}

# disk VARIABLE SIZE [losetup options]: a new disk full of zeroes
disk()
{
	local variable=$1 file=$dir/disk.${#files[@]} size=$2

	shift 2
	truncate -s "$size" "$file"
	files+=("$file")
	attach "$variable" "$file" "$@"
}

# The file behind a disk made by "disk".
file_of()
{
	losetup --noheadings --output BACK-FILE "$1"
}

ok()
{
	claims=$((claims + 1))
	echo "ok $claims - ${1//$'\n'/ }"
}

not_ok()
{
	claims=$((claims + 1))
	echo "not ok $claims - ${1//$'\n'/ }"
	shift
	printf '# %s\n' "$@"
}

# claim TEXT COMMAND...: the command succeeds
claim()
{
	local text=$1 said

	shift
	if said=$("$@" 2>&1); then
		ok "$text"
	else
		not_ok "$text" "command: $*" "$said"
	fi
}

sums()
{
	[ ${#files[@]} -eq 0 ] || cksum "${files[@]}"
}

# refused CLAIM STATUS PATTERN ARGUMENTS...: tandem refuses, and writes nothing.
# It says nothing else, either, unless it had begun ($begun is set).
begun=
refused()
{
	local text=$1 status=$2 pattern=$3 before after got said

	shift 3
	before=$(sums)
	said=$("$tandem" "$@" 2>&1 > "$dir/stdout" < /dev/null)
	got=$?
	after=$(sums)
	if [ "$got" -ne "$status" ]; then
		not_ok "$text" "tandem $*" "exit status $got, not $status" "$said"
	elif [ "$(wc -l <<< "$said")" -ne 1 ] || [[ $said != "tandem: "* ]]; then
		not_ok "$text" "tandem $*" "not one line that starts with tandem:" "$said"
	elif ! grep -Eq -- "$pattern" <<< "$said"; then
		not_ok "$text" "tandem $*" "does not say $pattern" "$said"
	elif [ -z "$begun" ] && [ -s "$dir/stdout" ]; then
		not_ok "$text" "tandem $*" "stdout is not empty" "$(cat "$dir/stdout")"
	elif [ "$before" != "$after" ]; then
		not_ok "$text" "tandem $*" "a disk was changed"
	else
		ok "$text"
	fi
}

# unchanged CLAIM COMMAND...: the command succeeds and writes nothing
unchanged()
{
	local text=$1 before said

	shift
	before=$(sums)
	if ! said=$("$@" 2>&1); then
		not_ok "$text" "command: $*" "$said"
	elif [ "$(sums)" != "$before" ]; then
		not_ok "$text" "command: $*" "a disk was changed"
	else
		ok "$text"
	fi
}

# field FILE PYTHON: a value out of a JSON file, the document being "d"
field()
{
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
		"$1" "$2"
}

# is CLAIM GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got $2" "wanted $3"
	fi
}

# on DISK WHAT ARGUMENTS...: format.py on the file behind a disk
on()
{
	local device=$1 what=$2

	shift 2
	python3 "$here/format.py" "$what" "$(file_of "$device")" "$@" || exit 1
	blockdev --flushbufs "$device"
}

has_dm()
{
	grep -q ' device-mapper$' /proc/misc
}
