#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Superblocks that are damaged, copied, moved or mixed up.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

disk a 16M
disk b 16M
slot0=65536
slot1=2097152
super=16384

claim "create" "$tandem" create "$name" --level raid1 --no-activate "$a" "$b"
cp "$(file_of "$a")" "$dir/good"

restore()
{
	dd if="$dir/good" of="$(file_of "$a")" bs=1M conv=notrunc status=none
	sync "$a"
	blockdev --flushbufs "$a"
}

# break OFFSET: one byte of the disk behind $a is another
break_at()
{
	local byte

	byte=$(dd if="$(file_of "$a")" bs=1 skip="$1" count=1 status=none | od -An -tu1)
	printf '%b' "\\x$(printf %x $(((byte + 1) % 256)))" |
		dd of="$(file_of "$a")" bs=1 seek="$1" conv=notrunc status=none
}

break_at $((slot1 + 300))
unchanged "one damaged slot is survived" "$tandem" assemble --dry-run "$a" "$b"
claim "and shown" sh -c "$tandem examine $a | grep -q 'slots  *0 valid, 1 .*checksum'"
break_at $((slot0 + 300))
refused "two damaged slots are an error" 6 "damaged superblock in both slots" examine "$a"
refused "and no leg" 6 "damaged superblock in both slots" assemble --dry-run "$a" "$b"
refused "and are not taken for a blank disk" 4 "superblock that is damaged or too new" \
	create "x$name" --level raid1 --no-activate "$a" missing
unchanged "the other leg is found all the same, and said to lack this one" \
	sh -c "$tandem assemble --dry-run '$name' 2>&1 | grep 'leg 0 .*absent'"
claim "they can be forgotten" "$tandem" forget "$a"
refused "which leaves nothing" 3 "no tandem superblock" examine "$a"
restore

dd if=/dev/urandom of="$dir/noise" bs=$super count=1 status=none
for slot in $slot0 $slot1; do
	dd if="$dir/noise" of="$(file_of "$a")" bs=4096 seek=$((slot / 4096)) conv=notrunc \
		status=none
done
refused "noise is no superblock" 3 "no tandem superblock" examine "$a"
restore

disk copy 16M
dd if="$(file_of "$a")" of="$(file_of "$copy")" bs=1M conv=notrunc status=none
refused "a copy beside its leg" 7 "leg 0 of array $name, so is" assemble --dry-run "$a" "$b" "$copy"
refused "also when it is found by name" 7 "leg 0 of array $name, so is" assemble --dry-run "$name"
unchanged "naming the disks is the way out" "$tandem" assemble --dry-run "$a" "$b"
disk larger 24M
dd if="$(file_of "$a")" of="$(file_of "$larger")" bs=1M conv=notrunc status=none
refused "a copy on a larger disk beside its leg" 7 "leg 0 of array $name, so is" \
	assemble --dry-run "$a" "$b" "$larger"
unchanged "alone it may be the leg, enlarged, and that is said" \
	sh -c "$tandem assemble --dry-run '$larger' '$b' 2>&1 | grep 'has become larger'"
disk smaller 12M
dd if="$(file_of "$a")" of="$(file_of "$smaller")" bs=1M count=12 conv=notrunc status=none
refused "a copy on a smaller disk" 6 "sectors, its superblock was written on a disk" \
	assemble --dry-run "$smaller" "$b"
for extra in "$copy" "$larger" "$smaller"; do
	claim "forget the copy on $extra" "$tandem" forget "$extra"
done

disk c 16M
disk d 16M
claim "create another" "$tandem" create "o$name" --level raid1 --no-activate "$c" "$d"
refused "legs of two arrays" 7 "is a leg of array" assemble --dry-run "$a" "$d"
refused "a leg and a blank disk" 3 "no tandem superblock" assemble --dry-run "$a" "$copy"
unchanged "--incremental finds the rest" "$tandem" assemble --dry-run --incremental "$d"
claim "forget one leg of the other" "$tandem" forget "$c"
refused "--incremental waits for what is absent" 10 "leg 0 .*absent" \
	assemble --dry-run --incremental "$d"
refused "--degraded never waits, too" 10 "leg 0 .*absent" \
	assemble --dry-run --degraded never "o$name"
unchanged "--degraded force does not" "$tandem" assemble --dry-run --degraded force "o$name"
refused "the same leg forgotten twice" 2 "is the same disk as" forget "$d" "$d"
refused "a leg and something else" 3 "no tandem superblock" forget "$d" "$c"
