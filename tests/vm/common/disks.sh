# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# Simulated disks for VM tests: memory with a volatile write cache that a power
# cut takes back, dm-powercut (tests/vm/powercut says how it behaves, and why
# not null_blk).  Sourced by lib.sh.
#
# What survives a cut is drawn per 512-byte sector from DISK_SEED and the
# disk's name, so each disk of an array is left in another state.

: "${DISK_SEED:=1}"

# disk_create NAME SIZE_MIB [KEY=VALUE ...]: completion_nsec (0: ends at once),
# blocksize (512, 4096), cache=none (every write is durable when it ends).
# null_blk's cache_size and irqmode are taken and need nothing: the cache is
# there and has room for all.
disk_create()
{
	local name="$1" sectors=$(($2 * 2048)) latency=0 block=512 cache="" pair

	modprobe dm-powercut
	shift 2
	for pair in "$@"; do
		case $pair in
		completion_nsec=*) latency=${pair#*=} ;;
		blocksize=*) block=${pair#*=} ;;
		cache=none) cache=through ;;
		irqmode=* | cache_size=[1-9]*) ;;
		*) fail "disk $name: no such property: $pair" ;;
		esac
	done
	echo "0 $sectors powercut $latency $block $cache" | dmsetup create "$name"
}

# The kernel's name, so that /sys/block has it too.
disk_path()
{
	echo "/dev/dm-$(dmsetup info -c --noheadings -o minor "$1")"
}

# disk_power_off NAME [PERMILLE]: of what was written and not flushed each
# sector survives with that probability; requests fail until the power is on.
disk_power_off()
{
	local seed

	seed=0x$(printf '%s %s' "$DISK_SEED" "$1" | md5sum | head -c 8)
	mark "disk $1: power off, seed $seed, $(dmsetup status "$1")"
	dmsetup message "$1" 0 cut "${2:-500}" "$seed"
}

disk_power_on()
{
	dmsetup message "$1" 0 on
	mark "disk $1: power on, $(dmsetup status "$1")"
}

# disk_power_cut NAME...: all of them lose power before any gets it back.
disk_power_cut()
{
	local name

	for name in "$@"; do
		disk_power_off "$name"
	done
	for name in "$@"; do
		disk_power_on "$name"
	done
}

# disk_fail NAME KIND...: requests of these kinds (read write fua flush) fail
# until `disk_fail NAME none`.
disk_fail()
{
	local name="$1"

	shift
	mark "disk $name: fails $*"
	dmsetup message "$name" 0 fail "$@"
}

# disk_fail_nth NAME N [dead]: the Nth request from now on fails, and with dead
# every later one until `disk_fail NAME none`.  N = 0 takes it back.
disk_fail_nth()
{
	local name="$1"

	shift
	mark "disk $name: request $* fails"
	dmsetup message "$name" 0 fail-nth "$@"
}

# disk_count NAME WHAT: reads, writes, fuas, flushes: requests so far; cached,
# lost, kept: sectors; left: requests until the one that is to fail (0: none).
disk_count()
{
	local field

	case $2 in
	reads) field=5 ;;
	writes) field=6 ;;
	fuas) field=7 ;;
	flushes) field=8 ;;
	cached) field=9 ;;
	lost) field=10 ;;
	kept) field=11 ;;
	left) field=12 ;;
	*) fail "disk_count: no such number: $2" ;;
	esac
	dmsetup status "$1" | cut -d' ' -f"$field"
}

disk_remove()
{
	dmsetup remove "$1"
}
