#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What other people's data looks like. Every format that libblkid knows stops
# create; --yes destroys it, and then nothing of it is found any more.

# shellcheck disable=SC1091,SC2154 # It sets what is not set here.
. "$(dirname "$0")/common.sh"

disk blank 320M
make=(create "$name" --level raid1 --no-activate)

# holds KIND PATTERN COMMAND...: COMMAND puts KIND on the disk $fs
holds()
{
	local kind=$1 pattern=$2

	shift 2
	if ! "$@" > /dev/null 2>&1; then
		not_ok "$kind can be made" "$*"
		return
	fi
	sync "$fs"
	refused "$kind is not overwritten" 4 "$fs: holds: .*$pattern.*--yes" "${make[@]}" \
		"$blank" "$fs"
	refused "$kind is not overwritten as the first disk" 4 "$pattern" "${make[@]}" "$fs" \
		"$blank"
	unchanged "$kind survives a dry run with --yes" \
		"$tandem" "${make[@]}" --yes --dry-run "$blank" "$fs"
	claim "$kind is destroyed with --yes" "$tandem" "${make[@]}" --yes "$blank" "$fs"
	claim "$kind is gone for good" sh -c "! blkid -p $fs"
	claim "the array with $kind below it is whole" "$tandem" assemble --dry-run "$blank" "$fs"
	claim "the disks are forgotten" "$tandem" forget "$blank" "$fs"
}

disk fs 320M
holds "an ext4 file system" 'ext4 file system "old"' mkfs.ext4 -q -L old "$fs"
holds "an XFS file system" "xfs file system" mkfs.xfs -q "$fs"
for kind in swap lvm2 md md_end gpt dos luks; do
	case $kind in
	lvm2) pattern=LVM2_member ;;
	md | md_end) pattern=linux_raid_member ;;
	gpt | dos) pattern="$kind partition table" ;;
	luks) pattern=crypto_LUKS ;;
	*) pattern=$kind ;;
	esac
	holds "$kind" "$pattern" "$here/signature" "$kind" "$(file_of "$fs")"
done

# A disk that was a leg and went to somebody else since: forget must not harm it.
claim "create once more" "$tandem" "${make[@]}" "$blank" "$fs"
"$here/signature" swap "$(file_of "$fs")"
refused "a leg that holds something else by now is not forgotten" 4 \
	"$fs: was a leg, but holds by now: swap.*--yes" forget "$fs"
claim "but with --yes" "$tandem" forget --yes "$fs"
