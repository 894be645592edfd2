# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# The intent log of an array of one set, seen from outside: what status and
# examine say of it, whether legs agree elsewhere, and a power cut in the middle
# of a load.  Sourced after tandem.sh.

# The ring of a leg, as create lays it out.
export LOG_SECTOR=6144 LOG_SECTORS=2048

# status_log NAME: the word of the log in the kernel's status line.
status_log()
{
	# 0 LEN tandem 1 STATE SYNC DONE TOTAL UNSURE EPOCH COPIED NR_LEGS LEG... LOG
	dmsetup status "tandem-$1" | awk '{ print $(13 + $12) }'
}

# log_word NAME dirty|limit|records|waits|record_waits: from the kernel's status line.
log_word()
{
	local field

	case $2 in
	dirty) field=1 ;;
	limit) field=2 ;;
	records) field=3 ;;
	waits) field=4 ;;
	record_waits) field=5 ;;
	*) fail "log_word: no such number: $2" ;;
	esac
	status_log "$1" | cut -d/ -f"$field"
}

log_is_empty()
{
	[ "$(log_word "$1" dirty)" = 0 ]
}

# resynced NAME: sectors copied by resync since the start.
resynced()
{
	# 0 LEN tandem 1 STATE SYNC DONE TOTAL UNSURE EPOCH COPIED ...
	dmsetup status "tandem-$1" | cut -d' ' -f11 | cut -d/ -f1
}

# unsure_runs FILE: "first count" a line, of what may differ between current
# legs, by the output of examine --regions --json of all of them.
unsure_runs()
{
	jq -r '[.legs[] | select(.use == "current")][0].regions.unsure[] |
		"\(.first) \(.count)"' "$1"
}

# logged_runs FILE: likewise, what the logs of all the legs list.
logged_runs()
{
	jq -r '.legs[].regions.dirty[] | "\(.first) \(.count)"' "$1"
}

# assert_equal_outside RUNS REGION-BYTES FILE FILE: the data of two legs.
assert_equal_outside()
{
	cmp -l "$3" "$4" | awk -v size="$2" '
		{ region = int(($1 - 1) / size) }
		region != last { print region; last = region }
		BEGIN { last = -1 }' > "$TMP/different"
	awk 'NR == FNR { for (n = 0; n < $2; n++) listed[$1 + n] = 1; next }
		!($1 in listed) { print $1 }' "$1" "$TMP/different" > "$TMP/unlisted"
	[ ! -s "$TMP/unlisted" ] ||
		fail "regions that differ and are not unsure: $(tr '\n' ' ' < "$TMP/unlisted")"
}

# leg_data DISK BYTES > FILE: the first bytes of the array as this leg has them.
leg_data()
{
	dd if="$(dev "$1")" bs=64K skip=$(($(on_disk "$1" data_offset_bytes) >> 16)) \
		count=$(($2 >> 16)) iflag=direct status=none
}

# In the kernel until all requests are through or, where there are none, until the
# legs have flushed; or done.
is_suspending()
{
	[ ! -d "/proc/$1" ] || grep -q '__dm_suspend\|dm_table_postsuspend' "/proc/$1/stack"
}

# power_cut_busy ARRAY [PERMILLE] -- DISK...: the machine stops in the middle of
# whatever is under way.  No disk sees another one fail, for nothing runs any more
# when the first is off; whoever still writes gets errors.
power_cut_busy()
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
	# A device that is being suspended has no patience with its legs.
	dmsetup wipe_table --noflush "tandem-$name" &
	wait_for "$WAIT_S" is_suspending "$!"
	for disk in "$@"; do
		dmsetup resume "$disk"
	done
	wait
	array_stop_dead "$name"
	for disk in "$@"; do
		disk_power_on "$disk"
	done
}

# power_cut_unseen ARRAY SEED DISK...: the same, half of the sectors surviving, but the
# array does not notice and is taken from the kernel at once: nothing it writes from now
# on reaches a disk, so this costs none of its patience. Background jobs of the caller
# are told by a file "over" that what they write counts no more.
power_cut_unseen()
{
	local name="$1" seed="$2" disk

	shift 2
	dmsetup suspend --noflush --nolockfs "$@"
	for disk in "$@"; do
		seed=$(((seed * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff))
		dmsetup message "$disk" 0 cut 500 "$seed" unseen
	done
	dmsetup resume "$@"
	touch over
	dmsetup wipe_table --noflush "tandem-$name"
	wait
	rm over
	array_stop_dead "$name"
	for disk in "$@"; do
		dmsetup message "$disk" 0 on
	done
}
