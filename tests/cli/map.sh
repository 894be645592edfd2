#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Region maps: what create writes, and how examine shows what is in a region and which
# leg lacks it.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

json=$dir/out.json
# legs EXPRESSION: the value of it for each leg, "l", with its regions, "r"
legs()
{
	"$tandem" examine --json --regions "${disks[@]}" > "$json"
	field "$json" "[(lambda r: ($1))(l['regions']) for l in d['legs']]"
}

# runs FIRST+COUNT...: as they are in JSON
runs()
{
	local run list=

	for run; do
		list+="${list:+, }{'first': ${run%+*}, 'count': ${run#*+}}"
	done
	echo "[$list]"
}

both()
{
	echo "[$1, $1]"
}

counts="l['written_regions'], l['zero_regions'], l['stale_regions']"
disk a 16M
disk b 16M
disk c 16M
disks=("$a" "$b")

claim "create --init lazy" "$tandem" create "$name" --level raid1 --no-activate "$a" "$b"
is "nothing was ever written" "$(legs "r['never']")" "$(both "$(runs 0+10)")"
is "or is anything else" "$(legs "[r[k] for k in ('zero', 'dirty', 'unsure', 'stale')]")" \
	"[[[], [], [], []], [[], [], [], []]]"
is "in numbers" "$(legs "$counts, l['map_pages'], l['map_lost_pages']")" \
	"$(both "(0, 0, 0, 1, 0)")"
is "there is nothing to resync" "$("$tandem" assemble --dry-run "${disks[@]}")" \
	"$name: would be assembled on 2 of 2 legs"
unchanged "reading maps writes nothing" "$tandem" examine --json --regions "${disks[@]}"
"$tandem" forget "${disks[@]}" > /dev/null

claim "create --init zero" "$tandem" create "$name" --level raid1 --init zero --no-activate \
	"$a" "$b"
is "all is zero" "$(legs "r['never'], r['zero']")" "$(both "([], $(runs 0+10))")"
claim "text says so, too" sh -c "$tandem examine '$a' |
	grep -q '^  map  *0 of 10 regions written, 10 zero, 0 stale on this leg$'"
"$tandem" forget "${disks[@]}" > /dev/null

claim "create --init identical" "$tandem" create "$name" --level raid1 --init identical \
	--no-activate "$a" missing "$b"
is "all was written" "$(legs "r['never'], r['zero'], $counts")" \
	"$(both "([], [], 10, 0, 0)")"
is "and is stale on the missing leg" \
	"$(dd if="$(file_of "$b")" bs=1 skip=$(((4 << 20) + 64)) count=22 status=none |
		od -An -v -tx1 | tr -d ' \n')" \
	"$(printf '0202%.0s' {1..10})0000"
"$tandem" forget "${disks[@]}" > /dev/null

"$tandem" create "$name" --level raid1 --no-activate "$a" "$b" > /dev/null
on "$a" page 2 0 0 2 1 2 0 0 0 0 0 0
on "$b" page 3 0 0 1 2 2 0 0 0 0x201 0 0
on "$a" record 300 10 0 5
on "$b" record 299 10 0
is "the larger content counts" "$(legs "r['never'], r['zero']")" \
	"$(both "($(runs 0+1 4+1 6+1 8+2), $(runs 7+1))")"
is "dirty counts as written" "$(legs "l['written_regions'], r['unsure']")" \
	"$(both "(4, $(runs 5+1))")"
is "a stale bit is that of one leg" "$(legs "r['stale']")" "[[], $(runs 7+1)]"
claim "in text" sh -c "$tandem examine '$a' '$b' |
	grep -q '^  map  *4 of 10 regions written, 1 zero, 1 stale on this leg$'"

dd if=/dev/urandom of="$(file_of "$a")" bs=4096 seek=1024 count=2 conv=notrunc status=none
blockdev --flushbufs "$a"
is "a page that one leg lost is that of the other" \
	"$(legs "r['never'], l['map_lost_pages'], l['written_regions']")" \
	"[($(runs 0+1 4+1 6+1 8+2), 1, 3), ($(runs 0+1 4+1 6+1 8+2), 0, 3)]"
claim "examine tells of the damage" sh -c "$tandem examine '$a' '$b' |
	grep -q '^  map  *3 of 10 .*; damaged, 1 of 1 pages are lost$'"
dd if=/dev/zero of="$(file_of "$b")" bs=4096 seek=1024 count=2 conv=notrunc status=none
blockdev --flushbufs "$b"
is "without any page all was written and may differ" \
	"$(legs "r['never'], r['zero'], r['unsure'], l['map_lost_pages']")" \
	"$(both "([], [], $(runs 0+10), 1)")"

"$tandem" forget "${disks[@]}" > /dev/null
"$tandem" create "$name" --level raid10 --legs 2 --init zero --no-activate "$a" "$b" "$c" \
	missing > /dev/null
disks=("$a" "$b" "$c")
is "each set has a map" "$(legs "r['zero']")" \
	"[$(runs 0+10), $(runs 0+10), $(runs 0+10)]"
