#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Intent logs as examine shows them and as assemble judges them, in an array without a
# region map.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

json=$dir/out.json
# legs EXPRESSION: the value of it for each leg, "l"
legs()
{
	"$tandem" examine --json --regions "$a" "$b" > "$json"
	field "$json" "[($1) for l in d['legs']]"
}

disk a 16M
disk b 16M
claim "create" "$tandem" create "$name" --level raid1 --no-activate "$a" "$b"
on "$a" only
on "$b" only
is "a log that was never written" \
	"$(legs "l['log_state'], l['log_sequence'], l['dirty_regions']")" \
	"[('empty', None, 0), ('empty', None, 0)]"
is "makes all unsure" "$(legs "l['regions']['unsure']")" \
	"[[{'first': 0, 'count': 10}], [{'first': 0, 'count': 10}]]"
is "and nothing else" \
	"$(legs "[l['regions'][k] for k in ('never', 'zero', 'dirty', 'stale')]")" \
	"[[[], [], [], []], [[], [], [], []]]"

on "$a" record 300 10 0 1 2 7
on "$b" record 299 10 0 2 3
is "sequence and state" "$(legs "l['log_sequence'], l['log_state'], l['log_all']")" \
	"[(300, 'valid', False), (299, 'valid', False)]"
is "bytes that are dirty" "$(legs "l['dirty_bytes']")" "[$((3 << 20)), $((2 << 20))]"
is "each leg has its own dirty regions" "$(legs "l['regions']['dirty']")" \
	"[[{'first': 1, 'count': 2}, {'first': 7, 'count': 1}], [{'first': 2, 'count': 2}]]"
both="[{'first': 1, 'count': 3}, {'first': 7, 'count': 1}]"
is "what is unsure is said of both" "$(legs "l['regions']['unsure']")" \
	"$(printf "[%s, %s]" "$both" "$both")"
is "and the array can be started" "$(field "$json" 'd["arrays"][0]["startable"]')" True
unchanged "reading logs writes nothing" "$tandem" examine --json --regions "$a" "$b"
unchanged "nor does a dry run" "$tandem" assemble --dry-run "$a" "$b"
claim "which says how much is to be copied" \
	sh -c "$tandem assemble --dry-run '$a' '$b' | grep -q '2 of 2 legs, 4 regions to resync$'"
claim "text has the log, too" sh -c "$tandem examine '$a' |
	grep -q '^  log  *valid, sequence 300, 3 of 10 regions dirty$'"

on "$b" record 301 10 1
is "a log may say that all may differ" "$(legs "l['log_all'], l['dirty_regions']")" \
	"[(False, 3), (True, 10)]"
on "$b" record 302 10 0
refused "logs that are not in lock-step" 7 \
	"^tandem: $name: .*$b is at sequence 302, $a at 300; .*forget $a; .*add $name $a" \
	assemble --dry-run "$a" "$b"
refused "by name, too, and by force" 7 "sequence 302" assemble --dry-run --degraded force "$name"
claim "examine says so" sh -c "$tandem examine '$a' '$b' |
	grep -q '^$name: .*$b is at sequence 302, $a at 300.*; would not be started$'"
is "in JSON as well" "$(legs 1; field "$json" '[a["startable"] for a in d["arrays"]]')" \
	"$(printf '%s\n' '[1, 1]' '[False]')"

dd if=/dev/urandom of="$(file_of "$a")" bs=1M seek=3 count=1 conv=notrunc status=none
blockdev --flushbufs "$a"
is "a log that is lost" \
	"$(legs "l['log_state'], l['log_sequence'], l['regions']['dirty']")" \
	"[('lost', None, None), ('valid', 302, [])]"
claim "is not refused" \
	sh -c "$tandem assemble --dry-run '$a' '$b' | grep -q '2 of 2 legs, 10 regions to resync$'"
