# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043,SC2086,SC2046 # busybox sh has local; lists are split.
#
# What the main job asks of an array, answered by tandem.  Sourced by run-guest;
# run-md.sh answers the same.  A LEG is a name of tests/vm/common/legs.sh.

WAIT_S=300

array_path()
{
	echo "/dev/tandem/$1"
}

# array_create NAME LEVEL ROLE LEG...
array_create()
{
	local name=$1 level=$2 role=$3

	shift 3
	tandem create "$name" --level "$level" --role "$role" --yes $(leg_paths "$@")
}

leg_paths()
{
	printf '/dev/mapper/%s\n' "$@"
}

# healthy, degraded, unrecorded, failed or read-only.
array_state()
{
	tandem status "$1" --json | jq -r '.arrays[0].state'
}

array_is_degraded()
{
	[ "$(array_state "$1")" = degraded ]
}

# The machine stopped: take the array out of the kernel; its disks are silent.
array_gone()
{
	dmsetup remove --retry "tandem-$1"
}

# array_assemble NAME LEG...
array_assemble()
{
	shift
	tandem assemble $(leg_paths "$@")
}

array_wait_idle()
{
	tandem wait "$1" --for idle --timeout "$WAIT_S"
}

array_wait_healthy()
{
	tandem wait "$1" --for healthy --timeout "$WAIT_S"
}

# array_add NAME LEG: a leg that failed is back.
array_add()
{
	tandem add "$1" "/dev/mapper/$2"
}

# array_fail NAME LEG: take a good leg out.
array_fail()
{
	tandem fail "$1" "/dev/mapper/$2"
}

array_stop()
{
	tandem stop "$1"
}
