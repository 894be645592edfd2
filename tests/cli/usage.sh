#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Garbage on the command line: one line, exit status 2, nothing else happens.
# Every verb explains itself.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

disk a 16M
disk b 16M

refused "no verb" 2 "a verb is missing"
refused "a verb that does not exist" 2 "frobnicate: no such verb" frobnicate
refused "an empty verb" 2 "no such verb" ""
for verb in scrub doctor; do
	refused "$verb is announced, not guessed" 2 "$verb: is not in this version" $verb x y
done
for verb in create assemble stop status examine fail remove add replace grow rebuild monitor \
		forget wait set; do
	claim "$verb explains itself" "$tandem" $verb --help
	refused "$verb knows no --frob" 2 "--frob: no such option" $verb --frob
	refused "$verb knows no -x" 2 "-x: no such option" $verb -x
done

create=(create "$name" --no-activate)
refused "create without level" 2 "level is missing" "${create[@]}" "$a" "$b"
refused "create with a level that does not exist" 2 "raid5: is no level" "${create[@]}" --level \
	raid5 "$a" "$b"
refused "create without disks" 2 "something is missing|0 disks" "${create[@]}" --level raid1
refused "create with one disk" 2 "1 disks were named" "${create[@]}" --level raid1 "$a"
refused "an option given twice" 2 "given twice" "${create[@]}" --level raid1 --level raid10 "$a" \
	"$b"
refused "an option without its value" 2 "--level: needs a value" "${create[@]}" "$a" "$b" --level
refused "a flag with a value" 2 "takes no value" "${create[@]}" --yes=1 --level raid1 "$a" "$b"
refused "an option of another verb" 2 "--scan: no such option" "${create[@]}" --scan --level \
	raid1 "$a" "$b"
for size in 0 -1 1.5M 3K 48K 32M 64KB x "" 99999999999999999999 17179869184G; do
	refused "chunk of \"$size\"" 2 "chunk|needs a size" \
		"${create[@]}" --level raid10 --chunk "$size" "$a" "$b"
done
refused "chunk of a raid1" 2 "no chunks" "${create[@]}" --level raid1 --chunk 64K "$a" "$b"
for size in 0 32K 128M 100K y; do
	refused "region of \"$size\"" 2 "region|needs a size" \
		"${create[@]}" --level raid1 --region-size "$size" "$a" "$b"
done
for time in 0 99ms 2h 10x -5s 1.5s; do
	refused "recovery target of \"$time\"" 2 "recovery|needs a time" \
		"${create[@]}" --level raid1 --recovery-target "$time" "$a" "$b"
done
for legs in 0 1 9 -2 two 4294967298 18446744073709551616; do
	refused "$legs legs" 2 "legs|needs a number" "${create[@]}" --level raid1 --legs "$legs" \
		"$a" "$b"
done
refused "three legs of two disks" 2 "do not make one set of 3" \
	"${create[@]}" --level raid1 --legs 3 "$a" "$b"
refused "raid10 of three disks" 2 "do not make whole sets of 2" \
	"${create[@]}" --level raid10 "$a" "$b" missing
refused "a role that does not exist" 2 "journal: is no role" \
	"${create[@]}" --level raid1 --role journal "$a" "$b"
refused "an initialisation that does not exist" 2 "is no way to initialise" \
	"${create[@]}" --level raid1 --init maybe "$a" "$b"
refused "only missing disks" 2 "no disk at all" "${create[@]}" --level raid1 missing missing
refused "a set of missing disks" 2 "no disk at all" \
	"${create[@]}" --level raid10 "$a" "$b" missing missing

long=$(printf 'n%.0s' {1..200})
for bad in "a/b" "/dev/null" ".." "." "-x" "" "a b" "ä" "$long" $'a\nb' 'a;b' '%s%n'; do
	refused "the name \"${bad:0:20}\"" 2 "name|no such option" \
		create --level raid1 --no-activate "$bad" "$a" "$b"
done
many=()
for _ in {1..70}; do many+=("$a"); done
refused "70 disks" 2 "70 disks were named" "${create[@]}" --level raid1 "${many[@]}"
refused "200 disks" 2 "too many words" "${create[@]}" --level raid1 "${many[@]}" "${many[@]}" \
	"${many[@]}"

refused "assemble without anything" 2 "needs a name" assemble
refused "assemble with a name and --scan" 2 "one of them" assemble --scan "$name"
refused "assemble with a name and a disk" 2 "not both" assemble "$name" "$a"
refused "assemble with two names" 2 "one name" assemble "$name" other
refused "a policy that does not exist" 2 "no policy" assemble --degraded maybe "$name"
refused "stop without anything" 2 "a name or --all" stop
refused "stop with both" 2 "a name or --all" stop --all "$name"
refused "fail without a leg" 2 "something is missing" fail "$name"
refused "rebuild that changes nothing" 2 "needs --pause" rebuild "$name"
for rate in 0 1K 63K -1 x 2T 1.5M; do
	refused "rate of \"$rate\"" 2 "rate" rebuild "$name" --rate "$rate"
done
for time in 0 0us 9us 11s 5 x 1m; do
	refused "latency target of \"$time\"" 2 "latency" rebuild "$name" \
		--latency-target "$time"
done
for time in "" 0 9us 11s 5 x 1m; do
	refused "a kept latency target of \"$time\"" 2 "latency" set "$name" latency-target="$time"
done
for time in "" 0 99ms 2h x; do
	refused "a kept recovery target of \"$time\"" 2 "recovery" set "$name" \
		recovery-target="$time"
done
refused "set of nothing" 2 "something is missing" set "$name"
refused "set of a word" 2 "nothing to set" set "$name" frobnicate=1
refused "set without a value" 2 "needs a time" set "$name" recovery-target
refused "set of one key twice" 2 "given twice" set "$name" latency-target=1ms latency-target=auto
for policy in "" first 1 1: 1:first :avoided 01:normal 64:normal -1:normal "0:avoided," \
	0:avoided,1 0:Avoided "0:avoided 1:normal" 4294967296:normal; do
	refused "a read policy of \"$policy\"" 2 "needs LEG:normal" set "$name" \
		read-policy="$policy"
done
refused "a leg of two classes" 2 "a leg twice" set "$name" read-policy=0:avoided,0:normal
refused "a leg of two classes, apart" 2 "a leg twice" set "$name" read-policy=0:avoided \
	read-policy=0:normal
refused "set of what is still to come" 2 "in this version" set "$name" name=first
refused "paused and resumed at once" 2 "not both" rebuild "$name" --pause --resume
refused "fail with a word too many" 2 "one word too many" fail "$name" 1 2
refused "remove without a leg" 2 "something is missing" remove "$name"
refused "monitor without an end that would change nothing" 2 "comes with --once" monitor --dry-run
refused "a time of grace beyond any clock" 2 "for days at most" monitor --once --grace 10000h
refused "a time of grace that is none" 2 "needs a time" monitor --once --grace=
refused "wait for something else" 2 "nothing to wait for" wait "$name" --for godot
refused "a timeout that is none" 2 "needs a time" wait "$name" --timeout soon
refused "a timeout beyond any clock" 2 "longer than anybody waits" \
	wait "$name" --timeout 2000000000000h

# unknown CLAIM PATTERN ARGUMENTS...: what a monitoring system reads says so
unknown()
{
	local text=$1 pattern=$2 said got

	shift 2
	said=$("$tandem" "$@" 2> "$dir/stderr" < /dev/null)
	got=$?
	if [ "$got" -ne 3 ]; then
		not_ok "$text" "tandem $*" "exit status $got, not 3" "$said"
	elif [ "$(wc -l <<< "$said")" -ne 1 ] || [[ $said != "TANDEM UNKNOWN: "* ]]; then
		not_ok "$text" "tandem $*" "not one line that starts with TANDEM UNKNOWN:" "$said"
	elif ! grep -Eq -- "$pattern" <<< "$said"; then
		not_ok "$text" "tandem $*" "does not say $pattern" "$said"
	elif [ -s "$dir/stderr" ]; then
		not_ok "$text" "tandem $*" "stderr is not empty" "$(cat "$dir/stderr")"
	else
		ok "$text"
	fi
}
unknown "--check of an array that nobody has" "." status "no-such-$name" --check
unknown "--check with an option that does not exist" "--nonsense: no such option" \
	status --check --nonsense
unknown "--check with an option in front" "--nonsense: no such option" \
	status --nonsense --check
unknown "--check with two names" "b: one word too many" status --check a b
unknown "--check with --watch" "not both" status --check --watch
unknown "--check twice" "given twice" status --check --check
unknown "--check with a value" "takes no value" status --check=1
unknown "--check of a name with a line break" "one word too many" status --check a $'b\nc'
"$tandem" status --check --json --nonsense > "$dir/stdout" 2> "$dir/error.json"
is "--check with --json keeps its status" $? 3
is "and its error is JSON" "$(field "$dir/error.json" 'd["message"]')" "no such option"
is "alone on stderr" "$(cat "$dir/stdout")" ""
refused "--check of another verb" 2 "--check: no such option" stop --check x
refused "--check behind the end of options" 2 "one word too many" status -- a --check
refused "--regions without --json" 2 "comes with --json" examine --regions "$a"

"$tandem" frobnicate --json 2> "$dir/error.json"
is "a JSON error has its code" "$(field "$dir/error.json" 'd["code"]')" 2
is "a JSON error has its message" "$(field "$dir/error.json" 'd["message"]')" "no such verb"
is "a JSON error has the schema" "$(field "$dir/error.json" 'd["tandem"]["schema"]')" 1
