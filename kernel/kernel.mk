# SPDX-License-Identifier: GPL-2.0-only
# Source lists for the user-space builds; the module's own list is Kbuild.

CORE_SRCS := $(sort $(wildcard kernel/core/*.c))
IO_SRCS := $(sort $(wildcard kernel/io/*.c))
