# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# dm-mirror as LVM's old mirror used it: handle_errors, and a disk log, here on a
# disk that never fails.  It writes nothing to its legs but data; who is good is
# kept by user space.  That part, dmeventd and LVM's metadata, is played here: at
# an event that shows a leg with a failed write or flush (not a read) the
# survivor is written down and the table becomes linear on it.

array_create()
{
	disk_create log 4
	mirror_table nosync | dmsetup create mirror
	echo l0 l1 > good
	job tend_mirror
}

# mirror_table [nosync]: both legs are equal; without it the log says.
mirror_table()
{
	echo "0 $(leg_sectors l0) mirror disk $((2 + $#)) $(disk_path log) 128 $*" \
		"2 $(disk_path l0) 0 $(disk_path l1) 0 1 handle_errors"
}

# Ends when the device is gone or linear.
tend_mirror()
{
	local event=0 letters

	while dmsetup wait mirror "$event" > /dev/null; do
		dmsetup status -v mirror > tended || return 0
		letters=$(sed -n 's/.* 1 \([A-Z][A-Z]\) 3 disk .*/\1/p' tended)
		event=$(sed -n 's/^Event number: *//p' tended)
		case $letters in
		[DFS]A) repair_mirror l1 ;;
		A[DFS]) repair_mirror l0 ;;
		esac
		grep -q ' ' good || return 0
	done
}

repair_mirror()
{
	[ ! -e record-held ] || return 0
	echo "$1" > good
	echo "0 $(leg_sectors l0) linear $(disk_path "$1") 0" | dmsetup load mirror
	dmsetup suspend --noflush --nolockfs mirror
	dmsetup resume mirror
}

array_path()
{
	echo /dev/mapper/mirror
}

array_offset()
{
	echo 0
}

array_good()
{
	cat good
}

array_disks()
{
	echo d0 d1 log
}

array_stop()
{
	dmsetup remove --retry mirror
}

# Requests that wait for user space are given back when the table is exchanged.
array_silence()
{
	rm -f record-held
	echo "0 $(leg_sectors l0) error" | dmsetup load mirror
	dmsetup suspend --noflush --nolockfs mirror
	dmsetup resume mirror
}

array_gone()
{
	dmsetup remove --retry mirror
}

array_boot()
{
	if grep -q ' ' good; then
		mirror_table | dmsetup create mirror
		job tend_mirror
	else
		echo "0 $(leg_sectors l0) linear $(disk_path "$(cat good)") 0" |
			dmsetup create mirror
	fi
}

array_look()
{
	mirror_table | dmsetup create --readonly mirror
	dmsetup status mirror
	dmsetup table mirror
	cat /dev/mapper/mirror > /dev/null
	dmsetup remove mirror
}

record_hold()
{
	touch record-held
}
