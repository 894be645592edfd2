# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Content of which each sector is one line of text: a word of five characters, the
# number of the sector, and dots.  So one awk over an array is a check of all of it.

# 511 characters and a newline: 5 of the word, 6 of the number, 2 spaces.
pad=$(head -c 498 /dev/zero | tr '\000' .)

# lines FIRST-BLOCK BLOCKS WORD: the content of an extent.
lines()
{
	awk -v first=$(($1 * 8)) -v count=$(($2 * 8)) -v word="$3" -v pad="$pad" 'BEGIN {
		for (n = first; n < first + count; n++) printf "%s %06d %s\n", word, n, pad }'
}

# sector_lines < SECTORS: one line a sector, its word and its number, or "zero".
sector_lines()
{
	tr '\000' 0 | awk '{
		end = length($0)
		for (at = 1; end - at >= 511; at += 512) print "zero"
		if (at <= end) print substr($0, at, 12) }'
}

# array_lines NAME BLOCKS: the same of that array's first blocks.
array_lines()
{
	dd if="/dev/tandem/$1" bs=64K count=$(($2 / 16)) iflag=direct status=none | sector_lines
}

# fill_junk DISK WORD: data as somebody else left it, in lines without a number.
fill_junk()
{
	yes "$2 ------ $pad" |
		dd of="$(dev "$1")" bs=1M seek=4 count=6 iflag=fullblock oflag=direct \
			conv=notrunc,nocreat status=none
}
