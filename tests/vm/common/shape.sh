# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154,SC3043 # Used by tests, drawn by seeded.sh, local.
#
# Arrays as people create them: of two or three legs or of two sets, on disks that hold
# different junk, zeroed or equal ones, with small regions or those that create chooses.
# Most are lazy, for that is what create makes if nobody says anything. Sourced after
# tandem.sh, log.sh and seeded.sh.

shapes=-1

# draw_shape: sets $sets and the $legs of each, $init and $region_option; $disks is d0 ...
# Of three in a row each has another level or number of legs.
draw_shape()
{
	[ "$shapes" -ge 0 ] || { draw 3 && shapes=$drawn; }
	case $((shapes % 3)) in
	0) sets=1 legs=2 ;;
	1) sets=1 legs=3 ;;
	2) sets=2 legs=2 ;;
	esac
	shapes=$((shapes + 1))
	draw 6
	case $drawn in
	4) init=zero ;;
	5) init=identical ;;
	*) init=lazy ;;
	esac
	region_option=""
	draw 3
	[ "$drawn" -eq 0 ] || region_option="--region-size 64K"
	disks=$(echo d0 d1 d2 d3 | cut -d' ' -f1-$((sets * legs)))
}

# create_shape NAME: on $disks. Sets $region_sectors.
create_shape()
{
	local level="raid1"

	[ "$sets" -eq 1 ] || level="raid10 --legs $legs"
	mark "$1: $level, $legs legs, $init $region_option"
	# shellcheck disable=SC2046,SC2086 # Lists of words.
	tandem create "$1" --level $level --init "$init" $region_option $(dev $disks)
	region_sectors=$(($(tandem status "$1" --json | values region_bytes) / 512))
}

# fill DISK NUMBER: bytes of that number and one, as somebody else left them.
fill()
{
	tr '\000' "\\$(($2 + 1))" < /dev/zero |
		dd of="$(dev "$1")" bs=1M seek=4 count=$(($(sectors_of "$(dev "$1")") / 2048 - 4)) \
			iflag=fullblock oflag=direct status=none
}

# disks_of_set SET: of $disks.
disks_of_set()
{
	echo "$disks" | cut -d' ' -f$(($1 * legs + 1))-$((($1 + 1) * legs))
}

# add_failed NAME: legs that are failed are added; each is on the disk of its number.
add_failed()
{
	local state leg=-1

	for state in $(array_state "$1"); do
		[ "$leg" -lt 0 ] || [ "$state" != failed ] ||
			tandem add "$1" "$(dev "$(echo "$disks" | cut -d' ' -f$((leg + 1)))")"
		leg=$((leg + 1))
	done
}

# never_runs FILE: "first count" a line, of what nobody has written in the set, by the
# output of examine --regions --json of its legs.
never_runs()
{
	jq -r '[.legs[] | select(.use == "current")][0].regions.never[] |
		"\(.first) \(.count)"' "$1"
}

# assert_written_equal DISK...: of one set, stopped: equal where somebody has written.
assert_written_equal()
{
	local disk run length

	# shellcheck disable=SC2046 # A list of words.
	tandem examine --regions --json $(dev "$@") > label
	never_runs label > untouched
	for disk in "$@"; do
		leg_data "$disk" "$(on_disk "$disk" set_bytes)" > data
		while read -r run length; do
			dd if=/dev/zero of=data bs=$((region_sectors * 512)) seek="$run" \
				count="$length" conv=notrunc status=none
		done < untouched
		md5sum < data
	done | uniq > sums
	assert_eq "different contents of $*" 1 "$(wc -l < sums)"
}
