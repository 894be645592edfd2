# SPDX-License-Identifier: GPL-2.0-only
#
# One screen: what there is to make. How is in the fragments, each beside what
# it builds. Everything built goes to $(B)/; `make run` and `make check` are
# the two commands, and both work on a fresh Debian 12 as root.

B	?= build
ifeq ($(origin CC),default)
CC	:= gcc
endif
PREFIX	?= /usr/local
export TANDEM_CACHE ?= /var/cache/tandem

TANDEM_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Ikernel -Ikernel/uapi
SAN	:= -fsanitize=address,undefined -fno-sanitize-recover=all

#:(nothing)                tandem, tandem-bench, tandem-sim and libtandem, in build/
LIB := $B/lib/libtandem.a $B/lib/libtandem.so
all: $B/bin/tandem $B/bin/tandem-bench $B/bin/tandem-sim $(LIB)

#:run                      the main job: create, load, fail, power cut, verify, rebuild, in a VM
#:check                    all tests, as CI runs them
#:check-fast               unit, images, 1,000 simulator seeds, style: three minutes
#:check-vm                 the VM suites alone, on both kernels
#:compare-faults           the same fault scripts on md, dm-mirror and tandem: who keeps what
#:cost                     what one operation costs: tandem, md, dm-mirror, a bare leg
#:tidy | sparse            the style test | sparse over the module
#:check-threads            the engine on real threads, under the thread sanitizer
#:check-million            a million simulator seeds in one go: half an hour
#:mutants | fuzz           every mutant must die | every parser, for FUZZ_S seconds each
#:model | model-large      the crash argument, searched by spin: small bounds | large ones
#:module KVER=6.12         dm-tandem.ko for one kernel
#:bench KERNEL=6.12        which rate an array sustains, against md and a bare leg
#:vm KERNEL=6.12 SCRIPT=f  run a script in the test VM
#:install DESTDIR= PREFIX= programs, library, manual
#:clean                    remove build/; the cache ($(TANDEM_CACHE)) stays
help:
	@sed -n 's/^#:/make /p' Makefile

#:deb                      not there yet: it says which issue brings it
deb:
	@echo "make deb: comes with the issue on packaging and boot; nothing was built" >&2; exit 1

clean:
	rm -rf $B

# What the goals need and the machine lacks, before anything else. Tools that
# only one target uses are named where they are used.
ifneq ($(filter-out help clean deb,$(or $(MAKECMDGOALS),all)),)
NEED := gcc:gcc ar:binutils /usr/include/stdio.h:libc6-dev python3:python3 \
	/usr/include/blkid/blkid.h:libblkid-dev /usr/include/libdevmapper.h:libdevmapper-dev \
	/usr/include/json-c/json.h:libjson-c-dev /usr/include/cmocka.h:libcmocka-dev \
	/usr/include/liburing.h:liburing-dev /usr/include/libaio.h:libaio-dev
ifneq ($(shell tools/dev/apt-need $(NEED) >&2 && echo ok),ok)
$(error a package is missing and could not be installed, see above)
endif
endif

FRAGMENTS := kernel/kernel.mk userspace/userspace.mk bench/bench.mk tests/sim/sim.mk \
	tools/dev/dev.mk tests/tests.mk
include $(wildcard $(FRAGMENTS))

# A tree that lacks a part says so when that part is asked for.
define lacks
ifeq ($(wildcard $1),)
$2: ; @echo "make $$@: needs $1, which this tree lacks" >&2; exit 1
endif
endef
$(eval $(call lacks,userspace/userspace.mk,$B/bin/tandem $(LIB) install))
$(eval $(call lacks,bench/bench.mk,$B/bin/tandem-bench))
$(eval $(call lacks,tools/dev/run,run))
$(eval $(call lacks,tests/sim/sim.mk,$B/bin/tandem-sim mutants check-million))
$(eval $(call lacks,tools/dev/dev.mk,module vm check-vm compare-faults))
$(eval $(call lacks,tests/tests.mk,check check-fast check-threads cost tidy sparse))
$(eval $(call lacks,tests/fuzz/fuzz.mk,fuzz))

# Only what this file or tests.mk makes: a phony target without a rule would
# succeed by doing nothing, the others are to fail.
.PHONY: all help deb clean check check-fast tidy sparse
