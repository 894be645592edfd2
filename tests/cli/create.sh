#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What create writes, what it leaves alone, and that examine reads it back.
# --no-activate throughout: this needs no device-mapper.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

json=$dir/out.json
examine()
{
	"$tandem" examine --json "$@" > "$json"
}
disk a 24M
disk b 32M
disk c 32M
disk d 40M

unchanged "a dry run writes nothing" \
	"$tandem" create "$name" --level raid1 --dry-run "$a" "$b"
"$tandem" create "$name" --level raid1 --dry-run "$a" "$b" > "$dir/dry"
claim "a dry run names what it would destroy" grep -q "$a: 24.0 MiB, would be overwritten" \
	"$dir/dry"

claim "create raid1" "$tandem" create "$name" --level raid1 --no-activate "$a" "$b"
unchanged "examine writes nothing" "$tandem" examine "$a" "$b"
unchanged "examine --json writes nothing" "$tandem" examine --json --regions "$a" "$b"
examine "$a" "$b"
is "examine knows both legs" "$(field "$json" '[l["leg"] for l in d["legs"]]')" "[0, 1]"
is "the name is in the superblock" "$(field "$json" 'd["legs"][1]["name"]')" "$name"
is "the smallest disk decides" "$(field "$json" 'd["legs"][1]["size_bytes"]')" $((18 << 20))
is "data starts aligned" "$(field "$json" 'd["legs"][0]["data_offset_bytes"] % (1 << 20)')" 0
is "both slots are written, the second is newer" \
	"$(field "$json" '[(l["slot"], l["sequence"]) for l in d["legs"]]')" "[(1, 2), (1, 2)]"
is "every leg has an identity of its own" \
	"$(field "$json" 'len({l["leg_id"] for l in d["legs"]})')" 2
is "nothing that was written may differ" "$(field "$json" '[l["clean"] for l in d["legs"]]')" \
	"[True, True]"
is "with a log and a map" "$(field "$json" '{l["feature_incompat"] for l in d["legs"]}')" "{3}"
is "the chooser calls both current" "$(field "$json" '[l["use"] for l in d["legs"]]')" \
	"['current', 'current']"
is "and the array startable" "$(field "$json" '[a["startable"] for a in d["arrays"]]')" "[True]"
claim "blkid finds nothing on a leg" sh -c "! blkid -p $a"

refused "a leg is not taken for a new array" 4 "is leg 0 of array $name" \
	create "other$name" --level raid1 --no-activate "$a" "$c"
refused "not even with --yes" 4 "is leg 1 of array $name.*tandem forget" \
	create "other$name" --level raid1 --no-activate --yes "$b" "$c"
refused "a name is not given twice" 4 "is a leg of an array of this name" \
	create "$name" --level raid1 --no-activate "$c" "$d"

unchanged "assemble --dry-run writes nothing" "$tandem" assemble --dry-run "$a" "$b"
unchanged "assemble --dry-run finds it by name" "$tandem" assemble --dry-run "$name"
uuid=$(field "$json" 'd["legs"][0]["uuid"]')
unchanged "and by UUID" "$tandem" assemble --dry-run "$uuid"
refused "not by half a UUID" 3 "no disk carries" assemble --dry-run "${uuid:0:16}"
refused "one leg alone is not enough" 10 "leg 1 .*absent and may hold newer data" \
	assemble --dry-run "$a"
unchanged "but can be forced" "$tandem" assemble --dry-run --degraded force "$a"
has_dm || refused "without device-mapper nothing starts" 5 "no device-mapper" assemble "$name"

unchanged "forget --dry-run writes nothing" "$tandem" forget --dry-run "$a" "$b"
claim "forget" "$tandem" forget "$a" "$b"
refused "what was forgotten is no leg" 3 "no tandem superblock" forget "$a"
refused "and cannot be assembled" 3 "no disk carries" assemble "$name"
refused "nor examined" 3 "no tandem superblock" examine "$a"

claim "create raid10 with all options" "$tandem" create "$name" --level raid10 --legs 2 --chunk \
	16K \
	--role log --region-size 256K --recovery-target 500ms --init identical --no-activate \
	"$a" "$b" "$c" "$d"
examine "$a" "$b" "$c" "$d"
is "consecutive disks are a set" "$(field "$json" '[l["set"] for l in d["legs"]]')" "[0, 0, 1, 1]"
is "chunk" "$(field "$json" 'd["legs"][0]["chunk_bytes"]')" 16384
is "role" "$(field "$json" 'd["legs"][0]["role"]')" log
is "region" "$(field "$json" 'd["legs"][0]["region_bytes"]')" 262144
is "recovery target" "$(field "$json" 'd["legs"][0]["recovery_target_ms"]')" 500
is "identical is clean" "$(field "$json" '{l["clean"] for l in d["legs"]}')" "{True}"
is "two sets are twice as large" \
	"$(field "$json" 'd["legs"][0]["size_bytes"] == 2 * d["legs"][0]["set_bytes"]')" True
claim "forget all four" "$tandem" forget "$a" "$b" "$c" "$d"

claim "create with a missing leg" "$tandem" create "$name" --level raid1 --no-activate \
	"$a" missing "$b"
examine "$a" "$b"
is "its place is empty" "$(field "$json" '[p["record"] for p in d["legs"][0]["places"]]')" \
	"['current', 'missing', 'current']"
is "and nobody waits for it" "$(field "$json" 'd["arrays"][0]["startable"]')" True
claim "forget those" "$tandem" forget "$a" "$b"

printf data | dd of="$(file_of "$a")" bs=1M seek=6 conv=notrunc status=none
claim "create --init zero" "$tandem" create "$name" --level raid1 --init zero --no-activate "$a" \
	"$b"
claim "zeroes the data" cmp -n $((16 << 20)) -i $((6 << 20)):0 "$(file_of "$a")" /dev/zero
claim "forget again" "$tandem" forget "$a" "$b"
printf data | dd of="$(file_of "$a")" bs=1M seek=6 conv=notrunc status=none
claim "create --init lazy" "$tandem" create "$name" --level raid1 --no-activate "$a" "$b"
is "leaves the data alone" \
	"$(dd if="$(file_of "$a")" bs=1M skip=6 count=1 status=none | head -c 4)" data

"$tandem" create "again$name" --level raid1 --no-activate --json "$c" "$d" > "$json"
is "the result as JSON has messages" "$(field "$json" 'len(d["messages"]) > 0')" True
is "and the schema" "$(field "$json" 'd["tandem"]["schema"]')" 1
