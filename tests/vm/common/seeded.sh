# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # The tests use drawn.
#
# What is random in a test, from a seed that is printed.  Sourced after lib.sh. The seed
# may be given on the kernel's command line: VM_APPEND="TANDEM_SEED=5".

seed=$(word_of TANDEM_SEED 20261128)
random_state=$seed

# draw BELOW: sets $drawn. The generator of POSIX's manual, from its upper bits.
draw()
{
	random_state=$(((random_state * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((random_state >> 12) % $1))
}
