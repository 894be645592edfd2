# SPDX-License-Identifier: GPL-2.0-only
#
# Modules for stock kernels, and the test VM. The work is in the scripts; each
# says at its top what it takes.
#
# make module KVER=6.12 [SPARSE=1]
# make vm KERNEL=6.12 SCRIPT=file [VCPUS=2] [QEMU_ARGS=...] [VM_NOBUILD=1]
# make check-vm [KERNEL=6.12] [TESTS="group group/001*"] [VM_NOBUILD=1]
# make compare-faults [KERNEL=6.12] [TESTS="compare/002*"] [VM_NOBUILD=1]
#
# A VM gets what is built now: VM_NOBUILD=1 takes what lies in build/ as it is.

export VCPUS QEMU_ARGS VM_ARGS VM_ICOUNT VM_MEM VM_OUT VM_TIMEOUT SPARSE

VM_KERNELS := $(if $(KERNEL),$(KERNEL),6.12 6.1)
vm_build := $(if $(VM_NOBUILD),,$B/bin/tandem $B/bin/tandem-bench)
vm_images := $(if $(VM_NOBUILD),,$B/tests/image $B/tests/replay)

module:
	@tools/dev/module '$(KVER)'

vm: $(vm_build)
	@$(if $(vm_build),$(if $(KERNEL),tools/dev/module '$(KERNEL)' >&2 || exit;)) \
		tools/dev/vm '$(KERNEL)' '$(SCRIPT)'

check-vm: $(vm_build) $(vm_images)
	@for k in $(VM_KERNELS); do \
		$(if $(vm_build),tools/dev/module "$$k" || exit;) \
		tests/vm/check "$$k" $(TESTS) || bad=1; \
	done; [ -z "$$bad" ]

compare-faults: $(vm_build)
	@$(if $(vm_build),tools/dev/module '$(or $(KERNEL),6.12)' >&2 || exit;) \
		tools/dev/compare-faults '$(or $(KERNEL),6.12)' $(TESTS)

.PHONY: module vm check-vm compare-faults
