# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043,SC2046 # busybox sh has local; lists are split.
#
# md raid1 as mdadm makes it, with an internal bitmap.  A machine boots as Debian
# does: udev calls mdadm --incremental for each disk, and what is not complete by
# then is started by mdadm --run (mdadm-last-resort@.service and the script
# local-block/mdadm of its initramfs).

array_create()
{
	mdadm --create /dev/md0 --run --quiet --assume-clean --level=1 --raid-devices=2 \
		--bitmap=internal $(dev l0 l1)
	mkdir -p /etc/mdadm
	mdadm --detail --brief /dev/md0 > /etc/mdadm/mdadm.conf
	cat /sys/block/md0/md/rd0/offset > offset
	assert_eq "data offset of both legs" "$(cat offset)" "$(cat /sys/block/md0/md/rd1/offset)"
}

array_path()
{
	echo /dev/md0
}

array_offset()
{
	cat offset
}

array_good()
{
	local n good=""

	for n in 0 1; do
		! grep -qs in_sync "/sys/block/md0/md/rd$n/state" || good="$good l$n"
	done
	echo "${good# }"
}

array_disks()
{
	echo d0 d1
}

array_stop()
{
	mdadm --stop --quiet /dev/md0
}

array_silence()
{
	:
}

array_gone()
{
	wait_for "$WAIT_S" array_stop
}

array_runs()
{
	case $(cat /sys/block/md0/md/array_state 2> /dev/null) in
	"" | clear | inactive) return 1 ;;
	esac
}

array_boot()
{
	local leg

	for leg in "$@"; do
		mdadm --incremental "/dev/mapper/$leg" || true
	done
	array_runs || mdadm --run /dev/md0 || true
	array_runs || { mdadm --stop --quiet /dev/md0; return 1; }
}

array_force()
{
	mdadm --assemble --force --run /dev/md0 $(dev "$@") && array_runs
}

array_look()
{
	mdadm --examine $(dev l0 l1)
	mdadm --examine --scan
	mdadm --assemble --readonly --run /dev/md0 $(dev l0 l1)
	mdadm --detail /dev/md0
	cat /dev/md0 > /dev/null
	mdadm --stop /dev/md0
}

record_hold()
{
	meta_hold "$1"
}
