# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# What every VM test sources: `. "$COMMON/lib.sh"`.  Assertions, waiting,
# marks in the kernel log; simulated disks and legs come along.
#
# A test ends by its first failing command (set -e), by fail, or by skip.  Its
# output is kept and shown when it fails, with a trace of what it ran.
# Conventions: helpers that make something print nothing and have a _path
# companion; nothing here sleeps but wait_for, which has a deadline.

set -eu

: "${COMMON:?run by tests/vm/check}"
: "${TMP:?run by tests/vm/check}"

fail()
{
	echo "FAIL: $*"
	exit 1
}

# skip REASON: this kernel or machine cannot do what the test is about.
skip()
{
	echo "$*" > "$TMP/.skip"
	exit 77
}

# mark TEXT: a line in the kernel log, so that a reader sees what came when.
mark()
{
	echo "tandem-vm: $*" > /dev/kmsg
}

# assert_eq WHAT EXPECTED GOT
assert_eq()
{
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# assert_match WHAT EXTENDED-REGEX TEXT
assert_match()
{
	printf '%s\n' "$3" | grep -Eq -- "$2" || fail "$1: no match for '$2' in '$3'"
}

# must_fail COMMAND...: its failure is the point of the test.
must_fail()
{
	if "$@"; then
		fail "succeeded, but must fail: $*"
	fi
}

# expect_status STATUS COMMAND...; its output, both streams, is in $TMP/output.
expect_status()
{
	local expected="$1" got=0

	shift
	"$@" > "$TMP/output" 2>&1 || got=$?
	cat "$TMP/output"
	[ "$got" -eq "$expected" ] || fail "exit status $got, expected $expected: $*"
}

# wait_for SECONDS COMMAND...: until it succeeds.  Events that can be waited
# for properly (dmsetup wait, tandem wait) are better where they exist.
wait_for()
{
	local seconds="$1" end

	shift
	end=$(($(uptime_ms) + seconds * 1000))
	until "$@"; do
		[ "$(uptime_ms)" -lt "$end" ] || fail "not within $seconds s: $*"
		usleep 20000
	done
}

# word_of NAME DEFAULT: a number from the kernel's command line.
word_of()
{
	sed -n "s/.*\\<$1=\\([0-9]*\\).*/\\1/p" /proc/cmdline | grep . || echo "$2"
}

uptime_ms()
{
	sed 's/\([0-9]*\)\.\([0-9]\)\([0-9]\).*/\1\2\30/' /proc/uptime
}

# klog_since MARK-TEXT: the kernel log after the last mark of that text.
klog_since()
{
	dmesg | awk -v text="tandem-vm: $1" '
		index($0, text) { since = ""; next }
		{ since = since $0 "\n" }
		END { printf "%s", since }'
}

# processors_one: all but the first are taken away, until the test has ended.
processors_one()
{
	local cpu

	for cpu in /sys/devices/system/cpu/cpu[0-9]*/online; do
		[ ! -e "$cpu" ] || echo 0 > "$cpu"
	done
}

sectors_of()
{
	blockdev --getsz "$1"
}

# shellcheck source=tests/vm/common/disks.sh
. "$COMMON/disks.sh"
# shellcheck source=tests/vm/common/legs.sh
. "$COMMON/legs.sh"
# shellcheck source=tests/vm/common/blocks.sh
. "$COMMON/blocks.sh"
