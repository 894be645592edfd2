# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043,SC2086,SC2046 # busybox sh has local; lists are split.
#
# What the main job asks of an array, answered by md (see run-tandem.sh): raid1
# and raid10 in layout n2 with an internal bitmap, the nearest that md has.

array_path()
{
	echo "/dev/md/$1"
}

leg_paths()
{
	printf '/dev/mapper/%s\n' "$@"
}

# Without udev mdadm makes /dev/mdN and no name for it.
array_node()
{
	case $1 in
	log) echo /dev/md10 ;;
	data) echo /dev/md11 ;;
	esac
}

name_node()
{
	mkdir -p /dev/md
	ln -sf "$(array_node "$1")" "$(array_path "$1")"
}

array_create()
{
	local name=$1 level=$2

	shift 3
	mdadm --create "$(array_node "$name")" --run --quiet --assume-clean --level="$level" \
		--raid-devices=$# --bitmap=internal $(leg_paths "$@")
	name_node "$name"
}

md_attribute()
{
	cat "/sys/block/$(basename "$(array_node "$1")")/md/$2"
}

array_state()
{
	if [ "$(md_attribute "$1" degraded)" = 0 ]; then
		echo healthy
	else
		echo degraded
	fi
}

array_is_degraded()
{
	[ "$(array_state "$1")" = degraded ]
}

array_is_healthy()
{
	[ "$(array_state "$1")" = healthy ] && [ "$(md_attribute "$1" sync_action)" = idle ]
}

array_is_idle()
{
	[ "$(md_attribute "$1" sync_action)" = idle ]
}

array_gone()
{
	mdadm --stop --quiet "$(array_node "$1")"
}

array_assemble()
{
	local name=$1

	shift
	mdadm --assemble --run --quiet "$(array_node "$name")" $(leg_paths "$@")
	name_node "$name"
}

array_wait_idle()
{
	wait_for 300 array_is_idle "$1"
}

array_wait_healthy()
{
	wait_for 300 array_is_healthy "$1"
}

array_add()
{
	mdadm --quiet "$(array_node "$1")" --add "/dev/mapper/$2"
}

array_fail()
{
	mdadm --quiet "$(array_node "$1")" --fail "/dev/mapper/$2"
}

array_stop()
{
	mdadm --stop --quiet "$(array_node "$1")"
}
