# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# Arrays of tandem for VM tests: make disks, ask for a state, compare legs, and
# run a command that must be refused.  Sourced after lib.sh by the tests that
# need it:  . "$COMMON/tandem.sh"
#
# Disks are d0, d1, ... (disk_create); an array stands on them directly, or on
# wrappers l0, l1, ... (leg_create) where a fault needs an exchange of tables.
# Nothing here waits without a deadline.

# Seconds for anything that is waited for: far more than a loaded host needs.
WAIT_S=240

# disks_create COUNT SIZE_MIB [KEY=VALUE ...]: d0 ... with disk_create.
disks_create()
{
	local count="$1" size="$2" n=0

	shift 2
	while [ "$n" -lt "$count" ]; do
		disk_create "d$n" "$size" "$@"
		n=$((n + 1))
	done
}

# disks_remove COUNT
disks_remove()
{
	local n=0

	while [ "$n" -lt "$1" ]; do
		disk_remove "d$n"
		n=$((n + 1))
	done
}

# disk_hide DISK: nobody can read it, so a scan does not find it.  It loses
# nothing.
disk_hide()
{
	disk_power_off "$1" 1000
}

disk_show()
{
	disk_power_on "$1"
}

# legs_create COUNT SIZE_MIB: disks d0 ... with l0 ... over them.
legs_create()
{
	local n=0

	disks_create "$@"
	while [ "$n" -lt "$1" ]; do
		leg_create "l$n" "$(disk_path "d$n")"
		n=$((n + 1))
	done
}

# split_leg NAME DISK SECTORS: a leg whose first SECTORS are a device of their
# own, NAME-meta, so that metadata can be held, slow or broken alone.
split_leg()
{
	local name="$1" disk start="$3" size

	disk=$(disk_path "$2")
	size=$(sectors_of "$disk")
	echo "0 $start linear $disk 0" | dmsetup create "$name-meta"
	{
		echo "0 $start linear $(disk_path "$name-meta") 0"
		echo "$start $((size - start)) linear $disk $start"
	} | dmsetup create "$name"
}

# dev NAME...: their paths.
dev()
{
	printf '/dev/mapper/%s\n' "$@"
}

# mirror NAME DISK...: raid1 of healthy legs that need no resync.
mirror()
{
	local name="$1"

	shift
	# shellcheck disable=SC2046 # One word per disk.
	tandem create "$name" --level raid1 --region-size 64K --init identical $(dev "$@")
}

# values KEY < JSON: every value of that key, one a line.  Starting jq takes
# longer here than any verb.
values()
{
	sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",{[]*\)\"\{0,1\},\{0,1\}\$/\1/p"
}

# array_is NAME "STATE LEG-STATE...": the same, for wait_for.
array_is()
{
	[ "$(array_state "$1")" = "$2" ]
}

array_state()
{
	tandem status "$1" --json | values state | tr '\n' ' ' | sed 's/ $//'
}

# assert_array NAME STATE LEG-STATE...
assert_array()
{
	local name="$1"

	shift
	assert_eq "state of $name and its legs" "$*" "$(array_state "$name")"
}

# on_disk DISK KEY: from its superblock.
on_disk()
{
	tandem examine "$(dev "$1")" --json | values "$2"
}

# recorded DISK: what its superblock says of each place.
recorded()
{
	on_disk "$1" record | tr '\n' ' ' | sed 's/ $//'
}

wait_healthy()
{
	tandem wait "$1" --for healthy --timeout "$WAIT_S" > /dev/null
}

# array_stop_dead NAME: out of the kernel after a power cut: its disks are
# off, so nothing it says at the end reaches them.
array_stop_dead()
{
	dmsetup remove --retry "tandem-$1"
	rm -f "/dev/tandem/$1"
}

# power_cut ARRAY [PERMILLE] -- DISK...: the machine stops.  Unflushed sectors
# survive with that probability (500).  No disk answers between the first cut and the
# last, or the array might record one of them as failed on another.
power_cut()
{
	local name="$1" keep=500 disk

	shift
	[ "$1" = -- ] || { keep=$1; shift; }
	shift
	for disk in "$@"; do
		dmsetup suspend --noflush --nolockfs "$disk"
	done
	for disk in "$@"; do
		disk_power_off "$disk" "$keep"
	done
	for disk in "$@"; do
		dmsetup resume "$disk"
	done
	array_stop_dead "$name"
	for disk in "$@"; do
		disk_power_on "$disk"
	done
}

# No array has anything in its intent log that is to leave it.
logs_rest()
{
	# NAME: 0 LEN tandem 1 STATE SYNC DONE TOTAL UNSURE EPOCH COPIED NR_LEGS LEG... LOG
	dmsetup status --target tandem | awk '$(14 + $13) ~ "^[1-9]" { exit 1 }'
}

# settle_logs: until then, or for ten seconds: an array whose legs fail has no rest.
settle_logs()
{
	local end

	end=$(($(uptime_ms) + 10000))
	until logs_rest || [ "$(uptime_ms)" -ge "$end" ]; do
		usleep 20000
	done
}

# data_sum DISK...: one checksum a line, of the bytes of the array on it.
data_sum()
{
	local disk offset size

	for disk in "$@"; do
		tandem examine "$(dev "$disk")" --json > "$TMP/label"
		offset=$(values data_offset_bytes < "$TMP/label")
		size=$(values set_bytes < "$TMP/label")
		dd if="$(dev "$disk")" bs=1M skip=$((offset >> 20)) count=$((size >> 20)) \
			iflag=direct status=none | md5sum
	done
}

# assert_legs_equal DISK DISK...: of one set, stopped or idle.
assert_legs_equal()
{
	assert_eq "different contents of $*" 1 "$(data_sum "$@" | sort -u | wc -l)"
}

# disk_writes: requests so far that could change any disk d0, d1, ...  The arrays'
# own come to their end first.
disk_writes()
{
	settle_logs
	dmsetup status --target powercut | awk '{ sum += $7 + $8 } END { print sum + 0 }'
}

# refused STATUS REGEX WORD...: tandem WORD... says one line that matches, ends
# with that status, and writes no byte.
refused()
{
	local status="$1" regex="$2" before

	shift 2
	before=$(disk_writes)
	expect_status "$status" tandem "$@"
	assert_eq "lines said by: $*" 1 "$(wc -l < "$TMP/output")"
	assert_match "$*" "$regex" "$(cat "$TMP/output")"
	assert_eq "requests that write, by: $*" "$before" "$(disk_writes)"
}
