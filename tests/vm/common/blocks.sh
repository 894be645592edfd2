# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# Blocks of 4 KiB with known content: write, read back, compare.  Sourced by
# lib.sh.  Content is a word repeated, so a dump of a wrong block names the
# write it came from.  A device that is not there is an error (nocreat).

BLOCK_BYTES=4096

# block_write DEVICE BLOCK WORD [COUNT]: direct I/O, no flush.
block_write()
{
	block_content "$3" "${4:-1}" |
		dd of="$1" bs=$BLOCK_BYTES seek="$2" count="${4:-1}" iflag=fullblock \
			oflag=direct conv=notrunc,nocreat status=none
}

# The same, with FLUSH behind it; fails if the flush fails.
block_write_sync()
{
	block_content "$3" "${4:-1}" |
		dd of="$1" bs=$BLOCK_BYTES seek="$2" count="${4:-1}" iflag=fullblock \
			oflag=direct conv=notrunc,nocreat,fsync status=none
}

block_content()
{
	yes "$1" | head -c $(($2 * BLOCK_BYTES))
}

# flush_device DEVICE: fsync and nothing else.
flush_device()
{
	dd if=/dev/null of="$1" conv=notrunc,nocreat,fsync status=none
}

block_read()
{
	dd if="$1" bs=$BLOCK_BYTES skip="$2" count=1 iflag=direct status=none
}

# block_is DEVICE BLOCK WORD: true if that is what it holds.
block_is()
{
	block_read "$1" "$2" > "$TMP/block-read" || return 1
	block_content "$3" 1 | cmp -s "$TMP/block-read" -
}

# assert_block DEVICE BLOCK WORD
assert_block()
{
	block_is "$1" "$2" "$3" && return
	fail "$1 block $2: expected '$3'," \
		"got '$(head -n 1 "$TMP/block-read" | head -c 40 | tr -d '\000')'"
}
