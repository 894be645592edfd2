# SPDX-License-Identifier: GPL-2.0-only
#
# What the VM harness itself adds to make check. The self test of the harness
# boots nine times and stands alone: tests/vm/selftest/check 6.12.

# For the guest, which has no compiler and not every library.
$U/replay: tests/vm/replay/replay.c
	@mkdir -p $(@D)
	$(CC) $(TANDEM_CFLAGS) -static -o $@ $<

stage_vm_klog := tests/vm/selftest/klog
stage_vm_debug := tests/vm/debug/check

FAST += vm-klog
SLOW += vm-debug
