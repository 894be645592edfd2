# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The control: no array, the bare leg l0.  It shows that script and fault do what
# they say, and what is the array's doing and what the leg's.

array_create()
{
	:
}

array_path()
{
	echo /dev/mapper/l0
}

array_offset()
{
	echo 0
}

array_good()
{
	echo l0
}

array_disks()
{
	echo d0 d1
}

array_stop()
{
	:
}

array_silence()
{
	:
}

array_gone()
{
	:
}

array_boot()
{
	:
}

array_look()
{
	cat /dev/mapper/l0 > /dev/null
}
