# SPDX-License-Identifier: GPL-2.0-only
#
# What `make check` runs, and how the unit tests are built.
#
# Every tests/unit/test_NAME.c is a cmocka program. It is linked with all of
# kernel/core in its user-space build, test_lib_* with userspace/lib as well,
# under ASan and UBSan. A header X.h that it includes brings tests/unit/X.c
# along, "images/X.h" brings tests/images/X.c; what else it needs goes into
# test_NAME_SRCS and test_NAME_LDLIBS.
#
# An executable tests/NAME/check is a stage of `make check-fast` as it is. A
# folder of tests/ may bring a fragment of its own (images.mk, fuzz.mk, ...).

U := $B/tests
submake := $(MAKE) -s --no-print-directory B=$B
UNIT := $(sort $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c)))
CHECKS := $(filter-out vm,$(patsubst tests/%/check,%,$(sort $(wildcard tests/*/check))))
UNIT_CFLAGS := $(filter-out -I% -O%,$(TANDEM_CFLAGS)) -O1 -fno-omit-frame-pointer $(SAN) \
	-Iuserspace/lib/sys -Iuserspace/lib -Ikernel -Ikernel/uapi -Itests/unit -Itests -MMD -MP
CORE_OBJS := $(patsubst %.c,$U/%.o,$(wildcard kernel/core/*.c userspace/lib/sys/*.c))
LIB_OBJS := $(patsubst %.c,$U/%.o,$(wildcard userspace/lib/*.c))

$U/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) -c -o $@ $<

$U/core.a: $(CORE_OBJS)
$U/lib.a: $(LIB_OBJS)
$U/core.a $U/lib.a:
	@rm -f $@
	ar rcs $@ $^

# The sources of one test: what it includes, and what that includes in turn.
includes = $(shell sed -n 's/^\#include "\([a-z0-9_/]*\)\.h"$$/\1/p' $1 $(wildcard $(1:.c=.h)))
closer = $(sort $1 $(wildcard $(foreach h,$(call includes,$1),tests/unit/$h.c tests/$h.c)))
sources = $(call closer,$(call closer,$(call closer,tests/unit/$1.c $($1_SRCS))))

define unit_test
$U/unit/$1: $(patsubst %.c,$U/%.o,$(call sources,$1)) \
		$(if $(filter test_lib_%,$1),$U/lib.a) $U/core.a
	@mkdir -p $$(@D)
	$(CC) $(SAN) $($1_LDFLAGS) -o $$@ $$^ -lcmocka \
		$(if $(filter test_lib_%,$1),-lblkid -ldevmapper -ljson-c) $($1_LDLIBS)
endef
include $(filter-out tests/sim/%,$(wildcard tests/*/*.mk))
$(foreach t,$(UNIT),$(eval $(call unit_test,$t)))
-include $(shell [ ! -d $U ] || find $U -name '*.d')

unit: $(UNIT:%=$U/unit/%)

# Stages: NAME in FAST or SLOW, its command in stage_NAME (- as _); fragments
# may add their own. A part that is not in the tree is a skip that says so;
# whatever else goes wrong is a failure.
have = $(if $(wildcard $1),$2,echo $1 is not in this tree; exit 77)
stage = $(foreach s,$1,'$s=$(stage_$(subst -,_,$s))')
COMMIT_SEED := $(shell printf '%d' 0x0$$(git rev-parse --short=8 HEAD 2> /dev/null))
JOBS ?= 2
# A VM waits for its disks and its timers more than half of the time: two of them
# leave a processor for what computes.
STAGES ?= 3

$(foreach t,$(UNIT),$(eval stage_$(subst -,_,$t) := \
	$(submake) $U/unit/$t && CMOCKA_MESSAGE_OUTPUT=TAP $U/unit/$t))
$(foreach t,$(CHECKS),$(eval stage_tests_$t := B=$B tests/$t/check))
stage_build	:= $(submake) all
stage_clang	:= tools/dev/apt-need clang:clang && $(submake) B=$B/clang CC=clang SAN= all unit
stage_tidy	:= tools/dev/tidy
stage_shellcheck := tools/dev/shellcheck
sim = $(call have,tests/sim/sim.mk,$(submake) check-sim FIRST_SEED=$(or $2,$(COMMIT_SEED)) SEEDS=$1)
stage_sim	:= $(call sim,1000)
stage_sim_long	:= $(call sim,6000)
stage_fuzz	:= $(call have,tests/fuzz/fuzz.mk,$(submake) fuzz FUZZ_S=10)
stage_kernel_doc := tools/dev/kernel-doc
stage_checkpatch := tools/dev/checkpatch
stage_module_6.1 := $(call have,kernel/Kbuild,SPARSE=1 tools/dev/module 6.1)
stage_module_6.12 := $(call have,kernel/Kbuild,SPARSE=1 tools/dev/module 6.12)
# What tests user space runs on one kernel, on the other with the next commit perhaps.
turn = $(shell echo $$((($(COMMIT_SEED) + $1) % 2)))/2
vm = $(call have,tests/vm/check,VM_SHARE=$2 VM_APPEND=TANDEM_TURN=$(firstword $(subst /, ,$2)) \
	$(submake) check-vm KERNEL=$1)
stage_vm_6.1	:= $(call vm,6.1,$(call turn,0))
stage_vm_6.12	:= $(call vm,6.12,$(call turn,1))

# The longest of the slow ones first: they are what the end waits for.
FAST += build clang sim $(UNIT) $(CHECKS:%=tests-%) tidy shellcheck
LONG := vm-6.12 vm-6.1 $(filter vm-%,$(SLOW))
SLOW := $(filter-out vm-%,$(SLOW)) module-6.12 module-6.1 sim-long fuzz kernel-doc checkpatch

# Built once before the stages, in parallel; what does not build fails in its
# stage, with its log.
prebuild = @mkdir -p $U; $(submake) -k -j$(JOBS) all unit $U/image > $U/prebuild.log 2>&1 || true

check-fast:
	$(prebuild)
	@MAKEFLAGS= tests/run-tests -t 900 -d $U -j $(JOBS) $(call stage,$(FAST))

check:
	$(prebuild)
	@MAKEFLAGS= tests/run-tests -t 4800 -d $U -j $(STAGES) $(call stage,$(LONG) $(FAST) $(SLOW))

tidy:
	@tools/dev/tidy

sparse:
	SPARSE=1 tools/dev/module 6.1
	SPARSE=1 tools/dev/module 6.12

.PHONY: unit
