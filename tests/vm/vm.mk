# SPDX-License-Identifier: GPL-2.0-only
#
# What the VM harness itself adds to make check.

stage_vm_klog := tests/vm/selftest/klog
stage_vm_selftest := tests/vm/selftest/check 6.12

FAST += vm-klog
SLOW += vm-selftest
