# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# Disks that can be harmed while in use: a DM device over a whole disk whose
# table is exchanged under the I/O.  Sourced by lib.sh.
#
#   leg_create NAME DISK     /dev/mapper/NAME, healthy
#   leg_plug NAME            healthy again
#   leg_pull NAME            every request fails, flushes included
#   leg_fail_writes NAME     writes and flushes fail, reads work
#   leg_fail_flush NAME      only flushes fail
#   leg_drop_writes NAME     writes are acknowledged and forgotten
#   leg_bad_range NAME START_SECTORS LEN_SECTORS   requests in it fail
#   leg_delay NAME READ_MS WRITE_MS FLUSH_MS
#   leg_hold NAME / leg_release NAME   requests wait / go on
#   leg_remove NAME
#
# Exchange is with --noflush --nolockfs: requests in flight finish under the
# old table, later ones see the new one, and nothing waits for an array above.
#
# Failing reads alone, or FUA: disk_fail, where the leg's disk is one of ours.
# Failing only FLUSH on any disk: DM sends an empty flush to every target of a table, so a
# table that is linear but for a last piece of dm-flakey with error_writes
# fails each flush, and writes only in that piece, LEG_FLUSH_PIECE_SECTORS at
# the end.  tandem writes nothing there (the guard at the end of a leg is 1
# MiB); give others (md --size, mkfs) a leg with room.

LEG_FLUSH_PIECE_SECTORS=128

leg_disk()
{
	cat "$TMP/leg-$1"
}

leg_create()
{
	echo "$2" > "$TMP/leg-$1"
	leg_table_linear "$1" | dmsetup create "$1"
}

leg_remove()
{
	dmsetup remove "$1"
	rm "$TMP/leg-$1"
}

leg_sectors()
{
	blockdev --getsz "$(leg_disk "$1")" 2> /dev/null ||
		dmsetup table "$1" | awk '{ end = $1 + $2 } END { print end }'
}

# leg_piece NAME TARGET START LEN [AFTER-OFFSET...]: one table line.
leg_piece()
{
	local name="$1" target="$2" start="$3" len="$4"

	shift 4
	[ "$len" -gt 0 ] || return 0
	echo "$start $len $target $(leg_disk "$name") $start $*"
}

leg_table_linear()
{
	leg_piece "$1" linear 0 "$(leg_sectors "$1")"
}

# leg_load NAME < TABLE: exchange the table.
leg_load()
{
	mark "leg $1: new table"
	dmsetup load "$1"
	dmsetup suspend --noflush --nolockfs "$1"
	dmsetup resume "$1"
}

leg_plug()
{
	leg_table_linear "$1" | leg_load "$1"
}

# Up 0 s, down for ever: flakey's way to say always.
leg_flakey()
{
	local name="$1"

	shift
	leg_piece "$name" flakey 0 "$(leg_sectors "$name")" "0 100000000 $# $*" | leg_load "$name"
}

# Not the target "error": that takes no flush, so an empty one would be answered well by
# device-mapper, and a leg that is gone would vouch for what it never got.
leg_pull()
{
	leg_flakey "$1"
}

leg_fail_writes()
{
	leg_flakey "$1" error_writes
}

leg_drop_writes()
{
	leg_flakey "$1" drop_writes
}

leg_fail_flush()
{
	local sectors piece=$LEG_FLUSH_PIECE_SECTORS

	sectors=$(leg_sectors "$1")
	{
		leg_piece "$1" linear 0 $((sectors - piece))
		leg_piece "$1" flakey $((sectors - piece)) "$piece" "0 100000000 1 error_writes"
	} | leg_load "$1"
}

leg_bad_range()
{
	local sectors end=$(($2 + $3))

	sectors=$(leg_sectors "$1")
	{
		leg_piece "$1" linear 0 "$2"
		echo "$2 $3 error"
		leg_piece "$1" linear "$end" $((sectors - end))
	} | leg_load "$1"
}

leg_delay()
{
	local sectors disk

	sectors=$(leg_sectors "$1")
	disk=$(leg_disk "$1")
	echo "0 $sectors delay $disk 0 $2 $disk 0 $3 $disk 0 $4" | leg_load "$1"
}

leg_hold()
{
	dmsetup suspend --noflush --nolockfs "$1"
}

leg_release()
{
	dmsetup resume "$1"
}
