# SPDX-License-Identifier: GPL-2.0-only
#
# Every parser against libFuzzer, FUZZ_S seconds each. An input that breaks a
# property is left in build/fuzz/NAME/ and is to become a test. A run starts
# from tests/fuzz/make-seeds and from what earlier runs have found.

FUZZ_S	?= 10
FUZZERS	:= superblock table message status log map
FUZZ_CC := clang
FUZZ_CFLAGS := $(filter-out -I%,$(TANDEM_CFLAGS)) -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -Iuserspace/lib/sys -Ikernel -Ikernel/uapi -Itests
FUZZ_SRCS := $(addprefix kernel/core/,text.c checksum.c geometry.c superblock.c table.c status.c \
	intent.c log.c map.c)
FUZZ_HDRS := $(wildcard tests/fuzz/*.h tests/images/*.h tests/unit/words.h kernel/core/*.h \
	kernel/uapi/*.h userspace/lib/sys/*.h)

# clang only recommends its sanitizers' and libFuzzer's libraries.
FUZZ_RT := /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a
fuzz-need:
	@tools/dev/apt-need clang:clang $(FUZZ_RT):libclang-rt-14-dev

# Not what is being searched, and without sanitizers ten times as fast.
$B/fuzz/crc32c.o: userspace/lib/sys/crc32c.c userspace/lib/sys/sys.h | fuzz-need
	@mkdir -p $(@D)
	$(FUZZ_CC) $(TANDEM_CFLAGS) -Iuserspace/lib/sys -c -o $@ $<

$B/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_SRCS) $B/fuzz/crc32c.o $(FUZZ_HDRS) | fuzz-need
	$(FUZZ_CC) $(FUZZ_CFLAGS) -o $@ $< $(FUZZ_SRCS) $B/fuzz/crc32c.o

fuzz-build: $(FUZZERS:%=$B/fuzz/fuzz_%)

# One run: seeds and finds in, new finds out; libFuzzer prints its own seed.
fuzz_run = mkdir -p $B/fuzz/$1 && $B/fuzz/fuzz_$1 -max_total_time=$(FUZZ_S) -timeout=10 \
	-artifact_prefix=$B/fuzz/$1/ $B/fuzz/$1 $B/fuzz/seeds/$1

fuzz: fuzz-build
	@tests/fuzz/make-seeds $B/fuzz/seeds
	@tests/run-tests -d $B/fuzz/log $(foreach f,$(FUZZERS),'fuzz_$f=$(call fuzz_run,$f)')

.PHONY: fuzz-need fuzz-build
