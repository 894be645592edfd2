// SPDX-License-Identifier: GPL-2.0-only
/*
 * warn: warns when it is loaded, and does nothing else. A kernel's own warning,
 * where the harness's test needs one that is not merely a line of text.
 */

#include <linux/module.h>

static int __init warn_init(void)
{
	WARN(1, "as asked for\n");
	return 0;
}

static void __exit warn_exit(void)
{
}

module_init(warn_init);
module_exit(warn_exit);

MODULE_DESCRIPTION("warns when it is loaded");
MODULE_LICENSE("GPL");
