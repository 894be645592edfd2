# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2119,SC2120,SC3043 # busybox sh has local.
#
# The same fault script on md, dm-mirror and tandem.  A row is a VM test that
# sources this after lib.sh and says in its head
#
#   # PROMISE: what an array should keep: the table's first column
#   # ARRAYS: md dm-mirror tandem leg     whom it is run with
#   # LEG: kept                           what the bare leg, the control, must show
#   # NA: dm-mirror WHY                   who is left out, and why
#
# Sourced first, this runs the row once more for each array, with COMPARE_ARRAY
# set, cleans up behind each, writes what was seen to $OUT/compare.tsv (row,
# promise, array, verdict, fact), and ends the test: tandem must have kept the
# promise and the control must have behaved; what others do is only written down.
#
# Sourced by such a run, it brings the array's own file, which defines
#
#   array_create         a mirror on the legs l0 and l1, equal, nothing to copy
#   array_path           its volume
#   array_offset         sectors before the volume's first on each leg
#   array_good           the legs that it calls good now
#   array_disks          the disks that lose power with it
#   array_stop           a clean stop
#   array_silence        after a power cut: what it holds back it fails
#   array_gone           out of the kernel after that
#   array_boot LEG...    what a machine does that comes up with these legs
#   array_force LEG...   what an administrator does who insists
#   array_look           all that looks at a stopped array and should not write
#   record_hold LEG      from now on that leg takes no record of another's failure
#
# and then the row goes on: it makes legs and array, does I/O and harm, and ends
# with kept FACT or lost FACT.  A row that ends by an error proves nothing, and
# fails the test whoever it was run with.

# shellcheck source=tests/vm/common/tandem.sh
. "$COMMON/tandem.sh"

COMPARE=$COMMON/../compare
LEG_MIB=64
BUSY_MIB=56

row_field()
{
	sed -n "s/^# $1: //p" "$0"
}

# Everything that a run left behind, in whatever state it ended.
compare_clean()
{
	local name

	xargs -r kill < pids
	for name in l0 l1; do
		[ ! -e "leg-$name" ] || leg_plug "$name"
	done
	for name in d0 d1 log; do
		dmsetup message "$name" 0 on && dmsetup message "$name" 0 fail none
	done
	! dmsetup info mirror > /dev/null || {
		echo "0 1 error" | dmsetup load mirror
		dmsetup suspend --noflush --nolockfs mirror
		dmsetup resume mirror
	}
	umount /mnt/compare
	mdadm --stop --quiet /dev/md0
	tandem stop --all
	rm -rf /etc/mdadm /dev/md0 leg-*
	for name in mirror l0 l1 d0 d1 log; do
		dmsetup remove --retry "$name"
	done
	! dmsetup ls | grep -qv '^No devices'
}

compare_all()
{
	local array row status verdict fact left="" bad=""

	row=$(basename "$0")
	uname -r > "$OUT/compare-kernel"
	row_field NA | while read -r array fact; do
		printf '%s\t%s\t%s\tn/a\t%s\n' "$row" "$(row_field PROMISE)" "$array" "$fact"
	done >> "$OUT/compare.tsv"
	for array in $(row_field ARRAYS); do
		mark "compare: $row with $array"
		rm -f verdict
		: > pids
		status=0
		COMPARE_ARRAY=$array timeout -s KILL 120 sh -x "$0" > run.log 2>&1 || status=$?
		cat run.log
		if [ "$status" -ne 0 ] || [ ! -s verdict ]; then
			tail -n 40 job-*.out
			printf 'error\tended early (%s): %s\n' "$status" \
				"$(sed -n 's/^FAIL: //p' run.log | tail -n 1)" > verdict
			cp run.log "$OUT/compare-$row-$array.log"
		fi
		compare_clean || left="$left $array"
		verdict=$(cut -f1 verdict)
		fact=$(cut -f2 verdict)
		printf '%s\t%s\t%s\t%s\t%s\n' "$row" "$(row_field PROMISE)" "$array" "$verdict" \
			"$fact" >> "$OUT/compare.tsv"
		case $array:$verdict in
		*:error) bad="$bad $array: $fact;" ;;
		tandem:kept | leg:"$(row_field LEG)") ;;
		tandem:* | leg:*) bad="$bad $array: $verdict: $fact;" ;;
		esac
	done
	assert_eq "not cleaned up after" "" "$left"
	[ -z "$bad" ] || fail "$bad"
	exit 0
}

if [ -z "${COMPARE_ARRAY:-}" ]; then
	compare_all
fi
# shellcheck source=tests/vm/compare/md.sh
. "$COMPARE/$COMPARE_ARRAY.sh"

kept()
{
	printf 'kept\t%s\n' "$*" > verdict
	exit 0
}

lost()
{
	printf 'LOST\t%s\n' "$*" > verdict
	exit 0
}

# compare_start [KEY=VALUE...]: legs (disk_create), and the array on them.
compare_start()
{
	local n

	for n in 0 1; do
		disk_create "d$n" "$LEG_MIB" "$@"
		leg_create "l$n" "$(disk_path "d$n")"
	done
	array_create
}

# A job in the background that ends with the run.
job()
{
	"$@" > "job-$1.out" 2>&1 &
	echo $! >> pids
}

# As under a database: small writes all the time, to blocks of their own.  Without
# them md marks itself clean after 200 ms, and writes its superblock at the next write.
busy_start()
{
	job fio --name=busy --thread --filename="$(array_path)" --offset="${BUSY_MIB}M" \
		--size=64K --direct=1 --rw=randwrite --bs=4k --thinktime=10000 --time_based \
		--runtime=600 --randseed=1
	wait_for "$WAIT_S" busy_writes
}

busy_writes()
{
	! raw_block d1 $((BUSY_MIB * 256)) 16 | cmp -s -n 65536 - /dev/zero
}

# raw_block DISK BLOCK [COUNT]: of the volume, as that disk holds it.
raw_block()
{
	[ "$COMPARE_ARRAY" != leg ] || set -- d0 "$2" "${3:-1}"
	dd if="$(disk_path "$1")" bs=4096 skip=$((($(array_offset) >> 3) + $2)) count="${3:-1}" \
		iflag=direct status=none
}

# what_is COMMAND...: the word that the block it prints is made of.
what_is()
{
	if ! "$@" > word 2> /dev/null; then
		echo "error"
		return
	fi
	head -n 1 word | head -c 8 | tr -d '\000' | grep . || echo "zeroes"
}

read_word()
{
	what_is block_read "$(array_path)" "$1"
}

# A write that is acknowledged when it is durable, one request of the caller.
write_dsync()
{
	block_content "$2" 1 | dd of="$(array_path)" bs=4096 seek="$1" iflag=fullblock \
		oflag=direct,dsync conv=notrunc,nocreat status=none
}

# in_time SECONDS COMMAND...: its status, or 124 if it has not ended by then; what
# waits in the kernel cannot be killed, and goes on waiting.
in_time()
{
	local end pid

	end=$(($(uptime_ms) + $1 * 1000))
	shift
	"$@" &
	pid=$!
	while kill -0 "$pid" 2> /dev/null; do
		[ "$(uptime_ms)" -lt "$end" ] || return 124
		usleep 20000
	done
	wait "$pid"
}

# cut_power KEEP0 KEEP1: the machine stops; of what was not flushed each sector of
# d0 and d1 survives with that probability (permille), of another disk none.
# Nothing may notice that one disk is off before the other, and write that down:
# the legs take no request any more, and then their disks lose power.  Where
# dm-delay holds something this would let it go, so there the load stops first.
# What is held fails afterwards, the array goes, and all disks are healthy and on.
cut_power()
{
	local disk leg

	for leg in l0 l1; do
		if dmsetup table "$leg" | grep -q delay; then
			xargs -r kill -KILL < pids || true
		else
			leg_hold "$leg" &
		fi
	done
	wait_for 60 all_silent
	dmsetup message d0 0 cut "$1" 1 &
	dmsetup message d1 0 cut "$2" 2 &
	[ "$(array_disks)" = "d0 d1" ] || dmsetup message log 0 cut 0 3
	wait_for 60 all_off
	mark "power is off"
	xargs -r kill -KILL < pids || true
	leg_plug l0
	leg_plug l1
	array_silence
	wait
	! grep -q ' /mnt/compare ' /proc/mounts || umount /mnt/compare
	array_gone
	for disk in $(array_disks); do
		dmsetup message "$disk" 0 fail none
		disk_power_on "$disk"
	done
}

all_silent()
{
	local leg

	for leg in l0 l1; do
		dmsetup table "$leg" | grep -q delay ||
			dmsetup info "$leg" | grep -q 'SUSPENDED' || return 1
	done
}

all_off()
{
	dmsetup status --target powercut > disks
	[ "$(grep -c 'powercut off' disks)" -eq "$(array_disks | wc -w)" ]
}

# with_legs COMMAND LEG...: the others are not there.
with_legs()
{
	local command="$1" leg status=0

	shift
	for leg in l0 l1; do
		case " $* " in
		*" $leg "*) ;;
		*) disk_hide "d${leg#l}" ;;
		esac
	done
	"$command" "$@" > boot.out 2>&1 || status=$?
	cat boot.out
	for leg in l0 l1; do
		case " $* " in
		*" $leg "*) ;;
		*) disk_show "d${leg#l}" ;;
		esac
	done
	return "$status"
}

# meta_hold LEG: writes to what lies before the data of that leg wait.
meta_hold()
{
	local disk meta

	meta=$(array_offset)
	disk=$(leg_disk "$1")
	{
		echo "0 $meta delay $disk 0 0 $disk 0 3600000 $disk 0 0"
		leg_piece "$1" linear "$meta" $(($(leg_sectors "$1") - meta))
	} | leg_load "$1"
}
