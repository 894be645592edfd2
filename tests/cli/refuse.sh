#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Disks that must not become legs, whatever is asked: in use, the same one
# twice, one inside the other, too small, read-only, no disk at all, full.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

disk a 16M
disk b 16M
make=(create "$name" --level raid1 --no-activate --yes)

refused "a file" 2 "is not a block device" "${make[@]}" "$a" "$(file_of "$b")"
refused "a directory" 2 "is not a block device" "${make[@]}" "$a" /tmp
refused "a character device" 2 "is not a block device" "${make[@]}" "$a" /dev/null
refused "a path that is not there" 3 "cannot open: No such file" "${make[@]}" "$a" /dev/nope
refused "a path through a file" 3 "cannot open: Not a directory" "${make[@]}" "$a" /etc/passwd/x
refused "a path too long" 2 "name too long" "${make[@]}" "$a" "/$(printf 'd%.0s' {1..400})"
refused "an empty path" 3 "cannot open" "${make[@]}" "$a" ""

refused "the same disk twice" 2 "is the same disk as $a" "${make[@]}" "$a" "$a"
ln -s "$a" "$dir/link"
refused "the same disk through a link" 2 "is the same disk as $a" "${make[@]}" "$a" "$dir/link"
mknod "$dir/node" b "$((0x$(stat -c %t "$a")))" "$((0x$(stat -c %T "$a")))"
refused "the same disk through another node" 2 "is the same disk as $a" "${make[@]}" "$a" \
	"$dir/node"
attach same "$(file_of "$a")"
refused "two loop devices over one file" 2 "is the same disk as $a" "${make[@]}" "$a" "$same"
attach part "$(file_of "$a")" --offset 4096
refused "a part of the same file" 2 "overlaps $a" "${make[@]}" "$a" "$part"
attach over "$b"
refused "a loop device over the other leg" 2 "overlaps $b" "${make[@]}" "$b" "$over"
refused "in either order" 2 "overlaps $over" "${make[@]}" "$over" "$b"
refused "a disk that a loop device stands on" 4 "$b: is the disk behind $over" "${make[@]}" "$a" \
	"$b"

big=$dir/big
truncate -s 32M "$big"
files+=("$big")
attach low "$big" --sizelimit 16777216
attach high "$big" --offset 16777216
claim "two parts of one file that do not overlap" "$tandem" "${make[@]}" --dry-run "$low" "$high"
said=$("$tandem" "${make[@]}" --dry-run "$low" "$high" 2>&1)
claim "but with a warning" grep -q "warning: .* lie on one disk" <<< "$said"

disk whole 32M
"$here/signature" dos "$(file_of "$whole")"
piece=${whole}p1
if partx --add "$whole" 2> /dev/null && [ -b "$piece" ]; then
	parted+=("$whole")
	refused "a partition beside its disk" 2 "overlaps" "${make[@]}" "$whole" "$piece"
	refused "a disk beside its partition" 2 "overlaps" "${make[@]}" "$piece" "$whole"
	claim "a partition alone" "$tandem" "${make[@]}" --dry-run "$a" "$piece"
	mkfs.ext4 -q "$piece"
	mkdir "$dir/piece"
	mount -o ro "$piece" "$dir/piece" && mounts+=("$dir/piece")
	refused "a disk with a mounted partition" 4 "has a partition, .* that is mounted on" \
		"${make[@]}" "$a" "$whole"
fi

for size in 512 4K 1M 2M 4M 6M; do
	disk small "$size"
	refused "a disk of $size" 1 "$small: is too small" "${make[@]}" "$a" "$small"
done
disk least 8M
claim "a disk of 8M is enough" "$tandem" "${make[@]}" --dry-run "$a" "$least"
refused "a chunk larger than the disk" 1 "$least: is too small for one chunk" \
	create "$name" --level raid10 --chunk 16M --no-activate "$a" "$least"

disk locked 16M --read-only
refused "a read-only disk" 9 "$locked: is read-only" "${make[@]}" "$a" "$locked"
refused "to forget on a read-only disk" 9 "$locked: is read-only" forget "$locked"

if disk wide 16M --sector-size 4096 2> /dev/null && [ "$(blockdev --getss "$wide")" = 4096 ]; then
	refused "two sizes of logical blocks" 1 "has logical blocks of 4096 bytes, $a of 512" \
		"${make[@]}" "$a" "$wide"
	disk wide2 16M --sector-size 4096
	claim "two disks of 4096-byte blocks" "$tandem" create "4k$name" --level raid1 \
		--no-activate \
		"$wide" "$wide2"
	claim "can be examined" "$tandem" examine "$wide" "$wide2"
fi

disk fs 16M
mkfs.ext4 -q "$fs"
mkdir "$dir/mnt"
if mount -o ro "$fs" "$dir/mnt"; then
	mounts+=("$dir/mnt")
	refused "a mounted disk" 4 "$fs: is mounted on $dir/mnt" "${make[@]}" "$a" "$fs"
	refused "a mounted disk is not forgotten" 4 "is mounted on" forget "$fs"
fi

# A disk whose writes fail: a loop device over a file on a full file system.
mkdir "$dir/tiny"
if mount -t tmpfs -o size=1M tandem "$dir/tiny"; then
	stores+=("$dir/tiny")
	truncate -s 16M "$dir/tiny/disk"
	files+=("$dir/tiny/disk")
	attach full "$dir/tiny/disk"
	dd if=/dev/zero of="$dir/tiny/fill" bs=4K status=none 2> /dev/null
	yes "what leg 0 holds" | head -c 16M | dd of="$a" bs=1M iflag=fullblock oflag=direct \
		conv=notrunc status=none
	refused "a disk that takes no write: nothing is changed on the others" 8 \
		"$full: cannot write, nothing was changed" "${make[@]}" "$a" "$full"
	refused "so that no half of an array is found" 3 "no tandem superblock" examine "$a"
fi

refused "examine of a file" 2 "is not a block device" examine /etc/passwd
refused "assemble from a disk without a superblock" 3 "no tandem superblock" assemble "$a"
refused "an array that nobody has" 3 "no disk carries a leg" assemble "no-such-$name"
refused "forget a disk without a superblock" 3 "no tandem superblock" forget "$a"
