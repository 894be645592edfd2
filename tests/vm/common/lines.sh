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

# array_lines NAME BLOCKS: one line a sector, its word and its number.
array_lines()
{
	dd if="/dev/tandem/$1" bs=64K count=$(($2 / 16)) iflag=direct status=none | cut -c1-12
}
