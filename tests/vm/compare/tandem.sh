# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2046 # Lists are split.
#
# tandem raid1.  A machine boots by `tandem assemble --scan`.

array_create()
{
	mirror compare l0 l1
	echo $(($(on_disk l0 data_offset_bytes) / 512)) > offset
}

array_path()
{
	echo /dev/tandem/compare
}

array_offset()
{
	cat offset
}

# The first state is the array's.
array_good()
{
	tandem status compare --json | values state | tail -n +2 | grep -n '^current$' |
		sed 's/:.*//; s/^1$/l0/; s/^2$/l1/' | tr '\n' ' ' | sed 's/ $//'
}

array_disks()
{
	echo d0 d1
}

array_stop()
{
	tandem stop compare
}

array_silence()
{
	:
}

array_gone()
{
	array_stop_dead compare
}

array_boot()
{
	tandem assemble --scan && [ -b /dev/tandem/compare ]
}

array_force()
{
	tandem assemble $(dev "$@") --degraded force
}

array_look()
{
	tandem examine $(dev l0 l1)
	tandem examine $(dev l0 l1) --json --regions
	tandem assemble compare --dry-run
	tandem assemble compare --read-only
	tandem status compare
	cat /dev/tandem/compare > /dev/null
	tandem stop compare
}

record_hold()
{
	meta_hold "$1"
}
