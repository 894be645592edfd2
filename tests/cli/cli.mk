# SPDX-License-Identifier: GPL-2.0-only
#
# The command-line tests: each script of this folder is a stage of check-fast.

CLI_TESTS := $(filter-out common,$(patsubst tests/cli/%.sh,%,$(sort $(wildcard tests/cli/*.sh))))
CLI_NEED := losetup:mount mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs
$(foreach t,$(CLI_TESTS),$(eval stage_cli_$(subst -,_,$t) := \
	tools/dev/apt-need $(CLI_NEED) && $(submake) $B/bin/tandem && \
	TANDEM=$B/bin/tandem tests/cli/$t.sh))
FAST += $(CLI_TESTS:%=cli-%)
