# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# A filesystem on an array whose legs are pulled under load.  Sourced by the
# tests in fs/, after tandem.sh.

# XFS of less than 300 MiB is for tests only; this is how mkfs is told.
export TEST_DIR=/mnt TEST_DEV=none QA_CHECK_FS=1

fs_make()
{
	case $1 in
	ext4) mkfs.ext4 -q "$2" ;;
	xfs) mkfs.xfs -q "$2" ;;
	esac
}

fs_check()
{
	case $1 in
	ext4) fsck.ext4 -f -n "$2" ;;
	xfs) xfs_repair -n "$2" ;;
	esac
}

# pull_under_load LEG-NAME NUMBER: fio must not notice.
pull_under_load()
{
	local fio

	rm -f /mnt/fs/load.*
	fio --name=load --directory=/mnt/fs --size=4M --io_size=6M --rw=randwrite --bs=4k \
		--verify=crc32c --do_verify=1 --fsync=32 --randseed="$2" > fio.out 2>&1 &
	fio=$!
	wait_for "$WAIT_S" test -s /mnt/fs/load.0.0
	leg_pull "$1"
	wait "$fio" || fail "fio: $(cat fio.out)"
	(cd /mnt/fs && md5sum -c "$TMP/sums" > /dev/null)
	wait_for "$WAIT_S" leg_failed "$2"
	leg_plug "$1"
	tandem add log1 "/dev/mapper/$1"
	wait_healthy log1
}

leg_failed()
{
	tandem status log1 | grep -Eq "^  $1 .* failed "
}

# fs_survives ext4|xfs
fs_survives()
{
	legs_create 2 64
	mirror log1 l0 l1
	fs_make "$1" /dev/tandem/log1
	mkdir -p /mnt/fs
	mount /dev/tandem/log1 /mnt/fs
	cp /usr/bin/tandem* /mnt/fs/
	sync
	(cd /mnt/fs && md5sum tandem*) > "$TMP/sums"
	pull_under_load l1 1
	pull_under_load l0 0
	umount /mnt/fs
	tandem stop log1
	assert_legs_equal d0 d1
	tandem assemble log1
	fs_check "$1" /dev/tandem/log1
	mount /dev/tandem/log1 /mnt/fs
	(cd /mnt/fs && md5sum -c "$TMP/sums")
	umount /mnt/fs
	tandem stop log1
	leg_remove l0
	leg_remove l1
	disks_remove 2
}
